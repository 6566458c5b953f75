/** What an exported model declares: names for all values, and the state as records and arrays. */
import { liveness } from '../../compiler/passes/live.js';
import { INT_MAX, INT_MIN } from '../../compiler/ir/operators.js';
import { initialState } from '../../compiler/ir/interpret.js';
import type { CellRef, Domain, Expr, PredicateGraph, ProcessGraph } from '../../compiler/ir/graph.js';
import { flowOfProcess } from '../../compiler/ir/traverse.js';
import { hasBit } from '../../compiler/passes/live.js';
import { localNames, type ModelNames, nameModel } from '../names.js';
import { type ExportableModel, propertiesOf, propertyOfFailure } from '../referee.js';
import { pathOf, sameShape, type Shape, type Structure, structureOf } from '../structure.js';
import { LEAST } from './expressions.js';
import { PROMELA_VOCABULARY } from './vocabulary.js';

export interface Declarations {
  readonly model: ExportableModel;
  readonly names: ModelNames;
  readonly structure: Structure;
  readonly processes: readonly ProcessDeclarations[];
  readonly predicates: ReadonlyMap<PredicateGraph, PredicateNames>;
  /** By atom of the temporal properties. */
  readonly propositions: readonly string[];
  /** By temporal property. */
  readonly formulas: ReadonlyMap<string, string>;
  readonly constant: (value: number, domain: Domain | null) => string;
  readonly place: (ref: CellRef, index: (expr: Expr) => string) => string;
  /** A field of the state by its name in the model. */
  readonly field: (name: string, depth: number) => string;
  /** By property: the number of the status in which it has failed. */
  readonly failed: ReadonlyMap<string, { readonly name: string; readonly status: number }>;
  /** Definitions and declarations. */
  readonly text: string;
}

export interface PredicateNames {
  readonly property: string;
  /** Of a function of C, and of its variables. */
  readonly function: string;
  readonly locals: readonly string[];
  readonly formula: string;
}

export interface ProcessDeclarations {
  readonly process: ProcessGraph;
  readonly name: string;
  /** By boundary: the constant for being there. */
  readonly points: readonly string[];
  readonly finished: string;
  /** By local. */
  readonly locals: readonly string[];
  /** Whether a local is part of the state, because it lives at some boundary. */
  readonly isKept: (local: number) => boolean;
  readonly isLiveAt: (boundary: number, local: number) => boolean;
  /** The variables of the proctype, with their initial values. */
  readonly text: string;
}

/** Statuses that are no property's failure. */
export const RUNNING = 0;
export const UNBORN = 255;

