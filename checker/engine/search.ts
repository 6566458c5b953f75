/**
 * Breadth-first search through all states of a machine, exact, in batches: the successors of many states are made
 * first, then looked up together, so that the cache misses of one lookup overlap with those of the next.
 */
import { type Machine, META_FAILURE } from '../compiler/machine.js';
import { Batch } from './kernel.js';
import type { End, Finding, Progress, SearchOptions, SearchResult } from './options.js';
import { Store } from './store.js';

const DEFAULT_MEMORY = 2 * 2 ** 30;
const DEFAULT_DEADLOCK_PROPERTY = 'T7';
/** Records per batch, about: enough to overlap the misses, few enough to stay in the second-level cache. */
const BATCH_RECORDS = 2048;

/** Searches to the end. */
export function search(machine: Machine, options: SearchOptions): SearchResult {
  const exploration = new Exploration(machine, options);
  while (!exploration.advance());
  return exploration.result();
}

/** The same, giving way to other tasks (a signal handler, for one) every `interval` milliseconds. */
export async function searchAsync(
  machine: Machine,
  options: SearchOptions,
  interval = 50,
): Promise<SearchResult> {
  const now = options.now ?? (() => performance.now());
  const exploration = new Exploration(machine, options);
  for (let paused = now(); !exploration.advance(); ) {
    if (now() - paused < interval) continue;
    await new Promise((resolve) => setImmediate(resolve));
    paused = now();
  }
  return exploration.result();
}

/** A search that runs batch by batch. `tuning` is for tests of the borders between batches and tables. */
export class Exploration {
  readonly #store: Store;
  readonly #batch: Batch;
  readonly #recordLimit: number;
  readonly #record: number;
  readonly #steps: Uint8Array;
  readonly #now: () => number;
  readonly #started: number;
  readonly #memoryLimit: number;
  readonly #maxStates: number;
  readonly #findings = new Map<string, Finding>();
  #out: Uint32Array;
  /** The next state to expand, and the end of its layer. */
  #next = 0;
  #layerEnd = 1;
  #depth = 0;
  #transitions = 0;
  /** Invariants not yet violated, step predicates likewise, witnesses not yet reached. */
  #invariants: number;
  #stepPredicates: number;
  #witnesses: number;
  #end: End | null = null;
  #lastProgress: number;

  constructor(
    readonly machine: Machine,
    readonly options: SearchOptions,
    tuning: { readonly batchRecords?: number; readonly firstSlots?: number } = {},
  ) {
    const { words, expansionLimit } = machine;
    this.#now = options.now ?? (() => performance.now());
    this.#started = this.#now();
    this.#lastProgress = this.#started;
    this.#memoryLimit = options.memoryBytes ?? DEFAULT_MEMORY;
    this.#maxStates = Math.max(1, options.maxStates ?? Number.POSITIVE_INFINITY);
    this.#store = new Store(words, this.#memoryLimit, this.#maxStates, tuning.firstSlots);
    this.#record = words + 1;
    this.#recordLimit = tuning.batchRecords ?? BATCH_RECORDS;
    this.#batch = new Batch(this.#recordLimit);
    this.#out = new Uint32Array(this.#recordLimit * this.#record + expansionLimit);
    this.#steps = new Uint8Array(machine.steps.length);
    this.#invariants = allOf(machine.invariants);
    this.#stepPredicates = allOf(machine.stepPredicates);
    this.#witnesses = allOf(machine.witnesses);
    this.#store.addFirst(machine.initial);
    this.#judgeStates(0, 0);
    this.#beginLayer();
  }

