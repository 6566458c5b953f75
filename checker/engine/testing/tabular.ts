/** Machines given as a table of states and transitions, and a plain search through them: the referees of the tests. */
import fc from 'fast-check';
import type { Failure } from '../../compiler/ir/graph.js';
import {
  type Machine,
  META_FAILURE,
  META_RESTING,
  META_STEP,
  type Step,
  type Transition,
} from '../../compiler/machine.js';

/** State 0 is the initial one. */
export interface Table {
  readonly words: number;
  readonly processes: number;
  readonly states: readonly TableState[];
  /** By failure: its property. */
  readonly failures: readonly (string | null)[];
}

export interface TableState {
  readonly transitions: readonly TableTransition[];
  readonly unfinished: boolean;
  /** Masks. */
  readonly violated: number;
  readonly witnessed: number;
}

export interface TableTransition {
  readonly process: number;
  /** A state, or a failure as -1 - index. */
  readonly target: number;
  readonly resting: boolean;
  /** The mask of the violated step predicates. */
  readonly violated: number;
}

export const invariants = ['P1', 'P2'];
export const stepPredicates = ['S1', 'P2'];
export const witnesses = ['w1', 'w2'];

export function tabularMachine(table: Table): Machine {
  const { words, states } = table;
  const recordLength = words + 1;
  const packed = packedStates(table);
  const keys = new Map(packed.map((state, index) => [state.join(), index]));
  const stateAt = (source: Uint32Array, at: number): TableState => {
    const state = states[keys.get(source.slice(at, at + words).join()) ?? -1];
    if (state === undefined) throw new Error('not a state of the table');
    return state;
  };
  const steps: Step[] = Array.from({ length: table.processes }, (_, process) => ({
    process,
    boundary: 0,
    frames: [],
  }));
  const failures = table.failures.map(
    (property): Failure => ({ kind: 'assertion', property, message: '', frames: [] }),
  );
  return {
    words,
    initial: packed[0] ?? new Uint32Array(words),
    processes: steps.map((_, index) => `p${index}`),
    steps,
    failures,
    invariants,
    stepPredicates,
    witnesses,
    expansionLimit: recordLength,
    expand(source, at, out, outAt) {
      let position = outAt;
      for (const { process, target, resting } of stateAt(source, at).transitions) {
        const content = target < 0 ? [-1 - target] : (packed[target] ?? []);
        content.forEach((word, index) => {
          out[position + index] = word;
        });
        out[position + words] = process | (resting ? META_RESTING : 0) | (target < 0 ? META_FAILURE : 0);
        position += recordLength;
      }
      return position;
    },
    violated: (source, at) => stateAt(source, at).violated,
    violatedStep(source, at, target, targetAt) {
      const goal = keys.get(target.slice(targetAt, targetAt + words).join()) ?? -1;
      return violatedBetween(stateAt(source, at), goal);
    },
    witnessed: (source, at) => stateAt(source, at).witnessed,
    unfinished: (source, at) => stateAt(source, at).unfinished,
    transitions: (state) =>
      stateAt(state, 0).transitions.map(
        ({ process, target, resting }, index): Transition => ({
          process,
          step: process,
          choices: [index],
          boundaries: 1,
          target: target < 0 ? null : (packed[target] ?? null),
          failure: target < 0 ? -1 - target : null,
          resting,
        }),
      ),
    boundaries: () => [],
    unpack: (state) => ({ index: keys.get(state.join()) ?? -1 }),
  };
}

/** Few distinct words, so that states differ in one word only and hashes have something to do. */
function packedStates({ words, states }: Table): Uint32Array[] {
  return states.map((_, index) =>
    Uint32Array.from({ length: words }, (_, word) =>
      word === words - 1 ? index * 0x0100_0100 : index & (3 << word),
    ),
  );
}

/** The step predicates see the two states only, so parallel transitions violate the same ones. */
export function violatedBetween({ transitions }: TableState, target: number): number {
  return transitions.reduce((mask, each) => (each.target === target ? mask | each.violated : mask), 0);
}

/** A finding, as far as every search must agree on it. */
export interface Expected {
  readonly property: string | null;
  readonly depth: number;
}

/** Reductions of a table that need not make sense: what a search makes of them is told by their definition alone. */
export interface Reduction {
  /** By state: the mask of the processes to be explored; -1 for all. */
  readonly masks: readonly number[];
  /** By state: its representative. */
  readonly representatives: readonly number[];
}

