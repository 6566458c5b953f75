/**
 * One thread's work on a layer: takes units of states, makes their successors in batches, looks them up, and notes what
 * it finds. The successors of many states are made first and looked up together, so that the cache misses of one lookup
 * overlap with those of the next.
 */
import { META_FAILURE, type SearchCode } from '../compiler/machine.js';
import { type Batch, FAILED } from './batch.js';
import { addTransitions, FULL, publishBlock, type Shared, takeUnit, WORD } from './shared.js';
import type { Store } from './store.js';

/** States per unit at most. */
export const UNIT = 1024;
/** Records per batch, about: enough to overlap the misses, few enough to stay in the second-level cache. */
export const BATCH_RECORDS = 2048;
/** All processes, of a mask of them. */
const ALL = -1;

/** What is explored, as all threads know it. */
export interface Task {
  readonly words: number;
  readonly expansionLimit: number;
  readonly steps: number;
  readonly failures: number;
  readonly invariants: number;
  readonly stepPredicates: number;
  readonly witnesses: number;
  readonly deadlock: boolean;
  readonly maxStates: number;
  readonly batchRecords: number;
}

/** How an explorer gets on when it cannot by itself. */
export interface Host {
  /** Waits, at a point where nothing is half done, until there is room for so many states, or never will be. */
  makeRoom(more: number): void;
}

export class Explorer {
  readonly #batch: Batch;
  readonly #record: number;
  readonly #steps: Uint8Array;
  readonly #masks = new Int32Array(UNIT);
  readonly #reachesNext = new Uint8Array(UNIT);
  /** Sources whose reduced expansion must not stand. */
  readonly #again = new Uint32Array(UNIT);
  #againCount = 0;
  /** What has not been found yet. */
  #invariants = 0;
  #stepPredicates = 0;
  #witnesses = 0;

  constructor(
    readonly task: Task,
    readonly code: SearchCode,
    readonly store: Store,
    readonly shared: Shared,
    readonly thread: number,
    readonly host: Host,
  ) {
    this.#record = task.words + 1;
    this.#batch = store.newBatch(UNIT, task.batchRecords * this.#record + task.expansionLimit);
    this.#steps = new Uint8Array(task.steps);
  }

  /** Room that must be there before so many rows are added: others may be about to add theirs. */
  reserve(more: number): number {
    const others = (this.shared.control[WORD.members] ?? 1) - 1;
    const block = Math.max(...this.store.interners.map((each) => each.block));
    return Math.ceil(more + block + others * (this.#batch.out.length / this.#record + block));
  }

  roomFor(more: number): ReturnType<Store['roomFor']> {
    const members = this.shared.control[WORD.members] ?? 1;
    return this.store.roomFor(this.reserve(more), this.bytes * members);
  }

  get bytes(): number {
    return this.#batch.bytes;
  }

  /** Expands one unit. Returns false if none is left, or if all are to stop. */
  exploreUnit(): boolean {
    const { control } = this.shared;
    if (Atomics.load(control, WORD.pause) !== 0 || Atomics.load(control, WORD.stop) !== 0) return false;
    const batch = this.#batch;
    const count = takeUnit(this.shared, batch.indices);
    if (count === 0) return false;
    this.beginUnit();
    this.#explore(count, this.code.ample !== undefined);
    if (this.#againCount > 0) {
      batch.indices.set(this.#again.subarray(0, this.#againCount));
      this.#explore(this.#againCount, false);
    }
    return true;
  }

  /** Learns what others have found. */
  beginUnit(): void {
    const { control } = this.shared;
    this.#invariants = this.task.invariants & ~(control[WORD.invariants] ?? 0);
    this.#stepPredicates = this.task.stepPredicates & ~(control[WORD.stepPredicates] ?? 0);
    this.#witnesses = this.task.witnesses & ~(control[WORD.witnesses] ?? 0);
    this.#againCount = 0;
  }

  /** Makes known which steps were executed. */
  publish(): void {
    this.#steps.forEach((executed, step) => {
      if (executed !== 0) this.shared.steps[step] = 1;
    });
    for (const interner of this.store.interners) interner.clean();
    const { cursor, end } = this.store.roots;
    publishBlock(this.shared, this.thread, cursor, end);
  }

  /** Another layer begins: what this thread has reserved for states of the one before is not needed. */
  beginLayer(): void {
    this.store.roots.dropBlock();
    this.store.roots.block = this.shared.control[WORD.block] ?? 1;
  }

  /** Notes what a state shows that is at hand. */
  judgeState(words: Uint32Array, at: number): void {
    const { control } = this.shared;
    if (this.#invariants !== 0) {
      const violated = this.code.violated(words, at) & this.#invariants;
      if (violated !== 0) {
        this.#invariants &= ~violated;
        Atomics.or(control, WORD.invariants, violated);
      }
    }
    if (this.#witnesses !== 0) {
      const witnessed = this.code.witnessed(words, at) & this.#witnesses;
      if (witnessed !== 0) {
        this.#witnesses &= ~witnessed;
        Atomics.or(control, WORD.witnesses, witnessed);
      }
    }
  }

  /** Expands the batch's first `count` sources. */
  #explore(count: number, reduced: boolean): void {
    this.store.load(this.#batch, count);
    for (let from = 0; from < count; ) {
      const to = this.#expand(from, count, reduced);
      this.#lookUp(from, to, reduced);
      if (Atomics.load(this.shared.control, WORD.stop) !== 0) return;
      from = to;
    }
  }

  /** Makes the successors of as many sources as a batch holds. Returns the number of the first that is left. */
  #expand(from: number, count: number, reduced: boolean): number {
    const { code } = this;
    const batch = this.#batch;
    const { sources, at, ends } = batch;
    const masks = this.#masks;
    const full = this.task.batchRecords * this.#record;
    let position = 0;
    for (let k = from; k < count; k++) {
      const source = at[k] ?? 0;
      const mask = reduced && code.ample !== undefined ? code.ample(sources, source) | 0 : ALL;
      const end =
        mask === ALL || code.expandOf === undefined
          ? code.expand(sources, source, batch.out, position)
          : code.expandOf(mask, sources, source, batch.out, position);
      if (end > batch.out.length) {
        // More successors than foreseen: those beyond the end of the array are lost, so once more with more room.
        if (k > from) return k;
        batch.out = new Uint32Array(end + full);
        k--;
        continue;
      }
      masks[k] = mask;
      ends[k] = position = end;
      if (position >= full) return k + 1;
    }
    return count;
  }

