/**
 * Checks the shape of a scenario. The compiler of TypeScript would find most of this; it is checked here because a
 * scenario is loaded without waiting for it, and because some of it (an unexported function) no type can say.
 */
import type { Diagnostic } from '../diagnostics.js';
import type { ProcessSpec, PropertySpec, ScenarioSpec, Verdict } from '../language/index.js';
import { Atoms } from '../temporal/atoms.js';
import type { Declaration, ModelModules } from './evaluate.js';
import { spanOfMember } from './literals.js';
import { suggestion } from './suggest.js';

/** The functions of a scenario that are to be compiled. */
export interface Roots {
  /** In the order of the scenario's processes. */
  readonly processes: readonly Declaration[];
  readonly invariants: readonly PropertyRoot[];
  readonly steps: readonly PropertyRoot[];
  readonly witnesses: readonly Declaration[];
  /** The predicates of temporal formulas, each once, as `Atoms` meets them. */
  readonly atoms: readonly (Declaration & { readonly of: 'state' | 'step' })[];
}

export interface PropertyRoot extends Declaration {
  /** The id of the property. */
  readonly property: string;
}

export type Checked =
  | { readonly spec: ScenarioSpec; readonly roots: Roots }
  | { readonly problems: readonly Diagnostic[] };

/** Checks the scenario that `file` exports under `key`. */
export function checkSpec(modules: ModelModules, file: string, key: string, value: unknown): Checked {
  const text = modules.sources.texts.get(file) ?? '';
  const problems: Diagnostic[] = [];
  const complain = (path: readonly (string | number)[], message: string, advice: string) => {
    const span = spanOfMember(file, text, [key, ...path]);
    problems.push({ span, message: `scenario '${key}': ${message}`, advice });
  };
  if (!isObject(value)) {
    complain([], 'is no object', 'Write { title, claims, config, processes, properties, witnesses }.');
    return { problems };
  }
  checkFields(value, complain);
  // Nothing below would make sense of fields of the wrong type.
  if (problems.length > 0) return { problems };
  const spec = value as unknown as ScenarioSpec;
  checkConfiguration(spec, complain);
  checkNames(spec, complain);
  checkExpectations(spec, complain);
  const roots = findRoots(modules, spec, complain);
  return problems.length > 0 ? { problems } : { spec, roots };
}

type Complain = (path: readonly (string | number)[], message: string, advice: string) => void;

