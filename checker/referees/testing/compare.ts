/** Models for comparing our engine with others, small enough to do it often. */
import type fc from 'fast-check';
import { generateMachine } from '../../compiler/codegen/javascript.js';
import { randomGraph } from '../../compiler/codegen/testing/random-graphs.js';
import type { Graph, ProcessGraph } from '../../compiler/ir/graph.js';
import type { StateTree } from '../../compiler/machine.js';
import { InputError } from '../../diagnostics.js';
import { differences, ownResult } from '../comparison.js';
import type { ExportableModel, Referee, RefereeResult } from '../referee.js';
import { withTemporaryFolder } from '../tools/files.js';

const MOST_STATES = 20_000;
/** Most random models have hardly any. */
const LEAST_STATES = 4;

export interface Compared {
  readonly own: RefereeResult;
  readonly differences: readonly string[];
}

export function modelOf(graph: Graph, initial: StateTree): ExportableModel {
  return { graph, initial, name: 'test', title: 'a test', deadlock: { property: 'T7' } };
}

/**
 * Null if there are too many states, or hardly any, if the model cannot be exported, or the referee hits a limit.
 * @param text another one than the referee's exporter writes
 */
export async function compareWith(
  referee: Referee,
  model: ExportableModel,
  text: string | null = null,
): Promise<Compared | null> {
  const own = ownResult(generateMachine(model.graph, model.initial), model, MOST_STATES, 2 ** 26);
  if (own === null || own.states < LEAST_STATES) return null;
  try {
    const exported = { model, text: text ?? referee.exporter.text(model) };
    const other = await withTemporaryFolder((folder) =>
      referee.count(exported, { folder, timeoutSeconds: 60, memoryBytes: 2 ** 30 }),
    );
    // A translation or a search that takes too long says nothing.
    return other.limit === null ? { own, differences: differences(own, other) } : null;
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}

/**
 * Graphs of any shape. Where a step may fail nobody rests: a process that fails while it rests is no deadlock to our
 * engine, which looks at failures first.
 */
export const randomModel: fc.Arbitrary<ExportableModel> = randomGraph.map(({ graph, tree }) =>
  modelOf(
    graph.processes.some(mayFail) ? { ...graph, processes: graph.processes.map(withoutRest) } : graph,
    tree,
  ),
);

function mayFail({ blocks }: ProcessGraph): boolean {
  return blocks.some(({ instrs, end }) => end.to === 'failure' || instrs.some((each) => each.do === 'check'));
}

function withoutRest(process: ProcessGraph): ProcessGraph {
  return { ...process, boundaries: process.boundaries.map((each) => ({ ...each, rest: null })) };
}
