/**
 * Where everything is: types resolved with the configuration, and the shared state as a list of cells.
 *
 * A record lays its fields out in order and a vector its elements one behind the other, so that the cell of
 * `table[i].spte[j].pfn` is a base plus a stride times each index.
 */
import type { Cell, Domain } from '../ir/graph.js';
import { INT_MAX, INT_MIN } from '../ir/operators.js';
import type { Bound, RecordType, Scalar, Span, Type } from '../ir/program.js';
import type { Diagnostics } from './diagnostics.js';

/** What a scenario fixes for a run: integers, booleans and strings by name. */
export type Configuration = Readonly<Record<string, number | boolean | string>>;

/** A type with its bounds resolved. `size` is in scalars; `signature` is equal for types that hold the same values. */
export type Shape = ScalarShape | RecordShape | VectorShape;

export interface ScalarShape {
  readonly kind: 'scalar';
  readonly size: 1;
  readonly signature: string;
  /** Null for a `number`. */
  readonly domain: Domain | null;
  /** Of an enumeration: its strings, in the order of their encoding. */
  readonly values: readonly string[] | null;
}

export interface RecordShape {
  readonly kind: 'record';
  readonly size: number;
  readonly signature: string;
  readonly fields: ReadonlyMap<string, { readonly offset: number; readonly shape: Shape }>;
}

export interface VectorShape {
  readonly kind: 'vector';
  readonly size: number;
  readonly signature: string;
  readonly length: number;
  readonly element: Shape;
}

/** One scalar of a shape. */
export interface Leaf {
  readonly path: readonly (string | number)[];
  /** The path as it stands behind the name of what has the shape: `.mode`, `[1].mode`, or nothing. */
  readonly text: string;
  readonly shape: ScalarShape;
}

/** Resolves types for one configuration. */
export class Shapes {
  readonly #shapes = new Map<Type, Shape>();
  readonly #leaves = new Map<Shape, readonly Leaf[]>();

  constructor(
    readonly config: Configuration,
    private readonly diagnostics: Diagnostics,
  ) {}

  /** The shape of a type. `name` and `span` say in a diagnostic what has this type. */
  of(type: Type, name: string, span: Span | null): Shape {
    const known = this.#shapes.get(type);
    if (known !== undefined) return known;
    const shape = this.#resolve(type, name, span);
    this.#shapes.set(type, shape);
    return shape;
  }

  /** The scalars of a shape, in the order of the layout. */
  leaves(shape: Shape): readonly Leaf[] {
    const known = this.#leaves.get(shape);
    if (known !== undefined) return known;
    const leaves: Leaf[] = [];
    collectLeaves(shape, [], leaves);
    this.#leaves.set(shape, leaves);
    return leaves;
  }