interface Field {
  readonly required: boolean;
  readonly what: string;
  readonly valid: (value: unknown) => boolean;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isString = (value: unknown) => typeof value === 'string';
const isFunction = (value: unknown) => typeof value === 'function';
const isScalar = (value: unknown) => isString(value) || typeof value === 'boolean' || Number.isInteger(value);
const listOf = (valid: (value: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.every(valid);
const isProcess = (value: unknown) =>
  isObject(value) && isString(value['name']) && isFunction(value['run']) && listOf(isScalar)(value['args']);

const FIELDS: Readonly<Record<string, Field>> = {
  title: { required: true, what: 'a sentence', valid: (value) => isString(value) && value !== '' },
  claims: { required: true, what: 'a list of names of claims', valid: listOf(isString) },
  because: { required: false, what: 'a text', valid: isString },
  variant: { required: false, what: 'a list of names of variants', valid: listOf(isString) },
  config: { required: true, what: 'an object', valid: isObject },
  scope: { required: false, what: 'a list of members of config', valid: listOf(isString) },
  setup: { required: false, what: 'a function of the root state', valid: isFunction },
  processes: {
    required: true,
    what: "a list of process('name', operation, ...arguments), of at least one",
    valid: (value) => listOf(isProcess)(value) && (value as unknown[]).length > 0,
  },
  properties: {
    required: true,
    what: 'a list of properties, of at least one',
    valid: (value) => listOf(isPropertySpec)(value) && (value as unknown[]).length > 0,
  },
  expect: { required: false, what: 'an object of verdicts by property', valid: isObject },
  witnesses: { required: true, what: 'a list of predicates', valid: listOf(isFunction) },
  fairness: {
    required: false,
    what: 'an object of lists of names: unfair, strong, weak',
    valid: isFairness,
  },
  unreached: {
    required: false,
    what: 'an object of reasons by function',
    valid: (value) => isObject(value) && Object.values(value).every(isString),
  },
};

const VERDICTS: readonly Verdict[] = ['holds', 'violated', 'incomplete', 'vacuous', 'error'];

function isPropertySpec(value: unknown): boolean {
  if (!isObject(value) || !isString(value['id']) || !isString(value['title'])) return false;
  const { temporal, fairness } = value;
  if (temporal !== undefined && !(isObject(temporal) && isString(temporal['op']))) return false;
  if (fairness !== undefined && !isFairness(fairness)) return false;
  return [value['invariant'], value['step']].every((each) => each === undefined || isFunction(each));
}

function isFairness(value: unknown): boolean {
  return (
    isObject(value) &&
    Object.entries(value).every(
      ([name, list]) => ['unfair', 'strong', 'weak'].includes(name) && listOf(isString)(list),
    )
  );
}

function checkFields(value: Readonly<Record<string, unknown>>, complain: Complain): void {
  for (const name of Object.keys(value)) {
    if (!(name in FIELDS)) complain([name], `unknown field '${name}'`, suggestion(name, Object.keys(FIELDS)));
  }
  for (const [name, field] of Object.entries(FIELDS)) {
    const given = value[name];
    if (given === undefined) {
      if (field.required) complain([], `${name} is missing`, `Give ${name}: ${field.what}.`);
    } else if (!field.valid(given)) {
      complain([name], `${name} is not ${field.what}`, `Give ${name}: ${field.what}.`);
    }
  }
}

function checkConfiguration(spec: ScenarioSpec, complain: Complain): void {
  for (const [name, value] of Object.entries(spec.config)) {
    if (isScalar(value)) continue;
    complain(
      ['config', name],
      `config.${name} is ${String(value)}`,
      'Give an integer, a boolean or a string.',
    );
  }
}

function checkNames(spec: ScenarioSpec, complain: Complain): void {
  const twice = (names: readonly string[], list: string, what: string) => {
    names.forEach((name, index) => {
      if (names.indexOf(name) === index) return;
      complain([list, index], `two ${list} are called '${name}'`, `Give each ${what} once, by its own name.`);
    });
  };
  const processes = spec.processes.map((each: ProcessSpec) => each.name);
  const properties = spec.properties.map((each: PropertySpec) => each.id);
  for (const atom of atomsOf(spec)) {
    if (!('process' in atom) || processes.includes(atom.process)) continue;
    complain(
      ['properties'],
      `a temporal property speaks of process '${atom.process}'`,
      suggestion(atom.process, processes),
    );
  }
  twice(processes, 'processes', 'process');
  twice(properties, 'properties', 'property');
}

function checkExpectations(spec: ScenarioSpec, complain: Complain): void {
  const ids = spec.properties.map((each) => each.id);
  for (const [id, verdict] of Object.entries(spec.expect ?? {})) {
    if (!ids.includes(id)) {
      complain(['expect', id], `expects a verdict on '${id}', which it does not check`, suggestion(id, ids));
    } else if (!VERDICTS.includes(verdict)) {
      complain(['expect', id], `expects '${String(verdict)}'`, suggestion(String(verdict), VERDICTS));
    }
  }
}

function findRoots(modules: ModelModules, spec: ScenarioSpec, complain: Complain): Roots {
  const find = (value: unknown, path: readonly (string | number)[], what: string): Declaration => {
    const found = modules.declarationOf(value);
    if (found !== null) return found;
    const name = (value as CallableFunction).name;
    complain(
      path,
      `${what} ${name === '' ? 'is a function without a name' : `runs ${name}, which no file exports`}`,
      'Declare it at the top level of a model or scenario file, as `export function`.',
    );
    return { file: '', name };
  };
  const predicates = (kind: 'invariant' | 'step') =>
    spec.properties.flatMap((each, index) =>
      each[kind] === undefined
        ? []
        : [{ property: each.id, ...find(each[kind], ['properties', index], `${kind} of ${each.id}`) }],
    );
  return {
    processes: spec.processes.map((each, index) =>
      find(each.run, ['processes', index], `process '${each.name}'`),
    ),
    invariants: predicates('invariant'),
    steps: predicates('step'),
    atoms: atomsOf(spec).flatMap((atom) =>
      'predicate' in atom
        ? [{ of: atom.of, ...find(atom.predicate, ['properties'], 'a predicate of a temporal property') }]
        : [],
    ),
    witnesses: spec.witnesses.map((each, index) => find(each, ['witnesses', index], `witness ${index + 1}`)),
  };
}

/** The atoms of all temporal properties of a scenario, each once. */
export function atomsOf({ properties }: Pick<ScenarioSpec, 'properties'>): Atoms['all'] {
  const atoms = new Atoms();
  for (const { temporal } of properties) if (temporal !== undefined) atoms.read(temporal);
  return atoms.all;
}
