/** Goes once more through the states of a layer and all their transitions, in batches, looking the targets up. */
import { type Machine, META_FAILURE, META_STEP } from '../compiler/machine.js';
import { Batch } from './kernel.js';
import type { Store } from './store.js';

export interface LayerVisitor {
  /** A transition that is no self-loop: to the state `target`, or -1 if that was not stored. */
  transition?(source: number, process: number, target: number): void;
  /** Every record as it is, self-loops and failures included: at `out[position]`, with its meta word. */
  record?(source: number, out: Uint32Array, position: number, meta: number): void;
  /** Called for each source, with whether it could move (see the deadlock property). */
  state?(source: number, moves: boolean): void;
}

const BATCH_RECORDS = 2048;

/** Visits the states `from .. to - 1`. */
export function visitLayer(
  machine: Machine,
  store: Store,
  from: number,
  to: number,
  visitor: LayerVisitor,
): void {
  const { words, kernel, mask, states } = store;
  const record = words + 1;
  const batch = new Batch(BATCH_RECORDS);
  const steps = new Uint8Array(machine.steps.length);
  const processOf = machine.steps.map(({ process }) => process);
  let out = new Uint32Array(BATCH_RECORDS * record + machine.expansionLimit);
  let found = new Int32Array(0);
  for (let next = from; next < to; ) {
    let count = 0;
    let end = 0;
    while (next + count < to && count < BATCH_RECORDS && end < BATCH_RECORDS * record) {
      const position = machine.expand(states, (next + count) * words, out, end);
      if (position > out.length) {
        if (count > 0) break;
        out = new Uint32Array(position + BATCH_RECORDS * record);
        continue;
      }
      batch.ends[count++] = position;
      end = position;
    }
    batch.reserve(end / record);
    if (found.length < end / record) found = new Int32Array(batch.hashes.length);
    const lookups = kernel.prepare(states, out, batch, next, count, steps);
    if (visitor.transition !== undefined) {
      kernel.locate(store, mask, out, batch, lookups, found);
      for (let k = 0; k < lookups; k++) {
        const meta = out[(batch.positions[k] ?? 0) + words] ?? 0;
        visitor.transition(batch.sources[k] ?? 0, processOf[meta & META_STEP] ?? 0, found[k] ?? -1);
      }
    }
    for (let k = 0, position = 0; k < count; k++) {
      visitor.state?.(next + k, batch.progress[k] !== 0);
      for (; position < (batch.ends[k] ?? 0); position += record) {
        visitor.record?.(next + k, out, position, out[position + words] ?? 0);
      }
    }
    next += count;
  }
}

export function isFailure(meta: number): boolean {
  return meta >= META_FAILURE;
}
