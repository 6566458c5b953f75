/** Code generation: a graph becomes a machine, whose transition functions are JavaScript made for this one graph. */
import { InputError } from '../../diagnostics.js';
import type { Expr, Graph, ProcessGraph } from '../ir/graph.js';
import { stepSuccessors } from '../ir/traverse.js';
import {
  type Machine,
  META_FAILURE,
  META_RESTING,
  META_STEP,
  type StateTree,
  type Step,
  type Transition,
} from '../machine.js';
import { element, lines } from './blocks.js';
import { extract } from './expressions.js';
import { pack, type Packing } from './packing.js';
import { writeMask } from './predicates.js';
import { rangeOf } from './ranges.js';
import { names, writeSteps } from './steps.js';
import { packTree, readField, unpackTree } from './trees.js';
import { Tables } from './variables.js';

/**
 * The machine of a graph, from the given initial state on.
 * @param packing how to pack it, for tests of the packing itself
 * @param source the text of its untraced functions, where that is known already
 */
export function generateMachine(
  graph: Graph,
  initial: StateTree,
  packing: Packing = pack(graph),
  source: string = machineSource(graph, packing, false),
): Machine {
  const code = instantiate(source, new Trace());
  let traced: { code: Code; trace: Trace } | null = null;
  const recordLimit = packing.words + 1;
  const expansionLimit =
    recordLimit * graph.processes.reduce((sum, each) => sum + alternatives(graph, each), 0);

  const transitions = (state: Uint32Array): Transition[] => {
    if (traced === null) {
      const trace = new Trace();
      traced = { code: instantiate(machineSource(graph, packing, true), trace), trace };
    }
    const { code: slow, trace } = traced;
    const { out, end } = expandAll(slow, state, expansionLimit, () => trace.clear());
    const steps = stepsOf(graph);
    return trace.notes.slice(0, end / recordLimit).map(({ choices, boundaries }, index) => {
      const at = index * recordLimit;
      const meta = out[at + packing.words] ?? 0;
      const step = meta & META_STEP;
      const failed = (meta & META_FAILURE) !== 0;
      return {
        process: steps[step]?.process ?? -1,
        step,
        choices,
        boundaries,
        target: failed ? null : out.slice(at, at + packing.words),
        failure: failed ? (out[at] ?? 0) : null,
        resting: (meta & META_RESTING) !== 0,
      };
    });
  };

  return {
    words: packing.words,
    initial: initialState(graph, packing, code, initial),
    processes: graph.processes.map(({ name }) => name),
    steps: stepsOf(graph),
    failures: graph.failures,
    invariants: graph.invariants.map(({ name }) => name),
    stepPredicates: graph.stepPredicates.map(({ name }) => name),
    witnesses: graph.witnesses.map(({ name }) => name),
    expansionLimit,
    expand: code.expand,
    expandOf: code.expandOf,
    violated: code.violated,
    violatedStep: code.violatedStep,
    witnessed: code.witnessed,
    unfinished: code.unfinished,
    portable: { source },
    transitions,
    boundaries: (state) =>
      graph.processes.map((process, index) => {
        const counter = packing.processes[index]?.counter;
        return (counter && process.boundaries[readField(state, counter)]) ?? null;
      }),
    unpack: (state) => unpackTree(graph, packing, state),
  };
}

/** The text of a machine's functions. Traced, they tell the `Trace` object `T` what the packed search does not need. */
export function machineSource(graph: Graph, packing: Packing, traced: boolean): string {
  const tables = new Tables();
  const { words } = packing;
  let firstStep = 0;
  const steps = graph.processes.map((process, index) => {
    const text = writeSteps(graph, index, packing, tables, { firstStep, traced });
    firstStep += process.boundaries.length;
    return text;
  });
  const dispatch = (
    perBoundary: (process: number, boundary: number) => string,
    only: (process: number, cases: readonly string[]) => readonly string[] = (_, cases) => cases,
  ): string[] =>
    graph.processes.flatMap(({ boundaries }, index) => {
      const counter = packing.processes[index]?.counter;
      if (counter === undefined || boundaries.length === 0) return [];
      const cases = boundaries.map(
        (_, boundary) => `case ${boundary}: ${perBoundary(index, boundary)} break;`,
      );
      return only(index, [`switch (${extract(element('s', 'at', counter.word), counter)}) {`, ...cases, '}']);
    });
  const step = (process: number, boundary: number): string =>
    `p = ${names.boundary(process, boundary)}(s, at, o, p);`;
  const rest = (process: number, boundary: number): string => {
    if (graph.processes[process]?.boundaries[boundary]?.rest === null) return 'return true;';
    return `if (!${names.rest(process, boundary)}(s, at)) return true;`;
  };
  const masks = [
    writeMask('invariant', graph.invariants, false, graph, packing, tables),
    writeMask('stepPredicate', graph.stepPredicates, false, graph, packing, tables),
    writeMask('witness', graph.witnesses, true, graph, packing, tables),
  ];
  return lines(
    '"use strict";',
    tables.declarations(),
    'function fail(o, p, m, failure) {',
    `o[p] = failure; o[p + ${words}] = m | ${META_FAILURE | 0};${traced ? ' T.note();' : ''} return p + ${words + 1};`,
    '}',
    ...steps,
    'function expand(s, at, o, p) {',
    ...dispatch(step),
    'return p;',
    '}',
    'function expandOf(mask, s, at, o, p) {',
    ...dispatch(step, (process, cases) => [`if (mask & ${1 << process}) {`, ...cases, '}']),
    'return p;',
    '}',
    'function unfinished(s, at) {',
    ...dispatch(rest),
    'return false;',
    '}',
    ...masks,
    'return {',
    'expand, expandOf, unfinished,',
    'violated: (s, at) => invariant(s, at, s, at),',
    'violatedStep: stepPredicate,',
    'witnessed: (s, at) => witness(s, at, s, at),',
    `initial: [${graph.processes.map((_, index) => names.initial(index)).join(', ')}],`,
    '};',
  );
}

