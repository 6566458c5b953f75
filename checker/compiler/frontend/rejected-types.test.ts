/** Which types state may not have: a field of each, at line 7, column 3. */
import { expect, test } from 'vitest';
import { diagnose, model } from './testing/compile.js';

const CASES: readonly (readonly [field: string, ...diagnostics: string[]])[] = [
  ['x: number', '7:6: `number` has no finite domain'],
  ['x: string', "7:6: `string` has no finite domain | List the strings that occur: `'free'"],
  ['x: any', '7:6: `any` is not in the model language'],
  ['x?: boolean', '7:3: field `x` is optional'],
  ['x(): boolean', '7:3: an interface of the model may have plain fields only'],
  ['[x: string]: boolean', '7:3: an interface of the model may have plain fields only'],
  ['x: boolean | null', '7:16: `null` is not in the model language'],
  ["x: 'a' | undefined", '7:12: `undefined` is not in the model language'],
  [
    "x: 'a' | 1",
    "7:6: a union must be of strings only, or of integers only | Use one kind of literal: `'RETRY' | 'FIXED'`, or `-16",
  ],
  ['x: boolean[]', '7:6: an array type is not in the model language'],
  ['x: readonly boolean[]', '7:6: this type operator is not in the model language'],
  ['x: Array<boolean>', '7:6: `Array` is not a type of the model language'],
  ['x: [boolean]', '7:6: a tuple is not in the model language'],
  ["x: Below<'nosuch'>", '7:12: the configuration has no number `nosuch`'],
  ["x: Below<'fast'>", '7:12: the configuration has no number `fast`'],
  ['x: Below<Mode>', '7:12: a bound must be an integer or the name of a number in the configuration'],
  ['x: Below<0>', '7:12: this domain is empty'],
  ['x: Below<1.5>', '7:12: `1.5` is not an integer'],
  ['x: Range<2, 1>', '7:15: this domain is empty'],
  ['x: Range<0, 4294967296>', '7:15: `4294967296` does not fit into 32 bits'],
  ['x: { readonly y: boolean }', '7:6: a record type without a name is not in the model language'],
  ['x: () => void', '7:6: a function type is not in the model language'],
  ['x: G<boolean>', '7:6: `G` has type parameters'],
  ['x: Readonly<Lock>', '7:6: `Readonly` is not a type of the model language'],
  ['x: Partial<Lock>', '7:6: `Partial` is not a type of the model language'],
  ['x: Lock & Table', '7:6: an intersection of types is not in the model language'],
  ['x: Lock extends Table ? boolean : Mode', '7:6: a conditional type is not in the model language'],
  ['x: typeof NONE', '7:6: a `typeof` type is not in the model language'],
  ['x: keyof Lock', '7:6: this type operator is not in the model language'],
  [
    'x: `a${Mode}`',
    "7:6: a template literal type is not in the model language | Use a union of strings: `'free'",
  ],
  ['x: Extra', '7:6: `Extra` contains itself'],
  ['x: Nosuch', '7:6: `Nosuch` is not known here'],
  ['x: Map<Index, Mode>', '7:6: `Map` is not in the model language'],
  ['x: Promise<boolean>', '7:6: `Promise` is not in the model language'],
  ['x: Config', '7:3: only the root state may have a field with the configuration'],
  ['x: Empty', '3:1: `Empty` has no fields'],
  ['x: Op', '7:6: `Op` is not a type of the model language'],
  ['x: bigint', '7:6: `bigint` is not in the model language'],
  ['x: K', '7:6: a class is not in the model language'],
  ['x: Vector<number, 2>', '7:13: `number` has no finite domain'],
  ["x: Lock['nosuch']", "7:6: `Lock['nosuch']` is not a type of the model language"],
  [
    "x: Below<'n'> | 7",
    "7:6: a union must be of strings only, or of integers only | Use one kind of literal: `'RETRY' | 'FIXED'`, or `-16",
  ],
];

test.each(CASES)('%s', (field, ...expected) => {
  const found = diagnose(
    model(`export type { Root };
interface Empty {}
interface G<T> { readonly g: T }
class K {}
interface Extra { readonly y: boolean;
  ${field} }
interface Root2 extends Root { extra: Extra }
export function* f(root: Root2): Op { yield; root.flag = root.extra.y; }`),
  );
  expect(found.map((each) => each.slice(0, each.lastIndexOf(' | ')))).toEqual(expected);
  for (const each of found) expect(each).toMatch(/ \| [A-Z`].*[.?]$/);
});
