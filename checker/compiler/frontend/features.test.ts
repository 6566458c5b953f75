/** What single constructs are lowered to. lowering.test.ts says that it is right; this says that it is meant. */
import { describe, expect, test } from 'vitest';
import { compile, functionOf, listing, model } from './testing/compile.js';

const HELPERS = `export type { Root };
function bump(root: Root): number { root.count++; return root.count; }
function* take(root: Root): Op<boolean> { yield; return root.flag; }
`;

/** The statements of an operation with this body, behind its first yield. */
function lowered(body: string, before = ''): string[] {
  const lines = listing(
    `${HELPERS}${before}export function* f(root: Root): Op {\n  yield;\n  ${body}\n}`,
  ).split('\n');
  return lines.slice(lines.indexOf('  yield') + 1).map((line) => line.slice(2));
}

describe('order of evaluation', () => {
  test('what is read before a call keeps its value', () => {
    expect(lowered('root.flag = root.count + bump(root) > root.count;')).toEqual([
      'value$2 := root.count',
      'bump$1 := call bump(&root)',
      'root.flag := ((value$2 + bump$1) > root.count)',
    ]);
  });

  test('what only the function itself can change needs no copy', () => {
    expect(lowered('let x = 1;\n  x = x + root.config.n + bump(root);')).toEqual([
      'x := 1',
      'bump$1 := call bump(&root)',
      'x := ((x + config.n) + bump$1)',
    ]);
  });

  test('indexes of a target are looked up before the value is computed', () => {
    expect(lowered('root.flags[root.count] = bump(root) > 1;')).toEqual([
      'value$2 := root.count',
      'bump$1 := call bump(&root)',
      'root.flags[value$2] := (bump$1 > 1)',
    ]);
  });

  test('a compound assignment reads the old value first', () => {
    expect(lowered('root.count += bump(root);')).toEqual([
      'value$2 := root.count',
      'bump$1 := call bump(&root)',
      'root.count := (value$2 + bump$1)',
    ]);
  });

  test('lazy operators with calls become control flow, without calls they stay', () => {
    expect(lowered('root.flag = root.flag && root.count > 1;')).toEqual([
      'root.flag := (root.flag && (root.count > 1))',
    ]);
    expect(lowered('root.flag = root.flag || (yield* take(root));')).toEqual([
      'or$2 := root.flag',
      'if !or$2',
      '  take$1 := call take(&root)',
      '  or$2 := take$1',
      'root.flag := or$2',
    ]);
    expect(lowered('root.count = root.flag ? bump(root) : 0;')).toEqual([
      'if root.flag',
      '  bump$1 := call bump(&root)',
      '  either$2 := bump$1',
      'else',
      '  either$2 := 0',
      'root.count := either$2',
    ]);
  });

  test('the condition of a loop is computed anew each time', () => {
    expect(lowered('while (yield* take(root)) root.count++;')).toEqual([
      'loop 0',
      '  take$1 := call take(&root)',
      '  if !take$1',
      '    break 0',
      '  root.count := (root.count + 1)',
    ]);
  });
});

describe('loops', () => {
  const isCounted = (loop: string): boolean =>
    lowered(`let end = 3;\n  ${loop}`).some((line) => line.startsWith('for '));

  test.each([
    'for (let i = 0; i < 3; i++) root.flags[i] = true;',
    'for (let i = 0; i <= root.config.n; i += 1) { if (root.flag) continue; root.flag = true; }',
    'for (let i = root.count; i >= 0; i--) root.flags[i] = true;',
    'for (let i = 5; i > end; --i) root.flag = !root.flag;',
    'for (let i = 0; i < root.flags.length; i++) root.flags[i] = false;',
  ])('%s is counted', (loop) => {
    expect(isCounted(loop)).toBe(true);
  });

  test.each([
    'for (let i = 0; i < root.count; i++) root.count--;',
    'for (let i = 0; i < end; i++) end--;',
    'for (let i = 0; i < 3; i++) i += 1;',
    'for (let i = 0; i < 3; i += 2) root.flag = true;',
    'for (let i = 0; i < bump(root); i++) root.flag = true;',
    'for (let i = 0; i < 3; i--) root.flag = true;',
    'for (let i = 0; i !== 3; i++) root.flag = true;',
    'for (let i = 0, j = 1; i < j; i++) root.flag = true;',
    'for (;;) { if (root.flag) break; bump(root); }',
  ])('%s is not counted', (loop) => {
    expect(isCounted(loop)).toBe(false);
  });

  test('bounds that include the last value', () => {
    expect(lowered('for (let i = 1; i <= 3; i++) root.flags[i] = true;')[0]).toBe(
      'for 0: i up from 1, below 4',
    );
    expect(lowered('for (let i = 3; i > 0; i--) root.flags[i] = true;')[0]).toBe(
      'for 0: i down from 3, to 1',
    );
  });

  test('continue in other loops skips the body, not the update', () => {
    expect(lowered('for (let i = 0; i < 4; i += 2) { if (root.flag) continue; root.count++; }')).toEqual([
      'i := 0',
      'loop 0',
      '  if !(i < 4)',
      '    break 0',
      '  block 1',
      '    if root.flag',
      '      break 1',
      '    root.count := (root.count + 1)',
      '  i := (i + 2)',
    ]);
  });
});