type Expand = Machine['expand'];
type Code = Pick<Machine, 'expand' | 'violated' | 'violatedStep' | 'witnessed' | 'unfinished'> &
  Required<Pick<Machine, 'expandOf'>> & {
    readonly initial: readonly Expand[];
  };

function instantiate(source: string, trace: Trace): Code {
  return new Function('T', source)(trace) as Code;
}

/** What traced code reports. One note per record that it writes. */
class Trace {
  boundaries = 1;
  readonly choices: number[] = [];
  readonly notes: { readonly choices: readonly number[]; readonly boundaries: number }[] = [];

  begin(): void {
    this.boundaries = 1;
  }

  note(): void {
    this.notes.push({ choices: [...this.choices], boundaries: this.boundaries });
  }

  clear(): void {
    this.notes.length = 0;
  }
}

function expandAll(
  code: { readonly expand: Expand },
  state: Uint32Array,
  limit: number,
  begin: () => void,
): { out: Uint32Array; end: number } {
  for (let size = limit; ; ) {
    const out = new Uint32Array(size);
    begin();
    const end = code.expand(state, 0, out, 0);
    if (end <= size) return { out, end };
    size = end;
  }
}

function stepsOf(graph: Graph): Step[] {
  return graph.processes.flatMap(({ boundaries }, process) =>
    boundaries.map(({ frames }, boundary) => ({ process, boundary, frames })),
  );
}

/** Packs the tree and runs each process up to its first boundary. */
function initialState(graph: Graph, packing: Packing, code: Code, tree: StateTree): Uint32Array {
  let state = packTree(graph, packing, tree);
  const record = packing.words + 1;
  code.initial.forEach((enter, index) => {
    const name = graph.processes[index]?.name ?? '';
    const { out, end } = expandAll({ expand: enter }, state, record, () => {});
    const meta = out[packing.words] ?? 0;
    if (end === record && meta >>> 0 < META_FAILURE) {
      state = out.slice(0, packing.words);
      return;
    }
    const failure = end === record ? graph.failures[out[0] ?? 0] : undefined;
    throw InputError.of(
      failure === undefined
        ? `process ${name} ${end === 0 ? 'is disabled' : 'makes a choice'} before its first yield`
        : `process ${name} fails before its first yield: ${failure.message}`,
      'Move what may fail, wait or choose behind the first yield.',
      failure?.frames.at(-1)?.span ?? null,
    );
  });
  return state;
}

/**
 * An upper bound of the successors of one step of the process, as far as it can be told without running it: a `choose`
 * in a loop is counted once. `expand` tells by its result if the room was not enough.
 */
function alternatives(graph: Graph, process: ProcessGraph): number {
  const domains = { cells: graph.cells, locals: process.locals };
  const countOf = (expr: Expr): number => Math.max(1, Math.min(rangeOf(expr, domains).hi, 4096));
  const known = new Map<number, number>();
  const from = (index: number): number => {
    const found = known.get(index);
    if (found !== undefined) return found;
    known.set(index, 1);
    const end = process.blocks[index]?.end;
    const most = end === undefined ? 1 : Math.max(1, ...stepSuccessors(end).map(from));
    const all = end?.to === 'choose' ? most * countOf(end.count) : most;
    known.set(index, Math.min(all, 65_536));
    return Math.min(all, 65_536);
  };
  return Math.max(1, ...process.boundaries.map(({ block }) => from(block)));
}
