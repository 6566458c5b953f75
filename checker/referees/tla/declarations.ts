/** Variables, enumerations and the type invariant. */
import type { Domain, ProcessGraph } from '../../compiler/ir/graph.js';
import { type ModelNames, nameModel } from '../names.js';
import { type ExportableModel, propertiesOf } from '../referee.js';
import { type Shape, type Structure, structureOf } from '../structure.js';
import { type Enumeration, inferKinds, type Kind, type Kinds } from '../typed/kinds.js';
import { integerText } from './arithmetic.js';
import { TLA_VOCABULARY } from './vocabulary.js';

/** What the parts of an export know of the whole. */
export interface Declared {
  readonly model: ExportableModel;
  readonly names: ModelNames;
  readonly structure: Structure;
  readonly kinds: Kinds;
  readonly member: (of: Enumeration, value: number) => string;
  readonly field: (name: string, depth: number) => string;
  /** Fields of the root record, then the records of locals, without `pc`. */
  readonly variables: readonly string[];
  /** By process: whether it has a variable for its locals. */
  readonly keepsLocals: readonly boolean[];
  /** Definitions of enumerations. */
  readonly enumerations: readonly string[];
  readonly typeInvariant: string;
}

export function declare(model: ExportableModel): Declared {
  const { graph } = model;
  const names = nameModel(graph, TLA_VOCABULARY, propertiesOf(model));
  const structure = structureOf(graph.cells);
  const kinds = inferKinds(graph);
  const known = new Map(
    kinds.enumerations.map((each) => [
      each,
      {
        set: names.globals.fresh(`${each.field}_values`),
        members: each.names.map((name) => (each.pure ? `"${name}"` : names.globals.fresh(name))),
      },
    ]),
  );
  const member = (of: Enumeration, value: number): string =>
    known.get(of)?.members[value - of.lo] ?? String(value);
  const field = (name: string, depth: number): string =>
    (depth === 0 ? names.roots : names.fields).get(name) ?? `item_${name}`;
  const setOf = (kind: Kind, { lo, hi }: Domain): string => {
    if (kind.is === 'bool') return 'BOOLEAN';
    return kind.is === 'enum'
      ? (known.get(kind.of)?.set ?? 'STRING')
      : `${integerText(lo)} .. ${integerText(hi)}`;
  };
  const shapeText = (shape: Shape, depth: number): string => {
    switch (shape.kind) {
      case 'scalar':
        return setOf(kinds.domain(shape.domain), shape.domain);
      case 'vector':
        return `[0 .. ${shape.length - 1} -> ${shapeText(shape.element, depth + 1)}]`;
      case 'record':
        return `[${shape.fields.map((each) => `${field(each.name, depth)} : ${shapeText(each.shape, depth + 1)}`).join(', ')}]`;
      default:
        return shape satisfies never;
    }
  };
  const keepsLocals = graph.processes.map(({ locals }) => locals.some(({ domain }) => domain !== null));
  const processName = (index: number): string => names.processes[index]?.name ?? `process_${index}`;
  const points = graph.processes.map(
    (_, index) => `${processName(index)} : {${pointsOf(names, index).join(', ')}}`,
  );
  const locals = graph.processes.flatMap((process, index) =>
    keepsLocals[index] === true
      ? [`${processName(index)} \\in [${localSets(process, index).join(', ')}]`]
      : [],
  );
  function localSets(process: ProcessGraph, index: number): readonly string[] {
    const scope = kinds.scope(process);
    return process.locals.flatMap(({ domain }, i) => {
      const name = names.processes[index]?.locals[i];
      return domain === null || name === undefined ? [] : [`${name} : ${setOf(scope.local(i), domain)}`];
    });
  }
  const types = [
    ...structure.root.fields.map(({ name, shape }) => `${field(name, 0)} \\in ${shapeText(shape, 1)}`),
    ...(points.length === 0 ? [] : [`pc \\in [${points.join(', ')}]`]),
    ...locals,
  ];
  return {
    model,
    names,
    structure,
    kinds,
    member,
    field,
    variables: [
      ...structure.root.fields.map(({ name }) => field(name, 0)),
      ...graph.processes.flatMap((_, index) => (keepsLocals[index] === true ? [processName(index)] : [])),
    ],
    keepsLocals,
    enumerations: [...known].flatMap(([{ pure, lo }, { set, members }]) =>
      pure ? [`${set} == {${members.join(', ')}}`] : members.map((name, i) => `${name} == ${lo + i}`),
    ),
    typeInvariant: ['TypeOK ==', ...types.map((each) => `  /\\ ${each}`)].join('\n'),
  };
}

function pointsOf({ processes }: ModelNames, index: number): readonly string[] {
  const own = processes[index];
  return own === undefined ? [] : [...own.boundaries, own.finished].map((name) => `"${name}"`);
}
