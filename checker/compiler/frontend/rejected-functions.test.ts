/** What is wrong with functions, roots and constants of modules. Texts begin at line 3. */
import { expect, test } from 'vitest';
import { diagnose, model } from './testing/compile.js';

const CASES: readonly (readonly [text: string, ...diagnostics: string[]])[] = [
  [
    `class A { x = 1; }
export function* f(root: Root): Op {
  yield;
  new A();
}`,
    '6:3: `new` is not in the model language',
  ],
  [
    `export async function f(root: Root) {
  await 1;
  return root.flag;
}`,
    '3:8: `async` is not in the model language',
  ],
  [
    `const g = (root: Root) => root.flag;
export function f(root: Root): boolean {
  return g(root);
}`,
    '5:10: `g` is not a function of the model',
  ],
  [
    `function g(x: unknown): void { }
export function* f(root: Root): Op {
  yield;
  g(1);
}`,
    '3:15: `unknown` is not in the model language',
  ],
  [
    `function g(x: any): void { }
export function* f(root: Root): Op {
  yield;
  g(1);
}`,
    '3:15: `any` is not in the model language',
  ],
  [
    `function g(x): void { }
export function* f(root: Root): Op {
  yield;
  g(1);
}`,
    '3:12: parameter `x` has no declared type',
  ],
  [
    `function g(x: () => boolean): boolean { return x(); }
export function* f(root: Root): Op {
  yield;
  root.flag = g(() => true);
}`,
    '3:15: a function type is not in the model language',
  ],
  [
    `function g(x: number[]): void { }
export function* f(root: Root): Op {
  yield;
  g([1]);
}`,
    '3:15: an array type is not in the model language',
  ],
  [
    `function g(x?: number): void { }
export function* f(root: Root): Op {
  yield;
  g();
}`,
    '3:12: parameter `x` is optional',
  ],
  [
    `function g(x = [1]): void { }
export function* f(root: Root): Op {
  yield;
  g();
}`,
    '3:12: parameter `x` has no declared type',
  ],
  [
    `function g(root: Root, x: number = root.count): void { }
export function* f(root: Root): Op {
  yield;
  g(root);
}`,
    '3:36: the default of parameter `x` is not a constant scalar',
  ],
  [
    `function g(...x: number[]): void { }
export function* f(root: Root): Op {
  yield;
  g(1);
}`,
    '3:12: `...x`: rest parameters are not in the model language',
  ],
  [
    `function g({ flag }: Root): void { }
export function* f(root: Root): Op {
  yield;
  g(root);
}`,
    '3:12: destructuring is not in the model language',
  ],
  [
    `function g<T>(x: T): void { }
export function* f(root: Root): Op {
  yield;
  g(1);
}`,
    '3:10: `g` has type parameters',
    '3:18: `T` is not a type of the model language',
  ],
  [
    `function g(root: Root) { return root.flag; }
export function* f(root: Root): Op {
  yield;
  root.flag = g(root);
}`,
    '3:10: `g` returns a value but declares no result type',
  ],
  [
    `export function* f(root: Root) {
  yield;
}`,
    '3:18: generator `f` does not declare that it returns an Op',
  ],
  [
    `export function* f(root: Root): Generator<undefined, void, undefined> {
  yield;
}`,
    '3:33: generator `f` does not declare that it returns an Op',
  ],
  [
    `function g(root: Root): Lock { return root.lock; }
export function* f(root: Root): Op {
  yield;
  g(root).owner = 1;
}`,
    '3:25: a function cannot return a place (`Lock`)',
  ],
  [
    `interface Holder { x: Iter }
export function* f(root: Root): Op {
  yield;
  const iter: Iter = { index: 0, old: NONE, valid: false };
  const h: Holder = { x: iter };
}`,
    '7:21: field `x` of a local `Holder` is a place',
  ],
  [
    `function g(t: Table, u: Table): void { t = u; }
export function* f(root: Root): Op {
  yield;
  g(root.tables[0], root.tables[1]);
}`,
    '3:40: a place (`Table`) cannot be assigned or stored',
  ],
  [
    `interface LockValue { readonly owner: Range<-1, 'n'> }
export function* f(root: Root): Op {
  yield;
  const l: LockValue = root.lock;
}`,
    '6:24: a place (`Lock`) is used as a value',
  ],
  [
    `const X = 1;
export function* f(root: Root): Op {
  yield;
  X = 2;
}`,
    '6:3: `X` cannot be assigned',
  ],
  [
    `let counter = 0;
export function* f(root: Root): Op {
  yield;
  counter++;
}`,
    '6:3: `counter` is a variable of a module',
  ],
  [
    `let counter = 0;
export function* f(root: Root): Op {
  yield;
  root.count = counter;
}`,
    '6:16: `counter` is a variable of a module',
  ],
  [
    `function g(): number { return 1; }
const X = g();
export function* f(root: Root): Op {
  yield;
  root.count = X;
}`,
    '4:11: `g()` is not constant',
  ],
  [
    `const X = [1, 2];
export function* f(root: Root): Op {
  yield;
  root.count = X[0];
}`,
    '3:11: an array is not in the model language',
  ],
  [
    `const X: number = Y;
const Y: number = X;
export function* f(root: Root): Op {
  yield;
  root.count = X;
}`,
    '3:7: `X` is defined by itself',
    "3:19: Block-scoped variable 'Y' used before its declaration",
    "3:19: Variable 'Y' is used before being assigned",
  ],
  [
    `const T: Iter = { index: 0, old: NONE, valid: false };
function g(iter: Iter): void { iter.valid = true; }
export function* f(root: Root): Op {
  yield;
  g(T);
}`,
    '7:5: the argument for `iter` must be a place',
  ],
  [
    `const T: Iter = { index: 0, old: NONE, valid: false };
export function* f(root: Root): Op {
  yield;
  const iter: Iter = T;
}`,
    '6:22: `T` is a constant, but `Iter` has mutable fields',
  ],
  [
    `function* g(root: Root): Op { yield; }
export function* f(root: Root): Op {
  yield;
  g(root);
}`,
    '6:3: operation `g` is called without `yield*`, so nothing of it would run',
  ],
  [
    `function* g(root: Root): Op<boolean> { yield; return true; }
export function* f(root: Root): Op {
  yield;
  root.flag = g(root);
}`,
    '6:15: operation `g` is called without `yield*`, so nothing of it would run',
  ],
  [
    `function g(root: Root): void { root.flag = true; }
export function* f(root: Root): Op {
  yield;
  yield* g(root);
}`,
    '6:3: `g` is no operation, but is called with `yield*`',
  ],
  [
    `function g(root: Root): void { yield; }
export function* f(root: Root): Op {
  yield;
  g(root);
}`,
    '3:32: `yield` outside an operation',
  ],
  [
    `function* g(root: Root): Op<boolean> { yield; return root.flag; }
export function* f(root: Root): Op {
  yield;
  yield () => g(root);
}`,
    '6:15: operation `g` is called without `yield*`, so nothing of it would run',
  ],
  [
    `function g(root: Root): boolean { root.flag = true; return true; }
function h(root: Root): boolean { return g(root); }
export function* f(root: Root): Op {
  yield;
  yield () => h(root);
}`,
    '7:9: a guard calls `h`, which calls `g`, which writes to the state',
  ],
  [
    `function g(root: Root): boolean { assume(root.flag); return true; }
export function* f(root: Root): Op {
  yield;
  yield rest(() => g(root));
}`,
    '6:14: a guard calls `g`, which makes an assumption',
  ],
  [
    `function g(iter: Iter): boolean { iter.valid = true; return true; }
export function* f(root: Root): Op {
  yield;
  const iter: Iter = { index: 0, old: NONE, valid: false };
  yield () => g(iter);
}`,
    '7:9: a guard calls `g`, which writes to the state',
  ],
  [
    `interface Big { lock: Lock }
export function* f(root: Root): Op {
  yield;
  const b: Big = { lock: { owner: 0 } };
}`,
    '6:18: field `lock` of a local `Big` is a place',
  ],
  [
    `interface Small { readonly pfn: Index }
export function* f(root: Root): Op {
  yield;
  const r: Small = { ...NONE };
}`,
    '6:22: `Small` has no field `writable`, but the record would carry it along',
  ],
  [
    `function g(lock: Lock): void { lock.owner = 1; }
export function* f(root: Root): Op {
  yield;
  g({ owner: 1 });
}`,
    '6:5: the argument for `lock` must be a place',
  ],
  [
    `interface Other { owner: Range<-1, 1> }
function g(lock: Other): void { lock.owner = 1; }
export function* f(root: Root): Op {
  yield;
  g(root.lock);
}`,
    '7:5: parameter `lock` is of type `Other`, the argument of type `Lock`',
  ],
  [
    `function g(a: number): void { }
export function* f(root: Root): Op {
  yield;
  g(...[1]);
}`,
    '6:5: spread arguments are not in the model language',
  ],
  [
    `function g(a: number): void { }
export function* f(root: Root): Op {
  yield;
  g();
}`,
    '6:3: Expected 1 arguments, but got 0',
  ],
  [
    `function g(root: Root): void { root.flag = true; }
export function* f(root: Root): Op {
  yield;
  const x = g(root);
}`,
    '6:13: `g` returns nothing, but its result is used',
  ],
  [
    `function* g(root: Root): Op<boolean> { yield; return root.flag; }
export function* f(root: Root): Op {
  yield;
  root.flags[0] = yield* g(root);
}`,
    '6:3: this place is looked up before the step ends, and used after it',
  ],
  [
    `function* g(root: Root): Op<boolean> { yield; return root.flag; }
function h(lock: Lock, flag: boolean): void { if (flag) lock.owner = 1; }
export function* f(root: Root): Op {
  yield;
  h(root.lock, yield* g(root));
}`,
    '7:5: this place is looked up before the step ends, and used after it',
  ],
  [
    `enum E { A }
export function* f(root: Root): Op {
  yield;
  root.count = E.A;
}`,
    "6:16: an enum is not in the model language | Use a union of strings: `'free'",
  ],
  [
    `enum E { A }
interface S { readonly e: E }
export function* f(root: Root): Op {
  yield;
  const s: S = { e: E.A };
}`,
    "4:27: an enum is not in the model language | Use a union of strings: `'free'",
  ],
  [
    `function g(): void { }
export function* f(root: Root): Op {
  yield;
  const s = g;
}`,
    '6:13: function `g` is used as a value',
  ],
  [
    `export function f(root: Root): boolean {
  root.flag = true;
  return true;
}`,
    '3:17: predicate `f` writes to the state',
  ],
  [
    `function g(lock: Lock): void { lock.owner = 1; }
export function f(root: Root): boolean {
  g(root.lock);
  return true;
}`,
    '4:17: predicate `f` calls `g`, which writes to the state',
  ],
  [
    `export function f(root: Root): boolean {
  const l = root.lock;
  l.owner = 1;
  return true;
}`,
    '3:17: predicate `f` writes to the state',
  ],
  [
    `export function f(root: Root): boolean {
  return choose(true, false);
}`,
    '3:17: predicate `f` makes a choice',
  ],
  [
    `export function f(root: Root): boolean {
  return current() === 1;
}`,
    '3:17: predicate `f` asks which process runs it',
  ],
  [
    `export function f(root: Root): number {
  return root.count;
}`,
    '3:32: predicate `f` must return a boolean',
  ],
  [
    `export function f(root: Root, x: number): boolean {
  return root.count === x;
}`,
    '3:31: predicate `f` must take the root state once, or twice (before and after a step)',
  ],
  [
    `export function* f(root: Root, lock: Lock): Op {
  yield;
  lock.owner = 1;
}`,
    '3:32: parameter `lock` of a process must be a number, boolean or enumeration',
  ],
  [
    `export function f(): boolean {
  return true;
}`,
    '3:17: `f` is run by a scenario, but its first parameter is not the root state',
  ],
  [
    `export function f(x: number): boolean {
  return x > 0;
}`,
    '3:22: `f` is run by a scenario, but its first parameter is not the root state',
  ],
  [
    `export function f(root: Root): boolean {
  return root.flag;
}
interface Root2 { readonly config: Config; flag: boolean }
export function g(root: Root2): boolean { return root.flag; }`,
    '7:25: `g` takes `Root2` as the root state, others take `Root`',
  ],
  [
    'export const f = (root: Root): boolean => root.flag;',
    '3:14: a function value is not in the model language',
  ],
];

test.each(CASES)('%s', (text, ...expected) => {
  const found = diagnose(model(`export type { Root };\n${text}`));
  expect(found.map((each) => each.slice(0, each.lastIndexOf(' | ')))).toEqual(expected);
  for (const each of found) expect(each).toMatch(/ \| [A-Z`].*[.?]$/);
});
