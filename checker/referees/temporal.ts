/** The temporal properties of a scenario as exporters take them: what can be said elsewhere, and why the rest cannot. */
import type { Graph, PredicateGraph } from '../compiler/ir/graph.js';
import type { Fairness } from '../language/temporal.js';
import { Atoms } from '../temporal/atoms.js';
import { processesNamed } from '../temporal/fairness.js';
import type { Ltl } from '../temporal/ltl.js';
import type { Scenario } from '../workspace/scenarios.js';

export type ExportedAtom =
  | { readonly of: 'state'; readonly predicate: PredicateGraph }
  | { readonly of: 'finished'; readonly process: number };

export interface TemporalClaim {
  readonly property: string;
  readonly formula: Ltl;
  /** Why no other checker is told of it; null if it is. */
  readonly refusal: string | null;
  /** By process: whether nothing is owed to it. All others have weak fairness. */
  readonly isUnfair: readonly boolean[];
  /** What the property takes for granted beyond that: left out for the comparison. */
  readonly beyond: readonly string[];
}

export interface ExportableTemporal {
  readonly claims: readonly TemporalClaim[];
  /** By number in the formulas; null for those that are about steps. */
  readonly atoms: readonly (ExportedAtom | null)[];
}

/** @param graph with the atoms behind its witnesses */
export function temporalOf({ spec, roots }: Scenario, graph: Graph): ExportableTemporal {
  const atoms = new Atoms();
  const processes = graph.processes.map(({ name }) => name);
  const claims = spec.properties.flatMap(({ id, temporal, fairness }): TemporalClaim[] => {
    if (temporal === undefined) return [];
    const formula = atoms.read(temporal);
    const named = new Set(
      unfairOf(fairness, spec.fairness).flatMap((name) => processesNamed({ processes }, name)),
    );
    return [
      {
        property: id,
        formula,
        refusal: refusalOf(formula, atoms.all),
        isUnfair: processes.map((_, process) => named.has(process)),
        beyond: [fairness, spec.fairness].flatMap((each) => [
          ...(each?.strong ?? []).map((name) => `strong fairness of ${name}`),
          ...(each?.weak ?? []).map((name) => `weak fairness of ${name}`),
        ]),
      },
    ];
  });
  let next = roots.witnesses.length;
  return {
    claims,
    atoms: atoms.all.map((atom): ExportedAtom | null => {
      if (atom.of === 'finished') return { of: 'finished', process: processes.indexOf(atom.process) };
      if (atom.of !== 'state') return null;
      const predicate = graph.witnesses[next++];
      if (predicate === undefined) throw new RangeError('the graph was made without the atoms');
      return { of: 'state', predicate };
    }),
  };
}

/** The same scenario with nothing owed to anybody but weak fairness, which every checker has. */
export function weaklyFair(scenario: Scenario): Scenario {
  const { spec } = scenario;
  const properties = spec.properties.map((each) =>
    each.temporal === undefined ? each : { ...each, fairness: { unfair: unfairOf(each.fairness) } },
  );
  return { ...scenario, spec: { ...spec, properties, fairness: { unfair: unfairOf(spec.fairness) } } };
}

function unfairOf(...all: readonly (Fairness | undefined)[]): string[] {
  return all.flatMap((each) => each?.unfair ?? []);
}

/** What of a formula is no matter of states and of the future. */
function refusalOf(formula: Ltl, atoms: Atoms['all']): string | null {
  switch (formula.op) {
    case 'constant':
      return null;
    case 'atom': {
      const of = atoms[formula.atom]?.of;
      return of === 'step' || of === 'moves' ? 'it speaks of steps, not of states alone' : null;
    }
    case 'next':
      return 'it counts steps (next)';
    case 'once':
    case 'since':
      return `it looks back (${formula.op})`;
    case 'not':
      return refusalOf(formula.operand, atoms);
    case 'and':
    case 'or':
      return formula.operands.map((each) => refusalOf(each, atoms)).find((each) => each !== null) ?? null;
    default:
      return refusalOf(formula.left, atoms) ?? refusalOf(formula.right, atoms);
  }
}
