/**
 * What exporters and referees have in common. An exporter writes a graph in the language of another model checker; a
 * referee runs that checker and reads its answer. Both engines must then say the same of the same graph.
 */
import type { Graph } from '../compiler/ir/graph.js';
import type { StateTree } from '../compiler/machine.js';
import type { ExportableTemporal } from './temporal.js';

export type Target = 'promela' | 'murphi' | 'tla';

/** A scenario's graph with what else an export says of it. */
export interface ExportableModel {
  readonly graph: Graph;
  readonly initial: StateTree;
  /** `M4/conditional-flush` */
  readonly name: string;
  readonly title: string;
  /** Whether deadlock is checked, and as which property. */
  readonly deadlock: { readonly property: string } | null;
  /** Absent where there are none. */
  readonly temporal?: ExportableTemporal;
}

export interface Exporter {
  readonly target: Target;
  /** Of file names, with its dot: `.pml`. */
  readonly extension: string;
  text(model: ExportableModel): string;
}

export interface ExportedModel {
  readonly model: ExportableModel;
  readonly text: string;
}

export interface RefereeOptions {
  /** Of one run of the other checker; when it is over, the answer is a `limit`. */
  readonly timeoutSeconds: number;
  readonly memoryBytes: number;
  /** An empty folder to work in. The caller removes it. */
  readonly folder: string;
}

export interface PropertyResult {
  /** As `propertiesOf` names it. */
  readonly property: string;
  readonly verdict: 'holds' | 'violated';
  /** Transitions of the shortest counterexample, a failing last one included; null if it holds or is not known. */
  readonly length: number | null;
}

export interface RefereeResult {
  /** Stored states, the initial one included. */
  readonly states: number;
  /** Enabled steps with their choices, self-loops and duplicates included; null if the referee does not count them. */
  readonly transitions: number | null;
  /** One for each property that the referee can tell apart, in any order. */
  readonly properties: readonly PropertyResult[];
  /** Of the counting run alone. */
  readonly seconds: number;
  /** Why there is no complete answer: which limit was hit. Then the rest is what was found until then. */
  readonly limit: 'time' | 'memory' | null;
}

export interface Referee {
  /** `SPIN` */
  readonly name: string;
  readonly exporter: Exporter;
  /** Null if it is not installed. */
  version(): Promise<string | null>;
  /** @throws Error if the other checker does not take the model, or answers what nobody can read */
  count(exported: ExportedModel, options: RefereeOptions): Promise<RefereeResult>;
  /** The verdicts of all temporal properties that the export contains. Only who knows fairness has this. */
  judge?(
    exported: ExportedModel,
    options: RefereeOptions & { readonly states: number },
  ): Promise<readonly TemporalOpinion[]>;
}

/** What a referee says of a temporal property, under weak fairness. */
export interface TemporalOpinion {
  readonly property: string;
  /** Null: a limit came first. */
  readonly holds: boolean | null;
  readonly seconds: number;
}

/** The property that a model error of no property's counts as. */
export const MODEL_ERROR = 'error';

/** Ids of everything that can be violated: invariants, step predicates, assertions, deadlock, model errors. */
export function propertiesOf({ graph, deadlock }: ExportableModel): readonly string[] {
  return [
    ...new Set([
      ...graph.invariants.map(({ name }) => name),
      ...graph.stepPredicates.map(({ name }) => name),
      ...graph.failures.map(propertyOfFailure),
      ...(deadlock === null ? [] : [deadlock.property]),
    ]),
  ];
}

export function propertyOfFailure({ property }: { readonly property: string | null }): string {
  return property ?? MODEL_ERROR;
}
