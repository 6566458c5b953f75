/** Constants, types and variables: the state as records, vectors, enumerations and subranges. */
import type { Domain, Local, ProcessGraph } from '../../compiler/ir/graph.js';
import { INT_MAX, INT_MIN } from '../../compiler/ir/operators.js';
import { localText, type ModelNames, nameModel } from '../names.js';
import { flowOfProcess } from '../../compiler/ir/traverse.js';
import { type Liveness, liveness } from '../../compiler/passes/live.js';
import { type ExportableModel, propertiesOf } from '../referee.js';
import { type Shape, type Structure, structureOf } from '../structure.js';
import { type Enumeration, inferKinds, type Kind, type Kinds, type TypedFlow } from '../typed/kinds.js';
import { withRanges } from '../typed/ranges.js';
import { MURPHI_VOCABULARY } from './vocabulary.js';

/** What the parts of an export know of the whole. */
export interface Declared {
  readonly model: ExportableModel;
  readonly names: ModelNames;
  readonly structure: Structure;
  readonly kinds: Kinds;
  /** By field of the root record: the name of its type, or the type itself if it is a scalar's. */
  readonly rootTypes: ReadonlyMap<string, string>;
  readonly processes: readonly ProcessVariables[];
  readonly member: (of: Enumeration, value: number) => string;
  readonly field: (name: string, depth: number) => string;
  /** The type of a local. */
  readonly typeOf: (kind: Kind, domain: Domain | null) => string;
  /** The locals of a process or predicate, each with a domain. */
  readonly ranged: (flow: TypedFlow) => readonly Local[];
  readonly liveness: (process: ProcessGraph) => Liveness;
  readonly text: string;
}

/**
 * A process has variables of its own. A record would read better, but Rumur 2022.08 copies the declaration of a variable
 * with every mention of it, and takes ten times as long over large ones.
 */
export interface ProcessVariables {
  readonly counter: string;
  /** By local; those without room in the state have no variable here. */
  readonly locals: readonly (string | null)[];
  readonly types: readonly string[];
}

export function declare(model: ExportableModel): Declared {
  const { graph } = model;
  const names = nameModel(graph, MURPHI_VOCABULARY, propertiesOf(model));
  const structure = structureOf(graph.cells);
  const kinds = inferKinds(graph);
  const enumerations = new Map(
    kinds.enumerations.map((each) => [
      each,
      {
        type: names.globals.fresh(`${each.field}_t`),
        members: each.names.map((name) => names.globals.fresh(name)),
      },
    ]),
  );
  const member = (of: Enumeration, value: number): string =>
    enumerations.get(of)?.members[value - of.lo] ?? String(value);
  const typeOf = (kind: Kind, domain: Domain | null): string => {
    if (kind.is === 'bool') return 'boolean';
    if (kind.is === 'enum') return enumerations.get(kind.of)?.type ?? INT32;
    return domain === null ? INT32 : `${domain.lo}..${domain.hi}`;
  };
  const field = (name: string, depth: number): string =>
    (depth === 0 ? names.roots : names.fields).get(name) ?? `item_${name}`;
  const shapeText = (shape: Shape, depth: number, indent: string): string => {
    switch (shape.kind) {
      case 'scalar':
        return typeOf(kinds.domain(shape.domain), shape.domain);
      case 'vector':
        return `array [${indexType(shape.length)}] of ${shapeText(shape.element, depth + 1, indent)}`;
      case 'record': {
        const fields = shape.fields.map(
          (each) =>
            `${indent}  ${field(each.name, depth)}: ${shapeText(each.shape, depth + 1, `${indent}  `)};\n`,
        );
        return `record\n${fields.join('')}${indent}end`;
      }
      default:
        return shape satisfies never;
    }
  };

  const known = new Map<TypedFlow, readonly Local[]>();
  const ranged = (flow: TypedFlow): readonly Local[] => {
    const locals = known.get(flow) ?? withRanges(flow, graph.cells);
    known.set(flow, locals);
    return locals;
  };

  const live = new Map<ProcessGraph, Liveness>();
  const livenessOf = (process: ProcessGraph): Liveness => {
    const found = live.get(process) ?? liveness(flowOfProcess(process));
    live.set(process, found);
    return found;
  };

  const constants: string[] = [];
  const types: string[] = [];
  for (const [{ names: values, lo, pure }, { type, members }] of enumerations) {
    if (pure) types.push(`${type}: enum { ${members.join(', ')} };`);
    else
      for (const [i, name] of members.entries())
        constants.push(`${name}: ${lo + i}; -- ${type}.${values[i]}`);
  }
  const rootTypes = new Map<string, string>();
  const variables: string[] = [];
  for (const { name, shape } of structure.root.fields) {
    const variable = field(name, 0);
    let type = shapeText(shape, 1, '  ');
    if (shape.kind !== 'scalar') {
      const body = type;
      type = names.globals.fresh(`${variable}_t`);
      types.push(`${type}: ${body};`);
    }
    rootTypes.set(name, type);
    variables.push(`${variable}: ${type};`);
  }
  const processes = graph.processes.map((process, index): ProcessVariables => {
    const own = names.processes[index];
    if (own === undefined) throw new RangeError(`process ${process.name} has no name`);
    const counterType = names.globals.fresh(`${own.name}_pc_t`);
    const points = [...own.boundaries, own.finished].map((each) => `\n    ${each}`);
    types.push(`${counterType}: enum {${points.join(',')}\n  };`);
    const counter = names.globals.fresh(`${own.name}_pc`);
    variables.push(`${counter}: ${counterType};`);
    const scope = kinds.scope(process);
    const localTypes = process.locals.map(({ domain }, i) => typeOf(scope.local(i), domain));
    const locals = process.locals.map(({ domain, name }, i) => {
      if (domain === null) return null;
      const variable = names.globals.fresh(`${own.name}_${localText(name)}`);
      variables.push(`${variable}: ${localTypes[i]}; -- ${name}`);
      return variable;
    });
    return { counter, locals, types: localTypes };
  });
  const section = (word: string, items: readonly string[]): string =>
    items.length === 0 ? '' : `${word}\n${items.map((each) => `  ${each}\n`).join('')}\n`;
  const text = section('const', constants) + section('type', [EXACT, ...types]) + section('var', variables);
  return {
    model,
    names,
    structure,
    kinds,
    rootTypes,
    processes,
    member,
    field,
    typeOf,
    ranged,
    liveness: livenessOf,
    text,
  };
}

/** Written out: Rumur 2022.08 takes `x & 1` for a logical and if the type of `x` is a name. */
export const INT32 = `${INT_MIN}..${INT_MAX}`;

/** Rumur computes in the narrowest integers that hold all types of a model: this one makes them 64 bits wide. */
const EXACT = 'exact: -4611686018427387904..4611686018427387903;';

/**
 * The type of a vector's index. It would be a scalarset if the model said that its elements are symmetric, which it
 * cannot say today.
 */
function indexType(length: number): string {
  return `0..${length - 1}`;
}
