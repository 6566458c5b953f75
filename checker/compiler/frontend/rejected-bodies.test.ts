/** What function bodies may not contain: where it is reported, and as what. Bodies begin at line 5, column 3. */
import { expect, test } from 'vitest';
import { diagnose, model } from './testing/compile.js';

const CASES: readonly (readonly [body: string, ...diagnostics: string[]])[] = [
  ['const a = [1, 2];', '5:13: an array is not in the model language'],
  ['const a = new Map();', '5:13: `new` is not in the model language'],
  [
    'root.count = Math.max(1, 2);',
    '5:16: `Math` is not in the model language | Compare with `a < b ? a : b`; halve with `>> 1`; truncate with `(a / b)',
  ],
  ['console.log(root.count);', '5:3: `console` is not in the model language'],
  ['root.count = Date.now();', '5:16: `Date` is not in the model language'],
  ['setTimeout(1);', '5:3: `setTimeout` is not in the model language'],
  ['Object.keys(root);', '5:3: `Object.keys` is not in the model language'],
  ['const s = String(1);', '5:13: `String` is not in the model language'],
  ['root.count = nosuch;', '5:16: `nosuch` is not known here'],
  ['nosuch(root);', '5:3: `nosuch` is not known here'],
  ['try { root.flag = true; } catch { }', '5:3: `try` is not in the model language'],
  ['throw 1;', '5:3: `throw` is not in the model language'],
  ["throw new Error('x');", '5:3: `throw` is not in the model language'],
  ['class A { x = 1; }', '5:3: a class is not in the model language'],
  ['await root;', '5:3: `await` is not in the model language'],
  ['const g = () => 1;', '5:13: a function value is not in the model language'],
  ['const g = function () { return 1; };', '5:13: a function value is not in the model language'],
  ['function g() { }', '5:3: a function inside a function is not in the model language'],
  [
    `function g(): void { }
  g();`,
    '5:3: a function inside a function is not in the model language',
  ],
  ['(() => 1)();', '5:3: a function value is not in the model language'],
  ['root.flags.forEach((x) => x);', '5:3: method `forEach` is not in the model language'],
  ['for (const x of [1]) root.flag = x > 0;', '5:3: `for ... of` is not in the model language'],
  ["for (const x in root) root.flag = x === 'a';", '5:3: `for ... in` is not in the model language'],
  ['root.flag = root.count == 1;', '5:26: `==` converts its operands'],
  ['root.flag = root.count != 1;', '5:26: `!=` converts its operands'],
  ['root.count = 1, root.flag = true;', '5:17: the comma operator is not in the model language'],
  ['delete root.flag;', '5:3: `delete` is not in the model language'],
  ["root.flag = typeof root.count === 'number';", '5:15: `typeof` is not in the model language'],
  ['root.flag = root instanceof Object;', '5:20: `instanceof` is not in the model language'],
  ["root.flag = 'flag' in root;", '5:22: `in` is not in the model language'],
  ['void root.count;', '5:3: `void` is not in the model language'],
  ['root.count = root.count ** 2;', '5:27: `**` is not in the model language'],
  ['root.count **= 2;', '5:14: `**=` is not in the model language'],
  [
    'root.count = root.count / 2;',
    '5:27: `/` makes fractions | Write `(a - (a % b)) / b`, which is exact, or `(a / b)',
  ],
  ['root.count /= 2;', '5:14: `/=` is not in the model language | Write `x = (x / n)'],
  ['root.count = root.count ?? 1;', '5:27: `??` is not in the model language'],
  ['root.flag = root.lock?.owner === 1;', '5:15: optional chaining is not in the model language'],
  ['root.flag = root.flags?.[0];', '5:15: optional chaining is not in the model language'],
  ['root.flag = root.flag!;', '5:15: `!` behind an expression is not in the model language'],
  ['root.flag = null;', '5:15: `null` is not in the model language'],
  ['root.flag = undefined;', '5:15: `undefined` is not in the model language'],
  ['const s = `a${root.count}`;', '5:13: a computed string is not in the model language'],
  ["const s = 'a' + root.mode;", '5:13: strings cannot be computed'],
  ["const s = root.mode + 'x';", '5:13: strings cannot be computed'],
  ["root.flag = root.mode.startsWith('a');", '5:15: method `startsWith` is not in the model language'],
  ['root.count = root.mode.length;', '5:16: strings cannot be computed'],
  ["root.flag = root.mode[0] === 'a';", '5:15: only Vectors have elements'],
  ["root.flag = /a/.test('a');", '5:15: method `test` is not in the model language'],
  ['const x = 1n;', '5:13: a bigint is not in the model language'],
  ['root.flag = this;', '5:15: `this` is not in the model language'],
  ['root.count = +root.count;', '5:16: unary `+` is not in the model language'],
  ['root.count = 1.5;', '5:16: `1.5` is not an integer'],
  ['root.count = 0x1_0000_0000;', '5:16: `0x1_0000_0000` does not fit into 32 bits'],
  ['const x: any = 1;', '5:12: `any` is not in the model language'],
  ["const x: string = 'a';", "5:12: `string` has no finite domain | List the strings that occur: `'free'"],
  ['const { flag } = root;', '5:9: destructuring is not in the model language'],
  ['const [a] = root.flags;', '5:9: destructuring is not in the model language'],
  [
    `let flag = false;
  ({ flag } = root);`,
    '6:4: destructuring is not in the model language',
  ],
  ['root.flag = root.tables[0].entry[0] === NONE;', '5:15: `===` compares records by identity'],
  ['root.flag = root.tables[0].entry[0] !== NONE;', '5:15: `!==` compares records by identity'],
  ['root.flag = root.tables[0] === root.tables[1];', '5:15: places cannot be compared'],
  [
    'root.flag = equal(root.tables[0], root.tables[1]);',
    '5:21: a place (`Table`) is used as a value',
    '5:37: a place (`Table`) is used as a value',
  ],
  [
    'root.flag = equal<unknown>(root.tables[0].entry[0], root.flag);',
    '5:15: `boolean` is used where `Entry` is expected',
  ],
  [
    'root.tables[0].entry[0].writable = true;',
    "5:27: Cannot assign to 'writable' because it is a read-only property",
  ],
  [
    `const old = root.tables[0].entry[0];
  old.writable = true;`,
    "6:7: Cannot assign to 'writable' because it is a read-only property",
  ],
  ['root.tables[0] = root.tables[1];', '5:3: a place (`Table`) cannot be assigned or stored'],
  [
    `const iter: Iter = { index: 0, old: NONE, valid: false };
  root.lock = root.lock;`,
    '6:3: a place (`Lock`) cannot be assigned or stored',
  ],
  ['root.flags = root.flags;', "5:3: a place (`Vector<boolean, 'n'>`) cannot be assigned or stored"],
  [
    `let t = root.tables[0];
  t = root.tables[1];`,
    '5:7: `t` names a place and must be a `const`',
  ],
  ['if (root.lock) root.flag = true;', '5:7: a place (`Lock`) is used as a value'],
  ['if (NONE) root.flag = true;', '5:7: `Entry` cannot be used as a condition'],
  ['if (root.mode) root.flag = true;', '5:7: `Mode` cannot be used as a condition'],
  [
    `const x = 1;
  x = 2;`,
    "6:3: Cannot assign to 'x' because it is a constant",
  ],
  ['root.config.n = 2;', '5:3: the configuration cannot be changed'],
  ['root.config = root.config;', '5:3: the configuration cannot be changed'],
  [
    'const c = equal(root.config, root.config);',
    '5:19: the configuration is used as a value',
    '5:32: the configuration is used as a value',
  ],
  [
    'root.flag = (root.count = 1) === 1;',
    '5:16: an assignment inside an expression is not in the model language',
  ],
  ['root.count = root.count++;', '5:16: an assignment inside an expression is not in the model language'],
  [
    'root.flag = root.flags[0] = true;',
    '5:15: an assignment inside an expression is not in the model language',
  ],
  ['root.count;', '5:3: this statement has no effect'],
  ["'use strict';", '5:3: this statement has no effect'],
  ['yield* root;', '5:3: `yield*` must be followed by the call of an operation'],
  ['yield 1;', '5:9: a `yield` carries nothing, a condition, or a rest'],
  ['yield root.flag;', '5:9: a `yield` carries nothing, a condition, or a rest'],
  ['const x = yield;', '5:13: `yield` has no value'],
  ['yield () => { let x = 1; return x > 0; };', '5:15: a guard must be a single expression'],
  ['yield (x) => x;', '5:9: a guard must be a single expression'],
  ['yield () => choose(true, false);', '5:9: a guard makes a choice'],
  ['rest(() => true);', '5:3: `rest` belongs directly behind `yield`'],
  [
    'const x = choose<number | boolean>(1, true);',
    '5:13: `choose` needs alternatives of one kind: all numbers, all booleans or all strings',
  ],
  ['const x = choose(...[1, 2]);', '5:20: spread arguments are not in the model language'],
  ['const x = choose();', '5:13: Expected at least 1 arguments, but got 0'],
  [
    "assert(root.flag, 'P1', root.mode);",
    '5:27: the property and the message of an assertion must be string literals or constants',
  ],
  ["process('x', f);", '5:3: `process` is not in the model language'],
  [
    `switch (root.mode) {
    case 'idle': root.flag = true;
    case 'busy': root.flag = false;
  }`,
    '6:5: Fallthrough case in switch',
  ],
  [
    `switch (root.count) {
    case root.count: root.flag = true;
  }`,
    '6:10: a case must be a literal or a constant',
  ],
  ['var x = 1;', '5:3: `var` is not in the model language'],
  [
    `let m = 'idle';
  root.flag = m === 'idle';`,
    '5:7: the type of `m` is not declared, and its first value does not tell which others it may have',
  ],
  [
    `let m;
  m = 1;`,
    '5:7: `m` has neither a type nor a value',
  ],
  ['const v: Vector<boolean, 2> = [true, false];', '5:33: local `v` would be a Vector of its own'],
  [
    'let iter: Iter = { index: 0, old: NONE, valid: false };',
    '5:7: `iter` names a place and must be a `const`',
  ],
  ['const r = { a: 1 };', '5:13: the type of this record is not declared'],
  [
    "const r: Entry = { ...NONE, mode() { return 'idle'; } };",
    '5:31: a record may have plain fields and spreads only',
  ],
  [
    "const r: Entry = { ...NONE, ['mode']: 'idle' };",
    '5:31: a record may have plain fields and spreads only',
  ],
  [
    'const r: Entry = { pfn: 0, writable: true };',
    "5:9: Property 'mode' is missing in type '{ pfn: number; writable: true; }' but required in type 'Entry'",
  ],
  [
    'const r: Entry = { ...NONE, other: 1 };',
    "5:31: Object literal may only specify known properties, and 'other' does not exist in type 'Entry'",
  ],
  [
    `const r: Iter = { index: 0, old: NONE, valid: false };
  const s: Iter = { ...r };`,
    '6:24: a place (`Iter`) is used as a value',
  ],
  ["root.flag = root['flag'];", '5:15: only Vectors have elements'],
  ['root.count = root.flag + 1;', '5:16: `+` needs numbers'],
  ['root.count = root.flag & 1;', '5:16: `&` needs numbers'],
  [
    'root.count = root.count || 1;',
    '5:16: `||` needs booleans where its result is used as a value',
    '5:30: `||` needs booleans where its result is used as a value',
  ],
  ['root.flag |= true;', '5:3: `|` needs numbers'],
  ['root.flag = 1;', "5:3: Type 'number' is not assignable to type 'boolean'"],
  ["const x = root.flag ? 1 : 'a';", "5:13: `'a'` is used where `1` is expected"],
  ['x: root.flag = true;', '5:3: only loops and blocks may have a label'],
  ['debugger;', '5:3: `debugger` is not in the model language'],
  ['const s = f`x`;', '5:13: a tagged template is not in the model language'],
  ["const s = import('./x.js');", '5:13: a dynamic import is not in the model language'],
  ['const s = import.meta;', '5:13: a meta property is not in the model language'],
  ['const s = choose;', '5:13: function `choose` is used as a value'],
];

test.each(CASES)('%s', (body, ...expected) => {
  const found = diagnose(
    model(`export type { Root };\nexport function* f(root: Root): Op {\n  yield;\n  ${body}\n}`),
  );
  expect(found.map(withoutAdvice)).toEqual(expected);
  for (const each of found) expect(each).toMatch(/ \| [A-Z`].*[.?]$/);
});

function withoutAdvice(diagnostic: string): string {
  return diagnostic.slice(0, diagnostic.lastIndexOf(' | '));
}