  #resolve(type: Type, name: string, span: Span | null): Shape {
    if (type.kind === 'record') {
      const fields = new Map<string, { offset: number; shape: Shape }>();
      let size = 0;
      for (const field of type.fields) {
        const shape = this.of(field.type, `${name}.${field.name}`, span);
        fields.set(field.name, { offset: size, shape });
        size += shape.size;
      }
      const signature = [...fields].map(([field, { shape }]) => `${field}:${shape.signature}`).join(',');
      return { kind: 'record', size, signature: `{${signature}}`, fields };
    }
    if (type.kind === 'vector') {
      const element = this.of(type.element, `${name}[0]`, span);
      const length = this.#bound(type.length, name, span) ?? 0;
      if (length < 0)
        this.diagnostics.add(
          span,
          `\`${name}\` has ${length} elements`,
          `Let ${boundText(type.length)} be 0 or more.`,
        );
      const count = Math.max(0, length);
      return {
        kind: 'vector',
        size: count * element.size,
        signature: `[${count}${element.signature}]`,
        length: count,
        element,
      };
    }
    return this.#scalar(type, name, span);
  }

  #scalar(type: Scalar, name: string, span: Span | null): ScalarShape {
    if (type.kind === 'bool') return booleanShape;
    if (type.kind === 'number') return numberShape;
    if (type.kind === 'enum') {
      const domain = { lo: 0, hi: type.values.length - 1, names: type.values };
      return {
        kind: 'scalar',
        size: 1,
        signature: `<${type.values.join('|')}>`,
        domain,
        values: type.values,
      };
    }
    const lo = this.#bound(type.lo, name, span) ?? 0;
    const hi = this.#bound(type.hi, name, span) ?? lo;
    if (hi < lo)
      this.diagnostics.add(
        span,
        `\`${name}\` has no possible value: its domain is ${lo}..${hi}`,
        `Give the configuration a number that makes ${boundText(type.lo)}..${boundText(type.hi)} non-empty.`,
      );
    return {
      kind: 'scalar',
      size: 1,
      signature: 'int',
      domain: { lo, hi: Math.max(lo, hi), names: null },
      values: null,
    };
  }

  #bound(bound: Bound, name: string, span: Span | null): number | null {
    const value = typeof bound === 'number' ? bound : this.config[bound.config];
    if (typeof bound !== 'number' && value === undefined) {
      this.diagnostics.add(
        span,
        `\`${name}\` is bounded by \`${bound.config}\`, which the configuration does not have`,
        `Add the number \`${bound.config}\` to the scenario's config, or correct the bound's name.`,
      );
      return null;
    }
    const total =
      typeof value === 'number' ? value + (typeof bound === 'number' ? 0 : bound.plus) : Number.NaN;
    if (!Number.isInteger(total) || total < INT_MIN || total > INT_MAX) {
      this.diagnostics.add(
        span,
        `\`${name}\` is bounded by ${boundText(bound)}, which is ${JSON.stringify(value)}`,
        'A bound must be an integer of at most 32 bits.',
      );
      return null;
    }
    return total;
  }
}

/** The shape of the root state and its cells, in order. */
export function layout(
  root: RecordType,
  shapes: Shapes,
  diagnostics: Diagnostics,
): { readonly shape: Shape; readonly cells: readonly Cell[] } {
  const name = root.name === '' ? 'state' : root.name;
  const shape = shapes.of(root, name, null);
  const cells = shapes.leaves(shape).map((leaf): Cell => {
    if (leaf.shape.domain === null)
      diagnostics.add(
        null,
        `\`${pathText(leaf.path)}\` of \`${name}\` is a \`number\`, which has no finite domain`,
        'Declare it `Below<...>` or `Range<...>`.',
      );
    return { path: leaf.path, domain: leaf.shape.domain ?? { lo: 0, hi: 0, names: null } };
  });
  return { shape, cells };
}

/** `vcpus[1].mode` */
export function pathText(path: readonly (string | number)[]): string {
  return path
    .map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? part : `.${part}`))
    .join('');
}

/** The integer that stands for a value of a scalar type, or null if the type lacks it. */
export function encode(value: number | boolean | string, shape: ScalarShape): number | null {
  if (typeof value === 'string') {
    const position = shape.values?.indexOf(value) ?? -1;
    return position < 0 ? null : position;
  }
  if (shape.values !== null) return null;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return Number.isInteger(value) && value >= INT_MIN && value <= INT_MAX ? value + 0 : null;
}

export const booleanShape: ScalarShape = {
  kind: 'scalar',
  size: 1,
  signature: 'bool',
  domain: { lo: 0, hi: 1, names: ['false', 'true'] },
  values: null,
};

// Integers with and without a domain hold the same kind of value, hence one signature.
export const numberShape: ScalarShape = {
  kind: 'scalar',
  size: 1,
  signature: 'int',
  domain: null,
  values: null,
};

function collectLeaves(shape: Shape, path: readonly (string | number)[], leaves: Leaf[]): void {
  if (shape.kind === 'scalar') leaves.push({ path, text: memberText(path), shape });
  else if (shape.kind === 'record')
    for (const [name, field] of shape.fields) collectLeaves(field.shape, [...path, name], leaves);
  else for (let i = 0; i < shape.length; i++) collectLeaves(shape.element, [...path, i], leaves);
}

function memberText(path: readonly (string | number)[]): string {
  const text = pathText(path);
  return text === '' || text.startsWith('[') ? text : `.${text}`;
}

function boundText(bound: Bound): string {
  if (typeof bound === 'number') return String(bound);
  if (bound.plus === 0) return `\`${bound.config}\``;
  return `\`${bound.config}\` ${bound.plus < 0 ? '-' : '+'} ${Math.abs(bound.plus)}`;
}