describe('variables', () => {
  const variables = (body: string): Record<string, string> => {
    const program = compile(model(`${HELPERS}export function* f(root: Root): Op {\n  yield;\n  ${body}\n}`));
    const { variables: all, parameters } = functionOf(program, 'f');
    return Object.fromEntries(
      all.slice(parameters).map(({ name, role, type }) => {
        if (type.kind === 'int') return [name, `${role} ${JSON.stringify([type.lo, type.hi])}`];
        return [name, `${role} ${type.kind === 'enum' ? type.values.join() : type.kind}`];
      }),
    );
  };

  test('types come from declarations', () => {
    expect(variables('const a = root.mode;\n  const b = root.tables[0].entry[1].pfn;')).toEqual({
      a: 'value idle,busy,done',
      b: 'value [0,{"config":"n","plus":-1}]',
    });
    expect(variables('if (root.mode === "busy") { const a = root.mode; root.flag = a === "busy"; }')).toEqual(
      {
        a: 'value idle,busy,done',
      },
    );
  });

  test('constants have the domain of their value, variables any number', () => {
    expect(variables('const a = root.flag ? 1 : 9;\n  let b = 1;\n  b = a;')).toEqual({
      a: 'value [1,9]',
      b: 'value number',
    });
  });

  test('choices have finite domains', () => {
    expect(variables('const a = choose(2, 5);\n  const b = chooseBelow(root.config.n);')).toMatchObject({
      a: 'value [2,5]',
      b: 'value [0,{"config":"n","plus":-1}]',
    });
  });

  test('places are named, records with mutable fields are made', () => {
    expect(
      variables('const a = root.tables[0];\n  const b: Iter = { index: 0, old: NONE, valid: a.used };'),
    ).toEqual({
      a: 'alias record',
      b: 'local place record',
    });
  });

  test('the configuration leaves no trace but its members', () => {
    expect(
      lowered(
        'const c = root.config;\n  g(c, root);',
        'function g(c: Config, root: Root): void { root.count = c.n; }\n',
      ),
    ).toEqual(['call g(&root)']);
    expect(
      listing(
        `${HELPERS}function g(c: Config, root: Root): void { root.count = c.n; }\nexport function* f(root: Root): Op { yield; g(root.config, root); }`,
        'g',
      ),
    ).toContain('root.count := config.n');
  });
});

describe('values', () => {
  test('records are given in the order of their type', () => {
    expect(
      lowered("root.tables[0].entry[1] = { ...root.tables[1].entry[0], writable: true, mode: 'busy' };"),
    ).toEqual([
      "root.tables[0].entry[1] := Entry { pfn: root.tables[1].entry[0].pfn, writable: true, mode: 'busy' }",
    ]);
  });

  test('constants of modules are taken in', () => {
    const before =
      "const BASE = 1 << 2;\nconst CODES = { no: BASE + 1, deep: { yes: 'busy' } } as const;\nconst E: Entry = { ...NONE, pfn: CODES.no };\n";
    expect(
      lowered(
        'root.count = CODES.no;\n  root.mode = CODES.deep.yes;\n  root.tables[0].entry[0] = E;',
        before,
      ),
    ).toEqual([
      'root.count := ((1 << 2) + 1)',
      "root.mode := 'busy'",
      "root.tables[0].entry[0] := Entry { pfn: ((1 << 2) + 1), writable: false, mode: 'idle' }",
    ]);
  });

  test('constants with mutable fields are copied', () => {
    const before = 'const ITER: Iter = { index: 1, old: NONE, valid: false };\n';
    expect(
      lowered('const iter: Iter = { ...ITER, valid: true };\n  root.flag = iter.valid;', before)[0],
    ).toBe("iter := Iter { index: 1, old: Entry { pfn: 0, writable: false, mode: 'idle' }, valid: true }");
  });

  test('an enumeration is recoded where its strings have other numbers', () => {
    const before =
      "type Work = 'busy' | 'done';\nfunction g(root: Root, work: Work): void { root.mode = work; }\n";
    expect(lowered("if (root.mode !== 'idle') g(root, root.mode);\n  g(root, 'done');", before)).toEqual([
      "if (root.mode !== 'idle')",
      '  call g(&root, (root.mode as Work))',
      "call g(&root, 'done')",
    ]);
  });

  test('different enumerations are compared by their strings', () => {
    const before =
      "type Other = 'done' | 'failed';\nfunction g(root: Root, other: Other): void { root.flag = root.mode === other; }\n";
    const text = `${HELPERS}${before}export function* f(root: Root): Op { yield; g(root, 'done'); }`;
    const union = "'idle' | 'busy' | 'done' | 'failed'";
    expect(listing(text, 'g')).toContain(`((root.mode as ${union}) === (other as ${union}))`);
  });

  test('a record of another type with the same fields is rebuilt', () => {
    const before =
      'interface Mirror { readonly mode: Mode; readonly pfn: Index; readonly writable: boolean }\n';
    expect(lowered('const m: Mirror = root.tables[0].entry[1];\n  root.flag = m.writable;', before)[0]).toBe(
      'm := Mirror { mode: root.tables[0].entry[1].mode, pfn: root.tables[0].entry[1].pfn, writable: root.tables[0].entry[1].writable }',
    );
  });

  test('numbers are conditions, as in C', () => {
    expect(lowered('if (!root.count && root.config.n) return;')).toEqual([
      'if (!(root.count !== 0) && (config.n !== 0))',
      '  return',
    ]);
  });

  test('exact and truncating division', () => {
    expect(
      lowered('root.count = (root.count - (root.count % 3)) / 3;\n  root.count = (root.count / 2) | 0;'),
    ).toEqual([
      'root.count := ((root.count - (root.count % 3)) / 3)',
      'root.count := ((root.count / 2) | 0)',
    ]);
  });

  test('defaults of parameters are passed by the caller', () => {
    const before =
      "function g(root: Root, on = true, mode: Mode = 'busy'): void { if (on) root.mode = mode; }\n".replace(
        'on =',
        'on: boolean =',
      );
    expect(lowered('g(root);\n  g(root, false);', before)).toEqual([
      "call g(&root, true, 'busy')",
      "call g(&root, false, 'busy')",
    ]);
  });

  test('a place parameter may know fewer fields than the place has', () => {
    const before = 'interface Used { used: boolean }\nfunction g(used: Used): void { used.used = true; }\n';
    expect(lowered('g(root.tables[1]);', before)).toEqual(['call g(&root.tables[1])']);
  });
});