  #lookUp(from: number, to: number, reduced: boolean): void {
    const { store, shared, task } = this;
    const batch = this.#batch;
    const { lookups } = batch;
    // Before states are replaced by representatives: a step goes from one state to another, not to its image.
    if (this.#stepPredicates !== 0) this.#judgeSteps(from, to);
    store.prepare(batch, from, to, this.#steps);
    if (batch.failed !== 0) this.#judgeFailures(from, to);
    if (task.deadlock) this.#judgeProgress(from, to);
    this.host.makeRoom(lookups.count);
    if (Atomics.load(shared.control, WORD.full) === FULL.not) {
      store.insertParts(batch);
      store.insertStates(batch);
      const { fresh, freshCount } = lookups;
      for (let i = 0; i < freshCount && (this.#invariants | this.#witnesses) !== 0; i++) {
        this.judgeState(batch.out, batch.record(fresh[i] ?? 0));
      }
      this.#count(freshCount);
    } else {
      // What is found in this layer is still to be known.
      store.locate(batch);
      for (let i = 0; i < lookups.count; i++) {
        if ((lookups.targets[i] ?? 0) < 0) this.judgeState(batch.out, batch.record(i));
      }
    }
    addTransitions(
      shared,
      this.thread,
      reduced ? this.#standing(from, to) : (batch.ends[to - 1] ?? 0) / this.#record,
    );
  }

  #count(states: number): void {
    const { control } = this.shared;
    if (states === 0) return;
    const all = Atomics.add(control, WORD.states, states) + states;
    if (all > this.task.maxStates) {
      Atomics.compareExchange(control, WORD.full, FULL.not, FULL.states);
    }
  }

  /**
   * A reduced expansion stands if it leads to a state of the next layer (the proviso of breadth-first search: otherwise
   * steps that were left out could be left out forever) and no step fails. Notes the sources for which it does not.
   * Returns the number of transitions of the others.
   */
  #standing(from: number, to: number): number {
    const batch = this.#batch;
    const { lookups, origins, ends, moves, indices } = batch;
    const masks = this.#masks;
    const reaches = this.#reachesNext.fill(0, from, to);
    const next = this.shared.control[WORD.nextLayer] ?? 0;
    for (let i = 0; i < lookups.count; i++) {
      const target = lookups.targets[i] ?? 0;
      if (target >= next || target < 0) reaches[origins[i] ?? 0] = 1;
    }
    let transitions = 0;
    for (let k = from; k < to; k++) {
      const stands = masks[k] === ALL || (reaches[k] === 1 && ((moves[k] ?? 0) & FAILED) === 0);
      if (stands) transitions += ((ends[k] ?? 0) - (k === from ? 0 : (ends[k - 1] ?? 0))) / this.#record;
      else this.#again[this.#againCount++] = indices[k] ?? 0;
    }
    return transitions;
  }

  // ---- properties

  #judgeProgress(from: number, to: number): void {
    const { sources, at, moves } = this.#batch;
    for (let k = from; k < to; k++) {
      // A reduced expansion contains a step that moves, or is made again in full.
      if (moves[k] !== 0 || this.#masks[k] !== ALL) continue;
      if (this.code.unfinished(sources, at[k] ?? 0)) Atomics.store(this.shared.control, WORD.deadlock, 1);
    }
  }

  #judgeFailures(from: number, to: number): void {
    const { words } = this.task;
    const { out } = this.#batch;
    this.#eachRecord(from, to, (_, position) => {
      if ((out[position + words] ?? 0) >= META_FAILURE) this.shared.failed[out[position] ?? 0] = 1;
    });
  }

  #judgeSteps(from: number, to: number): void {
    const { code, task } = this;
    const { sources, at, ends, out } = this.#batch;
    for (let k = from, position = 0; k < to; k++) {
      const source = at[k] ?? 0;
      for (const end = ends[k] ?? 0; position < end; position += this.#record) {
        if ((out[position + task.words] ?? 0) >= META_FAILURE) continue;
        const violated = code.violatedStep(sources, source, out, position) & this.#stepPredicates;
        if (violated === 0) continue;
        this.#stepPredicates &= ~violated;
        Atomics.or(this.shared.control, WORD.stepPredicates, violated);
      }
    }
  }

  #eachRecord(from: number, to: number, visit: (source: number, position: number) => void): void {
    for (let k = from, position = 0; k < to; k++) {
      const end = this.#batch.ends[k] ?? 0;
      for (; position < end; position += this.#record) visit(k, position);
    }
  }
}