export function reducedMachine(table: Table, { masks, representatives }: Reduction): Machine {
  const machine = tabularMachine(table);
  const stateOf = (source: Uint32Array, at: number): number =>
    Number((machine.unpack(source.slice(at, at + table.words)) as { index: number }).index);
  const words = representatives.map((index) => packedStates(table)[index] ?? new Uint32Array());
  return {
    ...machine,
    ample: (source, at) => masks[stateOf(source, at)] ?? -1,
    expandOf(mask, source, at, out, outAt) {
      const all = new Uint32Array(8 * (table.words + 1));
      const end = machine.expand(source, at, all, 0);
      let position = outAt;
      for (let from = 0; from < end; from += table.words + 1) {
        const process = (all[from + table.words] ?? 0) & META_STEP;
        if ((mask & (1 << process)) === 0) continue;
        // Word by word: what does not fit is lost.
        for (let word = 0; word <= table.words; word++) out[position + word] = all[from + word] ?? 0;
        position += table.words + 1;
      }
      return position;
    },
    canonical: (source, at) => source.set(words[stateOf(source, at)] ?? [], at),
  };
}

/** By their definition: layer by layer, one state at a time. */
export function plainReducedSearch(table: Table, { masks, representatives }: Reduction) {
  const known = new Set([representatives[0] ?? 0]);
  const layers = [[...known]];
  let transitions = 0;
  for (let layer = layers[0] ?? []; layer.length > 0; ) {
    const before = new Set(known);
    const next: number[] = [];
    for (const source of layer) {
      const all = table.states[source]?.transitions ?? [];
      const mask = masks[source] ?? -1;
      const some = all.filter(({ process }) => mask & (1 << process));
      const stands =
        mask === -1 ||
        (some.every(({ target }) => target >= 0) &&
          some.some(({ target }) => target !== source && !before.has(representatives[target] ?? 0)));
      for (const { target } of stands ? some : all) {
        transitions++;
        const found = representatives[target] ?? 0;
        if (target < 0 || target === source || known.has(found)) continue;
        known.add(found);
        next.push(found);
      }
    }
    if (next.length > 0) layers.push(next);
    layer = next;
  }
  return { layers, transitions };
}

/** What a search must find, found one state at a time. */
export function plainSearch(table: Table, maxDepth = Number.POSITIVE_INFINITY) {
  const depthOf = new Map([[0, 0]]);
  const order = [0];
  const found = new Map<string, Expected>();
  let transitions = 0;
  let witnessed = 0;
  const executed = new Set<number>();
  const record = (property: string | null, depth: number, key = property ?? ''): void => {
    if ((found.get(key)?.depth ?? Number.POSITIVE_INFINITY) > depth) found.set(key, { property, depth });
  };
  const recordAll = (properties: readonly string[], mask: number, depth: number): void =>
    properties.forEach((property, index) => {
      if (mask & (1 << index)) record(property, depth);
    });
  for (const index of order) {
    const depth = depthOf.get(index) ?? 0;
    const state = table.states[index];
    if (state === undefined) continue;
    recordAll(invariants, state.violated, depth);
    witnessed |= state.witnessed;
    if (depth >= maxDepth) continue;
    const moves = state.transitions.some(
      ({ resting, target }) => target < 0 || (!resting && target !== index),
    );
    if (!moves && state.unfinished) record('T7', depth);
    for (const { process, target } of state.transitions) {
      transitions++;
      executed.add(process);
      if (target < 0) {
        const failure = -1 - target;
        record(table.failures[failure] ?? null, depth + 1, table.failures[failure] ?? `failure ${failure}`);
        continue;
      }
      recordAll(stepPredicates, violatedBetween(state, target), depth + 1);
      if (!depthOf.has(target)) {
        depthOf.set(target, depth + 1);
        order.push(target);
      }
    }
  }
  return { order, depthOf, transitions, witnessed, executed, found: [...found.values()] };
}

/** Random tables of up to `most` states. */
export function tables(most: number): fc.Arbitrary<Table> {
  const processes = 3;
  const failures = [null, null, 'P1', 'F1'];
  return fc.integer({ min: 1, max: most }).chain((size) => {
    const rarely = (property: number): fc.Arbitrary<number> =>
      fc.oneof({ weight: 12, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constant(property) });
    const target = fc.oneof(
      { weight: 30, arbitrary: fc.nat(size - 1) },
      { weight: 1, arbitrary: fc.integer({ min: -failures.length, max: -1 }) },
    );
    const transition = fc.record({
      process: fc.nat(processes - 1),
      target,
      resting: fc.boolean(),
      violated: rarely(1).chain((one) => rarely(2).map((two) => one | two)),
    });
    const state = fc.record({
      transitions: fc
        .array(transition, { maxLength: 4 })
        .map((all) => all.toSorted((a, b) => a.process - b.process)),
      unfinished: fc.boolean(),
      violated: rarely(1).chain((one) => rarely(2).map((two) => one | two)),
      witnessed: rarely(1).chain((one) => rarely(2).map((two) => one | two)),
    });
    return fc.record({
      words: fc.integer({ min: 1, max: 5 }),
      processes: fc.constant(processes),
      states: fc.array(state, { minLength: size, maxLength: size }),
      failures: fc.constant(failures),
    });
  });
}
