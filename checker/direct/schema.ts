/**
 * The state's schema with the configuration filled in, and the initial state.
 *
 * The types come from the model's interfaces; with the configuration every bound is a number. Both executions begin
 * with the state that is made here.
 */
import type { Bound, RecordType, Type } from '../compiler/ir/program.js';
import type { StateTree } from '../compiler/machine.js';
import { type Diagnostic, InputError } from '../diagnostics.js';
import type { Scenario } from '../workspace/scenarios.js';

export type Configuration = Readonly<Record<string, number | boolean | string>>;

/** A type whose bounds are numbers. */
export type Schema =
  | { readonly kind: 'bool' }
  | { readonly kind: 'enum'; readonly values: readonly string[] }
  | { readonly kind: 'int'; readonly lo: number; readonly hi: number }
  | RecordSchema
  | { readonly kind: 'vector'; readonly length: number; readonly element: Schema };

export interface RecordSchema {
  readonly kind: 'record';
  readonly name: string;
  /** Places are mutable; values are not. */
  readonly mutable: boolean;
  readonly fields: ReadonlyMap<string, Schema>;
}

/** The member of the root state by which a model reads its configuration. It is not part of the state. */
export const CONFIG = 'config';

export type Path = readonly (string | number)[];

/** `vcpus[1].mode`. */
export function formatPath(path: Path): string {
  return path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : index === 0 ? key : `.${key}`))
    .join('');
}

export function configurationOf(scenario: Pick<Scenario, 'spec'>): Configuration {
  return Object.freeze({ ...scenario.spec.config }) as Configuration;
}

/** Fills in the configuration. A bound that it lacks is an InputError. */
export function schemaOf(root: RecordType, config: Configuration): RecordSchema {
  const problems: Diagnostic[] = [];
  const schema = recordSchema(root, (bound, path) => {
    if (typeof bound === 'number') return bound;
    const value = config[bound.config];
    if (typeof value === 'number') return value + bound.plus;
    const message = `${formatPath(path)} is bounded by config.${bound.config}, which is ${value === undefined ? 'missing' : 'no number'}`;
    problems.push({
      span: null,
      message,
      advice: `Give the number ${bound.config} in the scenario's configuration.`,
    });
    return 0;
  });
  if (problems.length > 0) throw new InputError(problems);
  return schema;
}

/** The initial state of a scenario: all-zero values, changed by its `setup`, then checked against every domain. */
export function initialState(scenario: Scenario, root: RecordType): StateTree {
  const config = configurationOf(scenario);
  const schema = schemaOf(root, config);
  const state = zero(schema) as Record<string, unknown>;
  const { setup } = scenario.spec;
  if (setup !== undefined) {
    Object.defineProperty(state, CONFIG, { value: config, enumerable: false });
    try {
      setup(state as never);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const place = scenario.modules.placeOf(error) ?? { file: scenario.file, line: 1, column: 1 };
      throw InputError.of(
        `setup of scenario ${scenario.name} failed: ${message}`,
        'Correct the setup.',
        place,
      );
    }
  }
  const problems: string[] = [];
  const checked = conforming(schema, state, [], (path, what) => problems.push(`${formatPath(path)} ${what}`));
  if (problems.length > 0) {
    const span = { file: scenario.file, line: 1, column: 1 };
    const advice = "Correct the scenario's setup or its configuration.";
    throw new InputError(
      problems.map((each) => ({
        span,
        message: `initial state of scenario ${scenario.name}: ${each}`,
        advice,
      })),
    );
  }
  return checked as StateTree;
}

/** Why a scalar is not in its domain, or null if it is. */
export function misfit(schema: Schema, value: unknown): string | null {
  switch (schema.kind) {
    case 'bool':
      return typeof value === 'boolean' ? null : `is ${show(value)}, not a boolean`;
    case 'enum':
      return schema.values.includes(value as string)
        ? null
        : `is ${show(value)}, not one of ${schema.values.join(', ')}`;
    case 'int':
      return Number.isInteger(value) && schema.lo <= (value as number) && (value as number) <= schema.hi
        ? null
        : `is ${show(value)}, outside ${schema.lo}..${schema.hi}`;
    default:
      return `is ${show(value)}, not a ${schema.kind}`;
  }
}

/**
 * A frozen copy of `value` with exactly the members that the schema has, in its order; complaints go to `complain`.
 * Two places never share a value: what is equal in a snapshot stays independent in the state.
 */
export function conforming(
  schema: Schema,
  value: unknown,
  path: Path,
  complain: (path: Path, what: string) => void,
): unknown {
  if (schema.kind === 'record') {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      complain(path, `is ${show(value)}, not a ${schema.name}`);
      return value;
    }
    for (const name of Object.keys(value)) {
      if (!schema.fields.has(name)) complain([...path, name], `is no field of ${schema.name}`);
    }
    const copy: Record<string, unknown> = {};
    for (const [name, field] of schema.fields) {
      copy[name] = conforming(field, (value as Record<string, unknown>)[name], [...path, name], complain);
    }
    return Object.freeze(copy);
  }
  if (schema.kind === 'vector') {
    if (!Array.isArray(value) || value.length !== schema.length) {
      const found = Array.isArray(value) ? `has ${value.length} elements` : `is ${show(value)}`;
      complain(path, `${found}, not ${schema.length} elements`);
      return value;
    }
    return Object.freeze(
      value.map((each, index) => conforming(schema.element, each, [...path, index], complain)),
    );
  }
  const what = misfit(schema, value);
  if (what !== null) complain(path, what);
  // -0 is 0: both print alike and compare alike in every model.
  return value === 0 ? 0 : value;
}

function recordSchema(
  type: RecordType,
  resolve: (bound: Bound, path: Path) => number,
  path: Path = [],
): RecordSchema {
  const fields = type.fields.map(
    ({ name, type }) => [name, schemaAt(type, resolve, [...path, name])] as const,
  );
  return { kind: 'record', name: type.name, mutable: type.mutable, fields: new Map(fields) };
}

function schemaAt(type: Type, resolve: (bound: Bound, path: Path) => number, path: Path): Schema {
  switch (type.kind) {
    case 'bool':
      return { kind: 'bool' };
    case 'enum':
      return { kind: 'enum', values: type.values };
    case 'int':
      return { kind: 'int', lo: resolve(type.lo, path), hi: resolve(type.hi, path) };
    case 'number':
      throw new Error(`${formatPath(path)} has no finite domain`);
    case 'record':
      return recordSchema(type, resolve, path);
    case 'vector':
      return {
        kind: 'vector',
        length: resolve(type.length, path),
        element: schemaAt(type.element, resolve, [...path, 0]),
      };
  }
}

function zero(schema: Schema): unknown {
  switch (schema.kind) {
    case 'bool':
      return false;
    case 'enum':
      return schema.values[0];
    case 'int':
      return schema.lo <= 0 && 0 <= schema.hi ? 0 : schema.lo;
    case 'record':
      return Object.fromEntries([...schema.fields].map(([name, field]) => [name, zero(field)]));
    case 'vector':
      // A negative length is reported as such when the state is checked.
      return Array.from({ length: Math.max(0, schema.length) }, () => zero(schema.element));
  }
}

function show(value: unknown): string {
  if (value === undefined) return 'undefined';
  return typeof value === 'object' && value !== null ? 'an object' : (JSON.stringify(value) ?? String(value));
}
