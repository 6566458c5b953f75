/**
 * The state space of a search as a structure that temporal questions can be asked of. States stay where they are; what is added are
 * the edges (four bytes each, and two or four for what they are) and a number per state.
 */
import type { Field, Packing } from '../compiler/codegen/packing.js';
import { type Machine, META_FAILURE, META_RESTING, META_STEP } from '../compiler/machine.js';
import type { Space } from '../engine/index.js';
import type { Atom } from './atoms.js';
import type { Assumptions } from './fairness.js';
import type { EdgeKind, Kripke, StateKind } from './kripke.js';

/** An edge that no process takes: everybody may stay. */
export const STAYS = -1;

export interface Labels {
  readonly atoms: readonly Atom[];
  /** By atom of a state predicate: the machine's witness; by atom of a step predicate: the machine's step predicate. */
  readonly index: readonly number[];
}

export function structureOf(
  machine: Machine,
  packing: Packing,
  space: Space,
  { atoms, index }: Labels,
  { requirements, isOwed }: Assumptions,
  onState: () => void = () => {},
): Kripke {
  const { words } = machine;
  const indices = space.layers.flatMap(({ runs }) => runs).sort((a, b) => a.first - b.first);
  const last = indices.at(-1);
  const states = last === undefined ? 0 : last.first + last.count;
  const offsets = new Uint32Array(states + 1);
  const targets = new Growing();
  const edgeKind = new Growing();
  const stateKind = new Uint32Array(states);
  const stateKinds = new Kinds<StateKind>();
  const edgeKinds = new Kinds<EdgeKind>();
  const takenBy = machine.steps.map((_, step) => maskOf(requirements, (each) => each.steps.has(step)));
  const stateAtoms = atoms.flatMap((atom, bit) =>
    atom.of === 'state' ? [{ bit, at: index[bit] ?? 0 }] : [],
  );
  const stepAtoms = atoms.flatMap((atom, bit) => (atom.of === 'step' ? [{ bit, at: index[bit] ?? 0 }] : []));
  const finished = atoms.flatMap((atom, bit) => {
    if (atom.of !== 'finished') return [];
    const process = machine.processes.indexOf(atom.process);
    const counter = packing.processes[process]?.counter;
    const end = machine.steps.filter((step) => step.process === process).length;
    return counter === undefined ? [] : [{ bit, counter, end }];
  });
  const movesOf = machine.processes.map((name) =>
    maskOf(atoms, (atom) => atom.of === 'moves' && atom.process === name),
  );

  const letterOf = (state: Uint32Array): number => {
    let letter = 0;
    if (stateAtoms.length > 0) {
      const seen = machine.witnessed(state, 0);
      for (const { bit, at } of stateAtoms) if (((seen >>> at) & 1) === 1) letter |= 1 << bit;
    }
    for (const { bit, counter, end } of finished) if (read(state, counter) === end) letter |= 1 << bit;
    return letter;
  };
  const stepLetter = (state: Uint32Array, out: Uint32Array, position: number): number => {
    if (stepAtoms.length === 0) return 0;
    const violated = machine.violatedStep(state, 0, out, position);
    let letter = 0;
    for (const { bit, at } of stepAtoms) if (((violated >>> at) & 1) === 0) letter |= 1 << bit;
    return letter;
  };

  let out = new Uint32Array(machine.expansionLimit);
  for (const { first, count } of indices) {
    for (let state = first; state < first + count; state++) {
      if (state % 1024 === 0) onState();
      offsets[state] = targets.length;
      const source = space.store.state(state);
      let end = machine.expand(source, 0, out, 0);
      if (end > out.length) {
        out = new Uint32Array(end);
        end = machine.expand(source, 0, out, 0);
      }
      let enabled = 0;
      let mustGoOn = false;
      for (let position = 0; position < end; position += words + 1) {
        const meta = out[position + words] ?? 0;
        const step = meta & META_STEP;
        const process = machine.steps[step]?.process ?? 0;
        // What is possible where a process rests is owed to nobody.
        const rests = (meta & META_RESTING) !== 0;
        if (!rests && isOwed[process] === true) mustGoOn = true;
        if ((meta & META_FAILURE) !== 0) continue;
        const taken = takenBy[step] ?? 0;
        if (!rests) enabled |= taken;
        const letter = stepLetter(source, out, position) | (movesOf[process] ?? 0);
        targets.push(space.store.find(out, position));
        edgeKind.push(edgeKinds.number(`${step} ${letter}`, { letter, taken, step }));
      }
      if (!mustGoOn) {
        const letter = stepLetter(source, source, 0);
        targets.push(state);
        edgeKind.push(edgeKinds.number(`stays ${letter}`, { letter, taken: 0, step: STAYS }));
      }
      const letter = letterOf(source);
      stateKind[state] = stateKinds.number(`${letter} ${enabled}`, { letter, enabled });
    }
    offsets[first + count] = targets.length;
  }
  return {
    states,
    initial: 0,
    offsets,
    targets: targets.values,
    edgeKind: edgeKind.values,
    stateKind,
    stateKinds: stateKinds.all,
    edgeKinds: edgeKinds.all,
    requirements,
  };
}

function maskOf<T>(all: readonly T[], has: (each: T) => boolean): number {
  let mask = 0;
  all.forEach((each, bit) => {
    if (has(each)) mask |= 1 << bit;
  });
  return mask;
}

function read(state: Uint32Array, { word, shift, width, lo }: Field): number {
  if (width === 0) return lo;
  return lo + (((state[word] ?? 0) >>> shift) & (2 ** width - 1));
}

/** Numbers for what is equal. */
class Kinds<T> {
  readonly all: T[] = [];
  readonly #numbers = new Map<string, number>();

  number(key: string, value: T): number {
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.all.push(value) - 1;
      this.#numbers.set(key, number);
    }
    return number;
  }
}

/** A list of numbers. */
class Growing {
  #array = new Uint32Array(4096);
  length = 0;

  push(value: number): void {
    if (this.length === this.#array.length) {
      const larger = new Uint32Array(this.length * 2);
      larger.set(this.#array);
      this.#array = larger;
    }
    this.#array[this.length++] = value;
  }

  get values(): Uint32Array {
    return this.#array.subarray(0, this.length);
  }
}
