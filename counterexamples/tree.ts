/**
 * The shared state as a tree of plain data, and the differences between two states.
 *
 * States of one model all have the same shape (records and fixed vectors of scalars), so a difference is a list of
 * scalars with their values before and after, each named by a path that a reader can understand: `pt[1].spte[0].kind`.
 */
import { produce } from 'immer';

export type Scalar = number | boolean | string;
export type Tree = Scalar | readonly Tree[] | RecordTree;
export interface RecordTree {
  readonly [field: string]: Tree;
}

/** One scalar that changed. */
export interface Change {
  readonly path: string;
  readonly before: Scalar;
  readonly after: Scalar;
}

export type Path = readonly (string | number)[];

/** Every scalar of a tree, depth first. */
export function* scalars(tree: Tree, path: Path = []): Generator<{ path: Path; value: Scalar }> {
  if (typeof tree !== 'object') yield { path, value: tree };
  else for (const [key, child] of childrenOf(tree)) yield* scalars(child, [...path, key]);
}

/** What changed from one state to another of the same shape, in the order of the declarations. */
export function differences(before: Tree, after: Tree): Change[] {
  const changes: Change[] = [];
  collect(before, after, [], changes);
  return changes;
}

/** The state after the changes. Throws a `Mismatch` if they do not fit: no such path, or another value before. */
export function applyChanges(state: RecordTree, changes: readonly Change[]): RecordTree {
  return produce(state, (draft: object) => {
    for (const change of changes) applyChange(draft, change);
  });
}

/** Changes that do not belong to this state. The message says which and why. */
export class Mismatch extends Error {
  override readonly name = 'Mismatch';
}

/** The subtree at a path, or undefined if there is none. */
export function lookUp(tree: Tree, path: Path): Tree | undefined {
  let at: Tree | undefined = tree;
  for (const key of path) {
    if (typeof at !== 'object' || !Object.hasOwn(at, key)) return undefined;
    at = (at as RecordTree)[key];
  }
  return at;
}

/** `['pt', 1, 'spte']` as `pt[1].spte`. */
export function formatPath(path: Path): string {
  let text = '';
  for (const key of path) {
    if (typeof key === 'number') text += `[${key}]`;
    else text += text === '' ? key : `.${key}`;
  }
  return text;
}

/** The inverse of `formatPath`, or null for a text that is no path. */
export function parsePath(text: string): Path | null {
  if (!PATH.test(text)) return null;
  return [...text.matchAll(KEY)].map(([, field, index]) =>
    index === undefined ? String(field) : Number(index),
  );
}

const FIELD = '[\\p{ID_Start}$_][\\p{ID_Continue}$]*';
const INDEX = '\\[(?:0|[1-9]\\d*)\\]';
const PATH = new RegExp(`^${FIELD}(?:${INDEX}|\\.${FIELD})*$`, 'u');
const KEY = new RegExp(`(${FIELD})|\\[(\\d+)\\]`, 'gu');

function collect(before: Tree, after: Tree, path: Path, changes: Change[]): void {
  if (before === after) return;
  if (typeof before !== 'object' || typeof after !== 'object') {
    if (typeof before === 'object' || typeof after === 'object') throw differentShapes(path);
    changes.push({ path: formatPath(path), before, after });
    return;
  }
  const old = childrenOf(before);
  const children = childrenOf(after);
  if (old.length !== children.length) throw differentShapes(path);
  for (const [key, child] of old) {
    const other = lookUp(after, [key]);
    if (other === undefined) throw differentShapes([...path, key]);
    collect(child, other, [...path, key], changes);
  }
}

function childrenOf(tree: readonly Tree[] | RecordTree): [string | number, Tree][] {
  return isVector(tree) ? tree.map((child, index) => [index, child]) : Object.entries(tree);
}

export function isVector(tree: Tree): tree is readonly Tree[] {
  return Array.isArray(tree);
}

function differentShapes(path: Path): Error {
  return new Error(`two states of one model differ in their shape at '${formatPath(path)}'`);
}

function applyChange(draft: object, { path: text, before, after }: Change): void {
  const path = parsePath(text);
  const last = path?.at(-1);
  if (path === null || last === undefined) throw new Mismatch(`'${text}' is not a path into the state`);
  const parent = lookUp(draft as RecordTree, path.slice(0, -1));
  const present = typeof parent === 'object' ? lookUp(parent, [last]) : undefined;
  if (typeof parent !== 'object' || present === undefined || typeof present === 'object') {
    throw new Mismatch(`'${text}' names no value of the state`);
  }
  if (present !== before) {
    throw new Mismatch(`${text} changes from ${String(before)}, but it is ${String(present)} there`);
  }
  (parent as Record<string | number, Scalar>)[last] = after;
}
