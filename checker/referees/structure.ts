/**
 * The records and vectors that a graph's cells once were, so that an export reads like the model: `vcpus[i].mode`, not
 * cell 97 of a list.
 */
import type { Cell, CellRef, Domain, Expr } from '../compiler/ir/graph.js';
import { binary, constant } from '../compiler/ir/simplify.js';

export type Shape =
  | { readonly kind: 'scalar'; readonly domain: Domain }
  | { readonly kind: 'record'; readonly fields: readonly { readonly name: string; readonly shape: Shape }[] }
  /** All elements have the same shape. */
  | { readonly kind: 'vector'; readonly length: number; readonly element: Shape };

export interface Structure {
  readonly cells: readonly Cell[];
  /** A record: the state as a whole. */
  readonly root: Shape & { readonly kind: 'record' };
}

/** A step on the way from the root to a scalar. */
export type Part = { readonly field: string } | { readonly index: Expr; readonly length: number };

/**
 * Elements whose domains differ get one that holds both.
 * @throws RangeError if the cells do not lie as records and vectors do, one after the other
 */
export function structureOf(cells: readonly Cell[]): Structure {
  const root = shapeOf(cells.map((cell) => ({ cell, rest: cell.path })));
  if (root.kind !== 'record' && cells.length > 0) throw new RangeError('the state is no record');
  return { cells, root: root.kind === 'record' ? root : { kind: 'record', fields: [] } };
}

/** The way to a cell, with the reference's index expressions in it. */
export function pathOf({ cells, root }: Structure, ref: CellRef): readonly Part[] {
  const path = cells[ref.base]?.path;
  if (path === undefined) throw new RangeError(`no cell ${ref.base}`);
  const indexes = path.map((key) => constant(typeof key === 'number' ? key : 0));
  for (const { value, stride, length } of ref.indexes) {
    // The index of a vector of one element is always 0, and has no next element to tell where it belongs.
    if (length === 1) continue;
    const next = cells[ref.base + stride]?.path;
    const position = next?.findIndex((key, i) => key !== path[i]) ?? -1;
    const [here, there, before] = [path[position], next?.[position], indexes[position]];
    if (typeof here !== 'number' || typeof there !== 'number' || before === undefined)
      throw new RangeError(`stride ${stride} from cell ${ref.base} leads nowhere`);
    const scaled = there - here === 1 ? value : binary('*', value, constant(there - here));
    indexes[position] = before.op === 'const' && before.value === 0 ? scaled : binary('+', before, scaled);
  }
  let shape: Shape = root;
  return path.map((key, i): Part => {
    if (shape.kind === 'vector') {
      const { length } = shape;
      shape = shape.element;
      return { index: indexes[i] ?? constant(0), length };
    }
    const name = String(key);
    const field = shape.kind === 'record' ? shape.fields.find((each) => each.name === name) : undefined;
    if (field === undefined) throw new RangeError(`no field ${name} on the way to cell ${ref.base}`);
    shape = field.shape;
    return { field: name };
  });
}

/** `vcpus[i].mode`, in languages that write places like C. */
export function placeText(
  parts: readonly Part[],
  field: (name: string, depth: number) => string,
  index: (index: Expr) => string,
): string {
  return parts
    .map((part, depth) => {
      if (!('field' in part)) return `[${index(part.index)}]`;
      return (depth === 0 ? '' : '.') + field(part.field, depth);
    })
    .join('');
}

/** Calls `visit` for every scalar of a shape in the order of the cells, with the way to it. */
export function visitScalars(
  shape: Shape,
  visit: (path: readonly Part[], domain: Domain) => void,
  path: readonly Part[] = [],
): void {
  switch (shape.kind) {
    case 'scalar':
      return visit(path, shape.domain);
    case 'record':
      for (const { name, shape: each } of shape.fields) visitScalars(each, visit, [...path, { field: name }]);
      return;
    case 'vector':
      for (let i = 0; i < shape.length; i++)
        visitScalars(shape.element, visit, [...path, { index: constant(i), length: shape.length }]);
      return;
    default:
      return shape satisfies never;
  }
}

