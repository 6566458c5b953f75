/**
 * For tests: random functions over the state of compile.ts that use the language widely: calls with side effects in
 * all positions, lazy operators, loops of all kinds, jumps, switches, records, aliases, and places passed on.
 */
import fc from 'fast-check';
import { STATE } from './compile.js';

/** Functions with side effects that random code calls; all arguments and results stay small. */
const HELPERS = `
export type { Root };
function wrap(n: number): number { return ((n % 5) + 5) % 5; }
function bump(root: Root, by: number): number { const old = root.count; root.count = wrap(old + by); return old; }
function toggle(root: Root): boolean { root.flag = !root.flag; return root.flag; }
function turn(root: Root, mode: Mode): Mode { const old = root.mode; root.mode = mode; return old; }
function put(root: Root, index: number, entry: Entry): Entry {
  const old = root.tables[index % 2].entry[index]; root.tables[index % 2].entry[index] = entry; return old;
}
function advance(iter: Iter, by: number): number { iter.index = wrap(iter.index + by); iter.valid = by > 2; return iter.index; }
function use(table: Table, index: number): boolean { table.used = table.entry[index].writable; return table.used; }
function* take(root: Root, by: number): Op<number> { yield; root.flags[wrap(by)] = !root.flags[wrap(by)]; return bump(root, by); }
function* swap(iter: Iter, entry: Entry): Op<Entry> { const old = iter.old; iter.old = entry; yield; return old; }
`.replace(/\s*\n\s*/g, ' ');

type Grammar = {
  number: string;
  index: string;
  bool: string;
  mode: string;
  entry: string;
  statement: string;
  body: string;
};

type Text = fc.Arbitrary<string>;

const jump = fc.constantFrom('', '', 'if (root.flag) break;', 'if (flag) continue;', 'if (x > 5) return 1;');

