/**
 * What a model file sees besides its imports: the types that TypeScript itself needs, and the few methods of arrays,
 * strings and objects with which scenario files build their data.
 *
 * It stands in for the standard `lib.*.d.ts`, which take longer to read than a whole model. What is missing here on
 * purpose (Math, Map, Promise, console, ...) is thereby unknown in a model file.
 */
export const LIBRARY = `
interface Object { toString(): string; hasOwnProperty(name: string): boolean }
interface ObjectConstructor {
  keys(value: object): string[];
  values<T>(value: { [name: string]: T } | ArrayLike<T>): T[];
  entries<T>(value: { [name: string]: T } | ArrayLike<T>): [string, T][];
  fromEntries<T>(entries: Iterable<readonly [string, T]>): { [name: string]: T };
  assign<T extends object, U>(target: T, source: U): T & U;
  assign<T extends object, U, V>(target: T, first: U, second: V): T & U & V;
  freeze<T>(value: T): Readonly<T>;
}
declare const Object: ObjectConstructor;
interface Function { readonly name: string; readonly length: number }
interface CallableFunction extends Function {}
interface NewableFunction extends Function {}
interface IArguments { readonly length: number; [index: number]: unknown }
interface Boolean { valueOf(): boolean }
interface Number { toString(radix?: number): string; toFixed(digits?: number): string }
interface RegExp { test(text: string): boolean }
interface String {
  readonly length: number;
  readonly [index: number]: string;
  charAt(index: number): string;
  endsWith(text: string): boolean;
  includes(text: string): boolean;
  indexOf(text: string): number;
  padEnd(length: number, fill?: string): string;
  padStart(length: number, fill?: string): string;
  repeat(count: number): string;
  replace(from: string | RegExp, to: string): string;
  slice(start?: number, end?: number): string;
  split(separator: string): string[];
  startsWith(text: string): boolean;
  toLowerCase(): string;
  toUpperCase(): string;
  trim(): string;
  [Symbol.iterator](): IterableIterator<string>;
}
interface StringConstructor { (value?: unknown): string }
declare const String: StringConstructor;
interface TemplateStringsArray extends ReadonlyArray<string> { readonly raw: readonly string[] }
interface Symbol { toString(): string }
interface SymbolConstructor { readonly iterator: unique symbol }
declare const Symbol: SymbolConstructor;
interface ArrayLike<T> { readonly length: number; readonly [index: number]: T }
interface ReadonlyArray<T> {
  readonly length: number;
  readonly [index: number]: T;
  at(index: number): T | undefined;
  concat(...items: (T | readonly T[])[]): T[];
  entries(): IterableIterator<[number, T]>;
  every(test: (value: T, index: number) => unknown): boolean;
  filter<S extends T>(test: (value: T, index: number) => value is S): S[];
  filter(test: (value: T, index: number) => unknown): T[];
  find(test: (value: T, index: number) => unknown): T | undefined;
  findIndex(test: (value: T, index: number) => unknown): number;
  flat<U>(this: readonly (readonly U[])[]): U[];
  flatMap<U>(each: (value: T, index: number) => U | readonly U[]): U[];
  forEach(each: (value: T, index: number) => void): void;
  includes(value: T): boolean;
  indexOf(value: T): number;
  join(separator?: string): string;
  keys(): IterableIterator<number>;
  map<U>(each: (value: T, index: number) => U): U[];
  reduce<U>(each: (sum: U, value: T, index: number) => U, start: U): U;
  slice(start?: number, end?: number): T[];
  some(test: (value: T, index: number) => unknown): boolean;
  values(): IterableIterator<T>;
  [Symbol.iterator](): IterableIterator<T>;
}
interface Array<T> extends ReadonlyArray<T> {
  length: number;
  [index: number]: T;
  fill(value: T): this;
  pop(): T | undefined;
  push(...items: T[]): number;
  reverse(): T[];
  sort(compare?: (left: T, right: T) => number): this;
}
interface ArrayConstructor {
  isArray(value: unknown): value is unknown[];
  from<T>(items: Iterable<T> | ArrayLike<T>): T[];
  from<T, U>(items: Iterable<T> | ArrayLike<T>, each: (value: T, index: number) => U): U[];
  of<T>(...items: T[]): T[];
}
declare const Array: ArrayConstructor;
interface IteratorYieldResult<T> { done?: false; value: T }
interface IteratorReturnResult<T> { done: true; value: T }
type IteratorResult<T, R = any> = IteratorYieldResult<T> | IteratorReturnResult<R>;
interface Iterator<T, R = any, N = any> {
  next(...[value]: [] | [N]): IteratorResult<T, R>;
  return?(value?: R): IteratorResult<T, R>;
  throw?(error?: any): IteratorResult<T, R>;
}
interface Iterable<T, R = any, N = any> { [Symbol.iterator](): Iterator<T, R, N> }
interface IterableIterator<T, R = any, N = any> extends Iterator<T, R, N> {
  [Symbol.iterator](): IterableIterator<T, R, N>;
}
interface IteratorObject<T, R = unknown, N = unknown> extends Iterator<T, R, N> {
  [Symbol.iterator](): IteratorObject<T, R, N>;
}
interface Generator<T = unknown, R = any, N = any> extends IteratorObject<T, R, N> {
  next(...[value]: [] | [N]): IteratorResult<T, R>;
  return(value: R): IteratorResult<T, R>;
  throw(error: any): IteratorResult<T, R>;
  [Symbol.iterator](): Generator<T, R, N>;
}
type Partial<T> = { [K in keyof T]?: T[K] };
type Required<T> = { [K in keyof T]-?: T[K] };
type Readonly<T> = { readonly [K in keyof T]: T[K] };
type Pick<T, K extends keyof T> = { [P in K]: T[P] };
type Record<K extends string | number | symbol, T> = { [P in K]: T };
type Exclude<T, U> = T extends U ? never : T;
type Extract<T, U> = T extends U ? T : never;
type Omit<T, K extends string | number | symbol> = Pick<T, Exclude<keyof T, K>>;
type NonNullable<T> = T & {};
type Parameters<T extends (...args: any) => any> = T extends (...args: infer P) => any ? P : never;
type ReturnType<T extends (...args: any) => any> = T extends (...args: any) => infer R ? R : any;
`;