/** Whether two shapes are written the same, domains included. */
export function sameShape(a: Shape, b: Shape): boolean {
  if (a.kind === 'scalar') return b.kind === 'scalar' && sameDomain(a.domain, b.domain);
  if (a.kind === 'vector')
    return b.kind === 'vector' && a.length === b.length && sameShape(a.element, b.element);
  return (
    b.kind === 'record' &&
    a.fields.length === b.fields.length &&
    a.fields.every(({ name, shape }, i) => {
      const other = b.fields[i];
      return other !== undefined && name === other.name && sameShape(shape, other.shape);
    })
  );
}

/** A cell, and the part of its path below the shape that is being built. */
interface Leaf {
  readonly cell: Cell;
  readonly rest: Cell['path'];
}

function shapeOf(leaves: readonly Leaf[]): Shape {
  const [first] = leaves;
  if (first === undefined) return { kind: 'record', fields: [] };
  if (first.rest.length === 0) {
    if (leaves.length > 1) throw new RangeError(`two cells are at ${first.cell.path.join('.')}`);
    return { kind: 'scalar', domain: first.cell.domain };
  }
  const groups: { key: string | number; leaves: Leaf[] }[] = [];
  for (const { cell, rest } of leaves) {
    const [key] = rest;
    if (key === undefined) throw new RangeError(`${cell.path.join('.')} is a scalar and a record`);
    const leaf = { cell, rest: rest.slice(1) };
    const last = groups.at(-1);
    if (last?.key === key) last.leaves.push(leaf);
    else if (groups.some((group) => group.key === key))
      throw new RangeError(`the cells of ${cell.path.join('.')} lie apart`);
    else groups.push({ key, leaves: [leaf] });
  }
  const parts = groups.map((group) => ({ key: group.key, shape: shapeOf(group.leaves) }));
  if (parts.every(({ key }, i) => key === i)) {
    const element = joinedAll(parts.map(({ shape }) => shape));
    if (element !== null) return { kind: 'vector', length: parts.length, element };
  }
  // Elements that differ (a pass has taken out parts of some) are told apart by name; no index can be meant.
  return { kind: 'record', fields: parts.map(({ key, shape }) => ({ name: String(key), shape })) };
}

function joinedAll(shapes: readonly Shape[]): Shape | null {
  let all = shapes[0] ?? null;
  for (const shape of shapes.slice(1)) all = all === null ? null : joined(all, shape);
  return all;
}

/** The shape that holds what either holds, or null if they have other parts. */
function joined(a: Shape, b: Shape): Shape | null {
  if (a.kind === 'scalar' && b.kind === 'scalar') {
    const domain = joinedDomain(a.domain, b.domain);
    return domain === null ? null : { kind: 'scalar', domain };
  }
  if (a.kind === 'vector' && b.kind === 'vector' && a.length === b.length) {
    const element = joined(a.element, b.element);
    return element === null ? null : { kind: 'vector', length: a.length, element };
  }
  if (a.kind !== 'record' || b.kind !== 'record' || a.fields.length !== b.fields.length) return null;
  const fields: { name: string; shape: Shape }[] = [];
  for (const [i, { name, shape }] of a.fields.entries()) {
    const other = b.fields[i];
    const both = other?.name === name ? joined(shape, other.shape) : null;
    if (both === null) return null;
    fields.push({ name, shape: both });
  }
  return { kind: 'record', fields };
}

function joinedDomain(a: Domain, b: Domain): Domain | null {
  if (sameDomain(a, b)) return a;
  if (a.names !== null || b.names !== null) return null;
  return { lo: Math.min(a.lo, b.lo), hi: Math.max(a.hi, b.hi), names: null };
}

function sameDomain(a: Domain, b: Domain): boolean {
  return (
    a.lo === b.lo &&
    a.hi === b.hi &&
    (a.names === b.names ||
      (a.names?.length === b.names?.length && a.names?.every((name, i) => name === b.names?.[i]) === true))
  );
}
