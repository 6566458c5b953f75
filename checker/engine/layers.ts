/** Goes once more through the states of a layer and all their transitions, in batches, looking the targets up. */
import { type Machine, META_STEP } from '../compiler/machine.js';
import { BATCH_RECORDS, UNIT } from './explorer.js';
import type { Layer } from './facts.js';
import type { Space } from './options.js';

export interface LayerVisitor {
  /** A transition that is no self-loop: to the state `target`, or -1 if that was not stored. */
  transition?(source: number, process: number, target: number): void;
  /** Every record as it is, self-loops and failures included: source and target with the positions of their words. */
  record?(source: number, sources: Uint32Array, at: number, out: Uint32Array, position: number): void;
  /** Called for each source, with whether it could move (see the deadlock property). */
  state?(source: number, sources: Uint32Array, at: number, moves: boolean): void;
}

/** Unreduced: whatever a reduction leaves out is a transition of the machine all the same. */
export function visitLayer(machine: Machine, { store }: Space, layer: Layer, visitor: LayerVisitor): void {
  const { words } = machine;
  const record = words + 1;
  const full = BATCH_RECORDS * record;
  const batch = store.newBatch(UNIT, full + machine.expansionLimit);
  const steps = new Uint8Array(machine.steps.length);
  const processOf = machine.steps.map(({ process }) => process);

  const expand = (from: number, count: number): number => {
    let position = 0;
    for (let k = from; k < count; k++) {
      const end = machine.expand(batch.sources, batch.at[k] ?? 0, batch.out, position);
      if (end > batch.out.length) {
        if (k > from) return k;
        batch.out = new Uint32Array(end + full);
        k--;
        continue;
      }
      batch.ends[k] = position = end;
      if (position >= full) return k + 1;
    }
    return count;
  };
  const visit = (from: number, to: number): void => {
    const { sources, at, indices, out, ends, moves, lookups } = batch;
    // Before states are replaced by representatives.
    for (let k = from, position = 0; visitor.record !== undefined && k < to; k++) {
      for (; position < (ends[k] ?? 0); position += record) {
        visitor.record(indices[k] ?? 0, sources, at[k] ?? 0, out, position);
      }
    }
    store.prepare(batch, from, to, steps);
    for (let k = from; visitor.state !== undefined && k < to; k++) {
      visitor.state(indices[k] ?? 0, sources, at[k] ?? 0, moves[k] !== 0);
    }
    if (visitor.transition === undefined) return;
    store.locate(batch);
    for (let i = 0; i < lookups.count; i++) {
      const meta = out[batch.record(i) + words] ?? 0;
      const source = indices[batch.origins[i] ?? 0] ?? 0;
      visitor.transition(source, processOf[meta & META_STEP] ?? 0, lookups.targets[i] ?? -1);
    }
  };
  for (const { first, count } of layer.runs) {
    for (let next = first; next < first + count; next += UNIT) {
      const size = Math.min(UNIT, first + count - next);
      for (let k = 0; k < size; k++) batch.indices[k] = next + k;
      store.load(batch, size);
      for (let from = 0; from < size; ) {
        const to = expand(from, size);
        visit(from, to);
        from = to;
      }
    }
  }
}

/** All states, layer by layer. */
export function* statesOf({ store, layers }: Space): Generator<Uint32Array> {
  for (const { runs } of layers) {
    for (const { first, count } of runs) {
      for (let index = first; index < first + count; index++) yield store.state(index);
    }
  }
}
