/** Drives a machine and the interpreter of its graph side by side through all reachable states. For tests. */
import type { Cell, Graph } from '../../ir/graph.js';
import {
  evaluatePredicate,
  initialState,
  type InterpretedState,
  isResting,
  transitions,
} from '../../ir/interpret.js';
import { type Machine, META_FAILURE, META_RESTING, META_STEP, type StateTree } from '../../machine.js';

/**
 * Throws at the first difference. Returns the number of states.
 * @param graph one whose dead locals are reset, so that the two have the same number of states
 */
export function compareWithInterpreter(
  graph: Graph,
  tree: StateTree,
  machine: Machine,
  limit = 2000,
): number {
  const known = new Map<string, string>();
  const packedOf = new Map<string, string>();
  const queue: { interpreted: InterpretedState; packed: Uint32Array }[] = [];
  const meet = (interpreted: InterpretedState, packed: Uint32Array): void => {
    const key = keyOf(graph, interpreted);
    const words = packed.join();
    if (!known.has(key)) queue.push({ interpreted, packed });
    same('one interpreted state in two packed ones', known.get(key) ?? words, words);
    same('two interpreted states in one packed one', packedOf.get(words) ?? key, key);
    known.set(key, words);
    packedOf.set(words, key);
  };
  meet(initialState(graph, tree), machine.initial);
  for (const { interpreted, packed } of queue) {
    compareState(graph, machine, interpreted, packed);
    const expected = transitions(graph, interpreted);
    const actual = machine.transitions(packed);
    same(
      'transitions',
      actual.map(({ process, step, choices, boundaries, failure, resting }) => ({
        process,
        boundary: machine.steps[step]?.boundary,
        choices,
        boundaries,
        failure,
        resting,
      })),
      expected.map(({ process, boundary, choices, boundaries, failure, resting }) => ({
        process,
        boundary,
        choices,
        boundaries,
        failure,
        resting,
      })),
    );
    same('expand', expanded(machine, packed), actual.map(recordOf));
    expected.forEach(({ target }, index) => {
      const reached = actual[index]?.target ?? null;
      if (target === null || reached === null) return;
      const before = machine.violatedStep(packed, 0, reached, 0);
      same(
        'violated step predicates',
        before,
        maskOf(
          graph.stepPredicates.map((each) => {
            const { value, failure } = evaluatePredicate(each, target, interpreted);
            return failure !== null || !value;
          }),
        ),
      );
      if (known.size < limit) meet(target, reached);
    });
  }
  return known.size;
}

function compareState(
  graph: Graph,
  machine: Machine,
  interpreted: InterpretedState,
  packed: Uint32Array,
): void {
  const tree = machine.unpack(packed);
  same(
    'cells',
    graph.cells.map((cell) => lookUp(tree, cell)),
    graph.cells.map(({ domain: { names, lo } }, index) => {
      const value = interpreted.cells[index] ?? Number.NaN;
      const name = names?.[value - lo];
      return name === 'true' || name === 'false' ? name === 'true' : (name ?? value);
    }),
  );
  same(
    'boundaries',
    machine.boundaries(packed).map((point) => point?.block ?? null),
    interpreted.processes.map(({ boundary }, index) =>
      boundary === null ? null : graph.processes[index]?.boundaries[boundary]?.block,
    ),
  );
  same(
    'unfinished',
    machine.unfinished(packed, 0),
    interpreted.processes.some(
      ({ boundary }, index) => boundary !== null && !isResting(graph, interpreted, index),
    ),
  );
  const holds = (predicates: Graph['invariants']): boolean[] =>
    predicates.map((each) => {
      const { value, failure } = evaluatePredicate(each, interpreted);
      return failure === null && value;
    });
  same('violated', machine.violated(packed, 0), maskOf(holds(graph.invariants).map((each) => !each)));
  same('witnessed', machine.witnessed(packed, 0), maskOf(holds(graph.witnesses)));
}

/** Locals without a domain do not live across boundaries: their last value is no part of the state. */
function keyOf(graph: Graph, { cells, processes }: InterpretedState): string {
  const kept = processes.map(({ boundary, locals }, index) => ({
    boundary,
    locals: locals.filter((_, local) => graph.processes[index]?.locals[local]?.domain !== null),
  }));
  return JSON.stringify({ cells, kept });
}

/** The records of `expand` at some odd place, failures with the index alone. */
function expanded(machine: Machine, packed: Uint32Array): unknown[] {
  const { words } = machine;
  const source = Uint32Array.from([7, ...packed, 7]);
  const out = new Uint32Array(3 + machine.expansionLimit);
  const end = machine.expand(source, 1, out, 3);
  const records: unknown[] = [];
  for (let at = 3; at < end; at += words + 1) {
    const meta = out[at + words] ?? 0;
    const failed = meta >= META_FAILURE;
    records.push({
      step: meta & META_STEP,
      resting: (meta & META_RESTING) !== 0,
      content: failed ? out[at] : [...out.slice(at, at + words)],
    });
  }
  return records;
}

function recordOf(transition: ReturnType<Machine['transitions']>[number]): unknown {
  const { step, resting, target, failure } = transition;
  return { step, resting, content: target === null ? failure : [...target] };
}

function maskOf(bits: readonly boolean[]): number {
  return bits.reduce((mask, each, bit) => (each ? mask | (1 << bit) : mask), 0);
}

function lookUp(tree: StateTree, cell: Cell): unknown {
  return cell.path.reduce<unknown>((node, key) => Object(node)[key], tree);
}

function same(what: string, actual: unknown, expected: unknown): void {
  const [left, right] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (left !== right) throw new Error(`${what}: the machine has ${left}, the interpreter ${right}`);
}