describe('types', () => {
  const fieldType = (type: string, more = ''): unknown => {
    const program = compile(
      model(
        `export type { Root };\n${more}interface Big extends Root { x: ${type} }\nexport function f(root: Big): boolean { return root.flag; }`,
      ),
    );
    return program.root.fields.find((field) => field.name === 'x')?.type;
  };
  const n = (plus: number) => ({ config: 'n', plus });

  test.each([
    ["'b' | 'a'", { kind: 'enum', name: null, values: ['b', 'a'] }],
    ["Mode | 'extra'", { kind: 'enum', name: null, values: ['idle', 'busy', 'done', 'extra'] }],
    ['boolean', { kind: 'bool' }],
    ['true | false', { kind: 'bool' }],
    ['-16 | -12 | 0', { kind: 'int', name: null, lo: -16, hi: 0 }],
    ['Below<4>', { kind: 'int', name: null, lo: 0, hi: 3 }],
    ['Index', { kind: 'int', name: 'Index', lo: 0, hi: n(-1) }],
    ["Range<-1, 'n'>", { kind: 'int', name: null, lo: -1, hi: n(0) }],
    ["Below<'n'> | -1", { kind: 'int', name: null, lo: -1, hi: n(-1) }],
    ["Lock['owner']", { kind: 'int', name: null, lo: -1, hi: n(0) }],
    ["Vector<boolean, 'n'>", { kind: 'vector', length: n(0), element: { kind: 'bool' } }],
    [
      'Vector<Vector<true, 2>, 3>',
      { kind: 'vector', length: 3, element: { kind: 'vector', length: 2, element: { kind: 'bool' } } },
    ],
  ])('%s', (type, expected) => {
    expect(fieldType(type)).toEqual(expected);
  });

  test('a bound may be an alias of a literal', () => {
    expect(fieldType('Below<Four>', 'type Four = 4;\n')).toEqual({ kind: 'int', name: null, lo: 0, hi: 3 });
  });

  test('a record is a value if all it has is readonly values', () => {
    expect(fieldType('V', 'interface V { readonly a: boolean; readonly e: Entry }\n')).toMatchObject({
      mutable: false,
    });
    expect(fieldType('P', 'interface P { readonly a: boolean; e: Entry }\n')).toMatchObject({
      mutable: true,
    });
    expect(fieldType('P', 'interface P { readonly a: Vector<boolean, 2> }\n')).toMatchObject({
      mutable: true,
    });
  });

  test('inherited fields come along, and the configuration does not', () => {
    const program = compile(
      model(
        'export type { Root };\ninterface Big extends Root { x: boolean }\nexport function f(root: Big): boolean { return root.x; }',
      ),
    );
    expect(program.root.fields.map((field) => field.name).sort()).toEqual(
      ['x', 'tables', 'flags', 'lock', 'count', 'flag', 'mode'].sort(),
    );
  });
});