  /** Explores one batch. Returns whether the search has ended. */
  advance(): boolean {
    if (this.#end === null && this.options.signal?.aborted === true) this.#end = 'interrupted';
    if (this.#end !== null) return true;
    const count = this.#expand();
    this.#lookUp(count);
    this.#next += count;
    if (this.#end === null && this.#next === this.#layerEnd) this.#endLayer();
    this.#report();
    return this.#end !== null;
  }

  result(): SearchResult {
    const store = this.#store;
    const { layers } = store;
    if (store.count > this.#layerEnd && layers.at(-1) !== this.#layerEnd) layers.push(this.#layerEnd);
    return {
      states: store.count,
      transitions: this.#transitions,
      depth: layers.length - 1,
      seconds: (this.#now() - this.#started) / 1000,
      memoryBytes: store.bytes,
      end: this.#end ?? 'interrupted',
      findings: [...this.#findings.values()],
      witnessesReached: this.machine.witnesses.map((_, index) => (this.#witnesses & (1 << index)) === 0),
      stepsExecuted: this.#steps,
      store,
    };
  }

  /** Makes the successors of as many states of the layer as a batch holds. Returns how many states that are. */
  #expand(): number {
    const { machine } = this;
    const { states, words } = this.#store;
    const { ends, size } = this.#batch;
    const most = Math.min(this.#layerEnd - this.#next, size);
    const full = this.#recordLimit * this.#record;
    let out = this.#out;
    let position = 0;
    let count = 0;
    while (count < most && position < full) {
      const end = machine.expand(states, (this.#next + count) * words, out, position);
      if (end > out.length) {
        // More successors than foreseen: those beyond the end of the array are lost, so once more with more room.
        if (count > 0) break;
        out = this.#out = new Uint32Array(end + full);
        continue;
      }
      ends[count++] = end;
      position = end;
    }
    return count;
  }

  #lookUp(sources: number): void {
    const store = this.#store;
    const batch = this.#batch;
    const out = this.#out;
    const records = (batch.ends[sources - 1] ?? 0) / this.#record;
    batch.reserve(records);
    store.makeRoom(store.count + records);
    const { kernel, mask } = store;
    const lookups = kernel.prepare(store.states, out, batch, this.#next, sources, this.#steps);
    const before = store.count;
    store.count = kernel.insert(store, mask, out, batch, lookups, before, store.capacity);
    if (batch.done === lookups) {
      this.#transitions += records;
    } else {
      this.#transitions += (batch.positions[batch.done] ?? 0) / this.#record;
      this.#end = store.capacity >= this.#maxStates ? 'states' : 'memory';
    }
    if (this.options.deadlock) this.#judgeProgress(sources);
    if (batch.failed !== 0) this.#judgeFailures(sources);
    if (this.#stepPredicates !== 0) this.#judgeSteps(sources);
    this.#judgeStates(before, this.#depth + 1);
  }

  // ---- layers

  #beginLayer(): void {
    const { maxDepth, stopWhenDecided } = this.options;
    // Only between layers, so that all violations of the same length are there for the best trace to be chosen.
    if (stopWhenDecided?.every((property) => this.#findings.has(property)) === true) this.#end = 'decided';
    else if (maxDepth !== undefined && this.#depth >= maxDepth) this.#end = 'depth';
  }

  #endLayer(): void {
    const { count, layers } = this.#store;
    if (count === this.#layerEnd) {
      this.#end = 'exhausted';
      return;
    }
    layers.push(this.#layerEnd);
    this.#layerEnd = count;
    this.#depth++;
    this.#beginLayer();
  }

  // ---- properties

  /** The states from index `from` on are new. */
  #judgeStates(from: number, depth: number): void {
    const { machine } = this;
    const { states, words, count } = this.#store;
    if (this.#invariants !== 0) {
      for (let index = from; index < count; index++) {
        const violated = machine.violated(states, index * words) & this.#invariants;
        if (violated === 0) continue;
        this.#invariants &= ~violated;
        for (const property of selected(machine.invariants, violated)) {
          this.#found({ property, kind: 'invariant', depth, source: index, failure: null });
        }
        if (this.#invariants === 0) break;
      }
    }
    for (let index = from; index < count && this.#witnesses !== 0; index++) {
      this.#witnesses &= ~machine.witnessed(states, index * words);
    }
  }

  #judgeProgress(sources: number): void {
    const { states, words } = this.#store;
    const { progress } = this.#batch;
    const property = this.options.deadlockProperty ?? DEFAULT_DEADLOCK_PROPERTY;
    for (let k = 0; k < sources; k++) {
      if (progress[k] !== 0) continue;
      const source = this.#next + k;
      if (!this.machine.unfinished(states, source * words)) continue;
      this.#found({ property, kind: 'deadlock', depth: this.#depth, source, failure: null });
      return;
    }
  }

  #judgeFailures(sources: number): void {
    const { machine } = this;
    const { words } = this.#store;
    this.#eachRecord(sources, (source, position) => {
      if ((this.#out[position + words] ?? 0) < META_FAILURE) return;
      const failure = this.#out[position] ?? 0;
      const property = machine.failures[failure]?.property ?? null;
      this.#found({ property, kind: 'failure', depth: this.#depth + 1, source, failure });
    });
  }

  #judgeSteps(sources: number): void {
    const { machine } = this;
    const { states, words } = this.#store;
    const { ends } = this.#batch;
    const out = this.#out;
    for (let k = 0, position = 0; k < sources && this.#stepPredicates !== 0; k++) {
      const source = this.#next + k;
      for (const end = ends[k] ?? 0; position < end; position += this.#record) {
        if ((out[position + words] ?? 0) >= META_FAILURE) continue;
        const violated = machine.violatedStep(states, source * words, out, position) & this.#stepPredicates;
        if (violated === 0) continue;
        this.#stepPredicates &= ~violated;
        for (const property of selected(machine.stepPredicates, violated)) {
          this.#found({ property, kind: 'step', depth: this.#depth + 1, source, failure: null });
        }
      }
    }
  }

  #eachRecord(sources: number, visit: (source: number, position: number) => void): void {
    let position = 0;
    for (let k = 0; k < sources; k++) {
      const end = this.#batch.ends[k] ?? 0;
      for (; position < end; position += this.#record) visit(this.#next + k, position);
    }
  }

  #found(finding: Finding): void {
    const key = finding.property ?? `failure ${finding.failure}`;
    if (!this.#findings.has(key)) this.#findings.set(key, finding);
  }

  #report(): void {
    const { onProgress, progressInterval = 100 } = this.options;
    if (onProgress === undefined) return;
    const now = this.#now();
    if (now - this.#lastProgress < progressInterval) return;
    this.#lastProgress = now;
    const seconds = (now - this.#started) / 1000;
    const { count, bytes } = this.#store;
    const progress: Progress = {
      states: count,
      transitions: this.#transitions,
      depth: this.#depth,
      frontier: count - this.#next,
      seconds,
      memoryBytes: bytes,
      memoryLimit: this.#memoryLimit,
      statesPerSecond: seconds > 0 ? count / seconds : 0,
    };
    onProgress(progress);
  }
}

/** The mask of all entries of a list. */
function allOf(names: readonly string[]): number {
  return 2 ** names.length - 1;
}

function selected(names: readonly string[], mask: number): readonly string[] {
  return names.filter((_, index) => (mask & (1 << index)) !== 0);
}
