/** Between packed cells and the state as a tree of plain values, as the direct execution and the user see it. */
import { InputError } from '../../diagnostics.js';
import type { Cell, Domain, Graph } from '../ir/graph.js';
import type { StateTree } from '../machine.js';
import { maskOf } from './expressions.js';
import type { Field, Packing } from './packing.js';

/** The words of a state whose cells are as in the tree. Program counters and locals are zero. */
export function packTree(graph: Graph, packing: Packing, tree: StateTree): Uint32Array {
  const words = new Uint32Array(packing.words);
  const diagnostics = graph.cells.flatMap((cell, index) => {
    const value = numberOf(lookUp(tree, cell), cell.domain);
    const field = packing.cells[index];
    if (field === undefined) throw new Error(`cell ${index} is not packed`);
    if (value === null) {
      const message = `the initial state has ${show(lookUp(tree, cell))} in ${showPath(cell)}`;
      const advice = `Give it a value of its domain, ${showDomain(cell.domain)}, in the scenario's setup.`;
      return [{ span: null, message, advice }];
    }
    writeField(words, field, value);
    return [];
  });
  if (diagnostics.length > 0) throw new InputError(diagnostics);
  return words;
}

export function unpackTree(graph: Graph, packing: Packing, state: Uint32Array): StateTree {
  const root: Node = {};
  graph.cells.forEach((cell, index) => {
    const field = packing.cells[index];
    if (field !== undefined) enter(root, cell.path, valueOf(readField(state, field), cell.domain));
  });
  return root as StateTree;
}

export function readField(words: Uint32Array, field: Field): number {
  if (field.width === 0) return field.lo;
  return ((((words[field.word] ?? 0) >>> field.shift) & maskOf(field.width)) >>> 0) + field.lo;
}

function writeField(words: Uint32Array, field: Field, value: number): void {
  if (field.width === 0) return;
  const cleared = (words[field.word] ?? 0) & ~(maskOf(field.width) << field.shift);
  words[field.word] = cleared | ((value - field.lo) << field.shift);
}

type Value = number | boolean | string;
type Node = { [key: string | number]: Node | Value } | (Node | Value)[];

function enter(root: Node, path: readonly (string | number)[], value: Value): void {
  let node = root as { [key: string | number]: Node | Value };
  path.forEach((key, depth) => {
    if (depth === path.length - 1) node[key] = value;
    else {
      node[key] ??= typeof path[depth + 1] === 'number' ? [] : {};
      node = node[key] as typeof node;
    }
  });
}

function lookUp(tree: StateTree, cell: Cell): unknown {
  return cell.path.reduce<unknown>(
    (node, key) =>
      typeof node === 'object' && node !== null ? (node as Record<string | number, unknown>)[key] : undefined,
    tree,
  );
}

/** The integer that stands for a value in a domain, or null if it is not in it. */
function numberOf(value: unknown, { lo, hi, names }: Domain): number | null {
  const number = names === null ? value : lo + names.indexOf(String(value));
  return typeof number === 'number' && Number.isInteger(number) && number >= lo && number <= hi
    ? number
    : null;
}

function valueOf(number: number, { lo, names }: Domain): Value {
  if (names === null) return number;
  const name = names[number - lo] ?? `?${number}`;
  return isBoolean(names) ? name === 'true' : name;
}

function isBoolean(names: readonly string[]): boolean {
  return names.every((name) => name === 'false' || name === 'true');
}

function show(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}

function showPath(cell: Cell): string {
  return cell.path
    .map((key, i) => (typeof key === 'number' ? `[${key}]` : i === 0 ? key : `.${key}`))
    .join('');
}

function showDomain({ lo, hi, names }: Domain): string {
  return names === null ? `${lo} to ${hi}` : names.join(', ');
}