/** The text of a model whose operation `f(root)` is random, and always ends. */
export const randomModel: fc.Arbitrary<string> = fc
  .letrec<Grammar>((tie) => ({
    number: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom(
        '0',
        '1',
        '2',
        '3',
        '4',
        'x',
        'y',
        'root.count',
        'iter.index',
        'i',
        'root.config.n',
        'root.flags.length',
        'entry.pfn',
        'ONE',
      ),
      binary(tie('number'), ['+', '-', '*', '&', '|', '^', '<<', '>>'], tie('number')),
      fc.tuple(tie('bool'), tie('number'), tie('number')).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
      tie('number').map((n) => `(${n} % 3)`),
      tie('number').map((n) => `bump(root, ${n})`),
      tie('number').map((n) => `(yield* take(root, ${n}))`),
      tie('number').map((n) => `advance(iter, ${n})`),
      tie('number').map((n) => `(-${n} | 0)`),
      tie('index').map((n) => `root.tables[1].entry[${n}].pfn`),
      fc.constantFrom('choose(1, 3)', 'chooseBelow(3)', 'chooseBelow(root.config.n)'),
    ),
    index: tie('number').map((n) => `wrap(${n})`),
    bool: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom(
        'true',
        'false',
        'root.flag',
        'flag',
        'iter.valid',
        'entry.writable',
        'root.config.fast',
      ),
      binary(tie('bool'), ['&&', '||', '===', '!=='], tie('bool')),
      binary(tie('number'), ['<', '<=', '>', '>=', '===', '!=='], tie('number')),
      binary(tie('mode'), ['===', '!=='], tie('mode')),
      tie('bool').map((b) => `!${b}`),
      tie('number').map((n) => `!${n}`),
      fc.constant('toggle(root)'),
      tie('index').map((n) => `root.flags[${n}]`),
      plain(tie('index')).map((n) => `use(root.tables[0], ${n})`),
      plain(tie('index')).map((n) => `use(root.tables[bump(root, 1) % 2], ${n})`),
      fc.tuple(tie('entry'), tie('entry')).map(([a, b]) => `equal(${a}, ${b})`),
      fc.constant('choose(false, true)'),
      fc.tuple(tie('bool'), tie('number'), tie('bool')).map(([a, b, c]) => `(${a} ? !!${b} : ${c})`),
    ),
    mode: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom(
        "('idle' as Mode)",
        "('busy' as Mode)",
        'root.mode',
        'mode',
        'entry.mode',
        "choose<Mode>('busy', 'done')",
      ),
      tie('mode').map((m) => `turn(root, ${m})`),
      fc.tuple(tie('bool'), tie('mode'), tie('mode')).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
    ),
    entry: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom('NONE', 'entry', 'iter.old', 'root.tables[0].entry[1]'),
      fc.tuple(tie('index'), tie('entry')).map(([n, e]) => `put(root, ${n}, ${e})`),
      tie('entry').map((e) => `(yield* swap(iter, ${e}))`),
      fc.tuple(tie('entry'), tie('bool')).map(([e, b]) => `record({ ...${e}, writable: ${b} })`),
      fc
        .tuple(tie('index'), tie('bool'), tie('mode'))
        .map(([n, b, m]) => `record({ writable: ${b}, mode: ${m}, pfn: ${n} })`),
      fc.tuple(tie('bool'), tie('entry'), tie('entry')).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
    ),
    statement: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc
        .tuple(
          fc.constantFrom('x', 'y'),
          fc.constantFrom('=', '+=', '-=', '*=', '&=', '|=', '^='),
          tie('number'),
        )
        .map(([v, o, n]) => `${v} ${o} ${n} % 97;`),
      tie('index').map((n) => `root.count = ${n};`),
      tie('index').map((n) => `root.count += ${n}; root.count = wrap(root.count);`),
      tie('bool').map((b) => `flag = ${b};`),
      tie('bool').map((b) => `flag ||= ${b};`),
      tie('bool').map((b) => `root.flag &&= ${b};`),
      tie('mode').map((m) => `mode = ${m};`),
      tie('entry').map((e) => `iter.old = ${e};`),
      tie('entry').map((e) => `entry = ${e};`),
      fc.tuple(tie('index'), plain(tie('bool'))).map(([n, b]) => `root.flags[${n}] = ${b};`),
      fc
        .tuple(plain(tie('index')), plain(tie('entry')))
        .map(([n, e]) => `root.tables[flag ? 0 : 1].entry[${n}] = ${e};`),
      fc
        .tuple(plain(tie('index')), plain(tie('number')))
        .map(
          ([n, m]) =>
            `{ const table = root.tables[bump(root, 1) % 2]; table.used = table.entry[${n}].pfn > ${m}; }`,
        ),
      fc.constantFrom(
        'x++;',
        '--y;',
        'iter.index = wrap(x);',
        'iter.index--; iter.index = wrap(iter.index);',
        'yield;',
        'bump(root, 1);',
        'yield* take(root, 2);',
      ),
      fc.tuple(tie('bool'), tie('body'), tie('body')).map(([b, s, t]) => `if (${b}) { ${s} } else { ${t} }`),
      fc.tuple(tie('number'), tie('body')).map(([n, s]) => `if (${n}) { ${s} }`),
      fc
        .tuple(tie('bool'), tie('body'), jump)
        .map(([b, s, j]) => `while (${b}) { if (fuel < 1) break; fuel--; ${s} ${j} }`),
      fc
        .tuple(tie('bool'), tie('body'), jump)
        .map(([b, s, j]) => `do { if (fuel < 1) break; fuel--; ${s} ${j} } while (${b});`),
      fc
        .tuple(fc.constantFrom('4', 'root.config.n', 'y % 4', 'bump(root, 1)'), tie('body'), jump)
        .map(([n, s, j]) => `for (let i = 0; i < ${n}; i++) { if (fuel < 1) break; fuel--; ${s} ${j} }`),
      fc
        .tuple(tie('body'), jump)
        .map(([s, j]) => `for (let i = 3; i >= 0; i -= 1) { if (fuel < 1) break; fuel--; ${s} ${j} }`),
      fc.tuple(tie('body'), jump).map(([s, j]) => labelledLoops(s, j)),
      fc
        .tuple(tie('mode'), tie('body'), tie('body'), jump)
        .map(
          ([m, s, t, j]) =>
            `switch (${m}) { case 'idle': case 'done': ${s} break; default: { ${t} if (x > 3) break; ${j.replace(/continue;/, 'break;')} } }`,
        ),
      fc
        .tuple(tie('number'), tie('body'), tie('body'))
        .map(([n, s, t]) => `switch (${n}) { case 0: ${s} break; case ONE: case 2: ${t} break; }`),
      tie('body').map((s) => `{ let x = bump(root, 2); ${s} }`),
      tie('number').map((n) => `if (x === 3) return ${n};`),
    ),
    body: fc.array(tie('statement'), { maxLength: 3, depthIdentifier: 'body' }).map((each) => each.join(' ')),
  }))
  .body.chain((body) => fc.constant(frame(body)));

function binary(left: Text, operators: string[], right: Text): Text {
  return fc
    .tuple(left, fc.constantFrom(...operators), right)
    .map(([a, operator, b]) => `(${a} ${operator} ${b})`);
}

/** What is inside is shorter, so that nested loops have labels of their own. */
function labelledLoops(body: string, jumps: string): string {
  const label = `outer${body.length}`;
  const outwards = jumps.replace(/(break|continue);/, `$1 ${label};`);
  const inner = `for (let k = 0; k < x % 3; k++) { if (fuel < 1) break ${label}; fuel--; ${body} ${outwards} }`;
  return `${label}: for (let i = 0; i <= 2; i += 1) { ${inner} }`;
}

/** Without operations: `root.flags[i] = yield* f()` is refused. */
function plain(text: Text): Text {
  return text.map((each) =>
    each.replaceAll('(yield* take(root, ', '(bump(root, ').replaceAll('(yield* swap(', '(swapped('),
  );
}

function frame(body: string): string {
  return `${STATE}${HELPERS}
const ONE = 1;
function swapped(iter: Iter, entry: Entry): Entry { const old = iter.old; iter.old = entry; return old; }
function record(entry: Entry): Entry { return entry; }
export function* f(root: Root): Op<number> {
  const iter: Iter = { index: 1, old: NONE, valid: false };
  let x = 2, y = 3, fuel = 20, i = 0, flag = root.flags[1];
  let mode: Mode = root.mode;
  let entry: Entry = { ...NONE, pfn: 2 };
  ${body}
  root.count = wrap(x + y + iter.index + i);
  root.flag = root.flag === flag;
  entry = put(root, iter.index, entry);
  if (mode !== 'idle') root.mode = mode;
  return x * 31 + y * 7 + entry.pfn;
}
`;
}
