/** Which mutants there are, operator by operator, of a small model with a lock, a locked instruction and a hardware guard. */
import { expect, it } from 'vitest';
import { compile, model } from '../compiler/frontend/testing/compile.js';
import { mutantsOf } from './mutants.js';
import type { Vocabulary } from './vocabulary.js';

const VOCABULARY: Vocabulary = {
  folders: ['model'],
  sections: [
    { acquire: 'take', release: 'drop', weaker: 'share' },
    { acquire: 'share', release: 'unshare' },
  ],
  primitives: ['is_drained'],
  bookkeeping: ['forget'],
  work: ['job'],
  ghosts: ['Root.flag'],
  hardware: ['Root.flags'],
  locked: ['is_drained'],
};

const WORDS = `
function* take(r: Root): Op { yield () => r.lock.owner < 0; r.lock.owner = 0; }
function* drop(r: Root): Op { yield; r.lock.owner = -1; }
function* share(r: Root): Op { yield () => r.lock.owner < 1; }
function* unshare(r: Root): Op { yield; r.lock.owner = -1; }
function is_drained(r: Root): boolean { return !r.flags[0]; }
function* set(r: Root, mode: Mode): Op { yield; r.mode = mode; }
function forget(r: Root): void { r.count = 0; }
function* count(r: Root): Op { yield; r.count = r.count + 1; }
`;

function keysOf(text: string): string[] {
  const program = compile(model(`${WORDS}${text.replace('export', '\nexport')}`));
  const inFolder = {
    ...program,
    functions: Object.fromEntries(
      Object.entries(program.functions).map(([id, fn]) => [
        id,
        { ...fn, span: { ...fn.span, file: 'model/model.ts' } },
      ]),
    ),
  };
  return mutantsOf(inFolder, VOCABULARY)
    .filter(({ function: name }) => name === 'op')
    .map(({ key }) => key);
}

it('leaves out writes and calls that write or wait, but no ghosts', () => {
  const body = 'yield; r.count = 1; r.flag = true; yield* set(r, "busy"); mark(r);';
  expect(
    keysOf(`function mark(r: Root): void { r.flag = false; } export function* op(r: Root): Op { ${body} }`),
  ).toEqual(['op: drop r.count = 1', 'op: drop set(r, "busy")', 'op: swap r.count = 1 and set(r, "busy")']);
});

it('forgets what is owed', () => {
  const body = 'let owed = false; yield; if (r.count > 0) owed = true; if (owed) yield* set(r, "busy");';
  expect(keysOf(`export function* op(r: Root): Op { ${body} }`)).toEqual([
    'op: drop set(r, "busy")',
    'op: forget owed = true',
  ]);
  const more = 'let owed = false; owed = (yield* asked(r)) || owed; if (owed) yield* set(r, "busy");';
  const asked = 'function* asked(r: Root): Op<boolean> { yield; return r.count > 0; }';
  expect(keysOf(`${asked} export function* op(r: Root): Op { ${more} }`)).toContain(
    'op: forget owed = asked(r) || owed',
  );
});

it('puts a condition together again as it was', () => {
  const body = 'yield; if (r.count > 0 && (asked(r) || r.count === 3)) return; yield* set(r, "busy");';
  const asked =
    'function asked(r: Root): boolean { for (let i = 0; i < r.count; i++) if (r.flags[0]) return true; return false; }';
  expect(keysOf(`${asked} export function* op(r: Root): Op { ${body} }`)).toContain(
    'op: ignore if (r.count > 0 && (asked(r) || r.count === 3)) return',
  );
});

it('leaves bookkeeping alone', () => {
  expect(keysOf('export function* op(r: Root): Op { yield; r.count = 1; forget(r); }')).toEqual([
    'op: drop r.count = 1',
  ]);
});

it('leaves no work out', () => {
  const job = 'function* job(r: Root): Op { yield; r.count = 0; }';
  expect(keysOf(`${job} export function* op(r: Root): Op { yield* job(r); }`)).toEqual([]);
});

it('numbers what a function does several times', () => {
  expect(keysOf('export function* op(r: Root): Op { yield* count(r); yield* count(r); }')).toEqual([
    'op: drop count(r)',
    'op: drop count(r) #2',
  ]);
});

it('opens sections, and weakens them', () => {
  const keys = keysOf(
    'export function* op(r: Root): Op { yield* take(r); yield* set(r, "busy"); yield* drop(r); }',
  );
  expect(keys).toContain('op: section take(r)');
  expect(keys).toContain('op: mode share for take(r)');
  expect(keys).toContain('op: swap set(r, "busy") and drop(r)');
  expect(keys).not.toContain('op: drop take(r)');
});

it('swaps writes only if neither needs the other', () => {
  const keys = keysOf(
    'function* old(r: Root): Op<Mode> { yield; const m = r.mode; r.mode = "done"; return m; }' +
      'export function* op(r: Root): Op { const m = yield* old(r); yield* set(r, m); yield* count(r); }',
  );
  expect(keys.filter((key) => key.includes('swap'))).toEqual(['op: swap set(r, m) and count(r)']);
});

it('makes locked instructions plain', () => {
  const exchange = (guard: string): string[] =>
    keysOf(
      `export function* op(r: Root): Op<boolean> { ${guard}; if (r.mode !== "idle") return false; r.mode = "busy"; return true; }`,
    );
  expect(exchange('yield () => is_drained(r)')).toEqual([
    "op: drop r.mode = 'busy'",
    "op: plain r.mode = 'busy'",
    "op: ignore if (r.mode !== 'idle') return false",
  ]);
  expect(exchange('yield')).toEqual([
    "op: drop r.mode = 'busy'",
    "op: ignore if (r.mode !== 'idle') return false",
  ]);
});

it('makes locked updates and stores plain', () => {
  const locked = (write: string): string[] =>
    keysOf(`export function* op(r: Root): Op { yield () => is_drained(r); ${write} }`);
  expect(locked('r.count = r.count | 1;')).toContain('op: plain r.count = r.count | 1');
  expect(locked('r.count = 1;')).toContain('op: undrained r.count = 1');
});

it('does not wait', () => {
  expect(keysOf('export function* op(r: Root): Op { yield () => r.count === 0; }')).toEqual([
    'op: wait r.count === 0',
  ]);
});

it('ignores the answers of looks at shared memory, and no others', () => {
  const looks = 'function* is_stale(r: Root): Op<boolean> { yield; return r.count > 0; }';
  expect(
    keysOf(
      `${looks} export function* op(r: Root, n: number): Op {
        if (n > 1) return; if (!(yield* is_stale(r))) yield* set(r, "busy"); }`,
    ),
  ).toEqual(['op: drop set(r, "busy")', 'op: ignore if (!is_stale(r)) set(r, "busy")']);
});

it('leaves loops early, and makes none that never ends', () => {
  expect(keysOf('export function* op(r: Root): Op { do yield* count(r); while (r.count < 2); }')).toContain(
    'op: once if (!(r.count < 2)) break',
  );
  expect(keysOf('export function* op(r: Root): Op { while (r.count < 2) yield* count(r); }')).toEqual([]);
  expect(keysOf('export function* op(r: Root): Op { while (true) yield* set(r, "busy"); }')).toEqual([]);
});