export function declare(model: ExportableModel): Declarations {
  const { graph } = model;
  const properties = propertiesOf(model);
  const names = nameModel(graph, PROMELA_VOCABULARY, properties);
  // Constants are macros, so they must not be called like anything at all.
  const others = new Set([...names.fields.values(), ...names.processes.flatMap(({ locals }) => locals)]);
  const apart = (text: string): string => {
    for (let name = names.globals.fresh(text); ; name = names.globals.fresh(text))
      if (!others.has(name)) return name;
  };
  const definitions: string[] = [];
  const define = (name: string, value: number, remark = ''): string => {
    definitions.push(`#define ${name} ${value}${remark && ` /* ${remark} */`}`);
    return name;
  };

  const constants = new Map<string, string>();
  const domains = [
    ...graph.cells.map(({ domain }) => domain),
    ...graph.processes.flatMap(({ locals }) => locals.map(({ domain }) => domain)),
  ];
  for (const domain of domains) {
    if (domain?.names == null || isTruth(domain)) continue;
    for (const [i, name] of domain.names.entries()) {
      const key = `${name}=${domain.lo + i}`;
      if (!constants.has(key)) constants.set(key, define(apart(name), domain.lo + i));
    }
  }
  const constant = (value: number, domain: Domain | null): string => {
    const name = domain?.names?.[value - domain.lo];
    if (domain !== null && name !== undefined)
      return isTruth(domain) ? name : (constants.get(`${name}=${value}`) ?? String(value));
    return value === INT_MIN ? LEAST : String(value);
  };

  definitions.push('', '/* The status of the model: running, not yet set up, or what has failed. */');
  define('running', RUNNING);
  define('unborn', UNBORN);
  const failing = [...new Set(graph.failures.map(propertyOfFailure))];
  const failed = new Map(
    failing.map((property, i) => {
      const name = define(apart(`${names.properties.get(property) ?? property}_failed`), i + 1, property);
      return [property, { name, status: i + 1 }];
    }),
  );
  if (failed.size >= UNBORN) throw new RangeError('more properties than a byte can tell apart');

  const initial = initialState(graph, model.initial);
  const processes = graph.processes.map((process, index): ProcessDeclarations => {
    const named = names.processes[index];
    const start = initial.processes[index];
    if (named === undefined || start === undefined) throw new RangeError(`no process ${index}`);
    definitions.push('', `/* Where ${process.name} stands: in which function, at which line. */`);
    const points = named.boundaries.map((name, i) => define(others.has(name) ? apart(name) : name, i));
    const finished = define(
      others.has(named.finished) ? apart(named.finished) : named.finished,
      points.length,
    );
    const { atBoundary } = liveness(flowOfProcess(process));
    const isLiveAt = (boundary: number, local: number): boolean => {
      const bits = atBoundary[boundary];
      return bits !== undefined && hasBit(bits, local);
    };
    const isKept = (local: number): boolean => atBoundary.some((bits) => hasBit(bits, local));
    const variables = process.locals.flatMap(({ domain, name }, i) => {
      if (!isKept(i)) return [];
      const live = start.boundary !== null && isLiveAt(start.boundary, i);
      const value = live ? (start.locals[i] ?? 0) : (domain?.lo ?? 0);
      const type = typeOf(domain);
      return [`${type} ${named.locals[i]} = ${constant(value, domain)}; /* ${name} */`];
    });
    const counter = `${points.length < 256 ? 'byte' : 'short'} at = ${points[start.boundary ?? -1] ?? finished};`;
    return {
      process,
      name: named.name,
      points,
      finished,
      locals: named.locals,
      isKept,
      isLiveAt,
      text: [counter, ...variables].map((each) => `  ${each}\n`).join(''),
    };
  });

  const structure = structureOf(graph.cells);
  const field = (name: string, depth: number): string =>
    (depth === 0 ? names.roots : names.fields).get(name) ?? `element_${name}`;
  const types = new Types(field, apart);
  const variables = structure.root.fields.map(({ name, shape }) => types.declaration(shape, name, 0));
  const judged = [...graph.invariants, ...graph.stepPredicates].map((each) => {
    const property = names.properties.get(each.name) ?? each.name;
    return { each, property, function: apart(`${property}_holds`), formula: apart(`always_${property}`) };
  });
  const { claims = [], atoms = [] } = model.temporal ?? {};
  const formulas = new Map(claims.map(({ property }) => [property, apart(property)]));
  const propositions = atoms.map((atom) => {
    if (atom === null) return '';
    if (atom.of === 'finished') return apart(`${names.processes[atom.process]?.name}_has_finished`);
    const { predicate } = atom;
    const formula = apart(predicate.name);
    judged.push({
      each: predicate,
      property: predicate.name,
      function: apart(`${predicate.name}_holds`),
      formula,
    });
    return formula;
  });
  // The locals last: they must not hide what is global.
  const predicates = new Map(
    judged.map(({ each, ...named }) => [each, { ...named, locals: localNames(each, names.globals.inner()) }]),
  );
  return {
    model,
    names,
    structure,
    processes,
    predicates,
    propositions,
    formulas,
    constant,
    failed,
    field,
    place: (ref, index) => placeIn(structure, field, ref, index),
    text: [...definitions, '', ...types.definitions, ...variables].join('\n'),
  };
}

function placeIn(
  structure: Structure,
  field: Declarations['field'],
  ref: CellRef,
  index: (expr: Expr) => string,
): string {
  const parts = pathOf(structure, ref);
  return parts
    .map((part, depth) => {
      if ('field' in part) return (depth === 0 ? '' : '.') + field(part.field, depth);
      const before = parts[depth - 1];
      return `${before !== undefined && 'index' in before ? '.element' : ''}[${index(part.index)}]`;
    })
    .join('');
}

export function isTruth({ names }: Domain): boolean {
  return names?.length === 2 && names[0] === 'false' && names[1] === 'true';
}

/** The smallest type that holds a domain. */
export function typeOf(domain: Domain | null): string {
  const { lo, hi } = domain ?? { lo: INT_MIN, hi: INT_MAX };
  if (domain !== null && isTruth(domain)) return 'bool';
  if (lo >= 0 && hi <= 1) return 'bit';
  if (lo >= 0 && hi <= 255) return 'byte';
  return lo >= -0x8000 && hi <= 0x7fff ? 'short' : 'int';
}

/** A type definition for each kind of record, and for the rows of vectors of vectors, which Promela does not have. */
class Types {
  readonly definitions: string[] = [];
  readonly #known: { readonly shape: Shape; readonly name: string }[] = [];

  constructor(
    readonly field: (name: string, depth: number) => string,
    readonly apart: (text: string) => string,
  ) {}

  /** `short removed[2];` */
  declaration(shape: Shape, name: string, depth: number): string {
    const own = this.field(name, depth);
    if (shape.kind !== 'vector') return `${this.#type(shape, name)} ${own};`;
    return `${this.#type(shape.element, name)} ${own}[${shape.length}];`;
  }

  #type(shape: Shape, hint: string): string {
    if (shape.kind === 'scalar') return typeOf(shape.domain);
    const known = this.#known.find((each) => sameShape(each.shape, shape));
    if (known !== undefined) return known.name;
    const lines =
      shape.kind === 'vector'
        ? [`${this.#type(shape.element, hint)} element[${shape.length}];`]
        : shape.fields.map((each) => this.declaration(each.shape, each.name, 1));
    const name = this.apart(hint.charAt(0).toUpperCase() + hint.slice(1));
    this.#known.push({ shape, name });
    this.definitions.push(`typedef ${name} {\n${lines.map((each) => `  ${each}\n`).join('')}}`, '');
    return name;
  }
}
