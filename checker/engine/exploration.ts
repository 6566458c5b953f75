/**
 * A breadth-first search, layer by layer. A layer is worked off by one thread or many (see `explorer.ts`, `crew.ts`); what is
 * decided here depends on whole layers only, and so do all results.
 */
import { type Machine, searchCodeOf } from '../compiler/machine.js';
import { InputError } from '../diagnostics.js';
import { Crew } from './crew.js';
import { enterShare } from './entering.js';
import { BATCH_RECORDS, Explorer, type Host, type Task, UNIT } from './explorer.js';
import { Findings } from './findings.js';
import type { Layer, Run } from './facts.js';
import { omissionProbability } from './lossy.js';
import type { End, SearchOptions, SearchResult } from './options.js';
import {
  COMMAND,
  FULL,
  gapsFrom,
  layOut,
  newShared,
  requestRoom,
  runsBetween,
  type Shared,
  transitionsOf,
  WORD,
} from './shared.js';
import { identityOf, restoreNotes, type SnapshotKeeper, takeSnapshot } from './snapshot.js';
import { Store, type StoreMemory, storeMemory } from './store.js';

const DEFAULT_MEMORY = 2 * 2 ** 30;
/** Before a search is as large and as old as this, starting threads takes longer than what they help. */
const STATES_TO_SHARE = 20_000;
const MILLISECONDS_TO_SHARE = 50;
/** Smaller layers are done before another thread is awake. */
const LAYER_TO_SHARE = 2048;
const SMALLEST_UNIT = 64;
const REDUCTIONS = ['ample', 'expandOf', 'canonical'] as const;
/** How long to wait for helpers before looking after other things. */
const GLANCE = 5;

/** Sizes, for tests of the borders between batches and tables. */
export interface Tuning {
  readonly batchRecords?: number;
  readonly firstSlots?: number;
  readonly unit?: number;
  /** When helpers start, and which layers they share. */
  readonly statesToShare?: number;
  readonly layerToShare?: number;
}

/** A search that runs unit by unit. */
export class Exploration implements Host {
  readonly #task: Task;
  readonly #memory: StoreMemory;
  readonly #store: Store;
  readonly #shared: Shared;
  readonly #explorer: Explorer;
  readonly #crew: Crew | null;
  readonly #findings: Findings;
  readonly #layers: Layer[] = [];
  readonly #now: () => number;
  readonly #started: number;
  #end: End | null = null;
  /** States in complete layers. */
  #states = 1;
  #lastProgress: number;
  #lastSnapshot = 0;
  /** Whether there is anything that the last snapshot does not have. */
  #hasNews = false;
  readonly #identity: string;
  /** Of the next layer: reserved and not used before the last snapshot. */
  #gaps: Run[] = [];
  /** A last snapshot is taken before an interrupt ends the search. */
  #isLeaving = false;
  /** Of the runs before this one. */
  #secondsBefore = 0;

  constructor(
    readonly machine: Machine,
    readonly options: SearchOptions,
    readonly tuning: Tuning = {},
  ) {
    const { words, expansionLimit, steps, failures, invariants, stepPredicates, witnesses } = machine;
    const { helpers } = options;
    this.#now = options.now ?? (() => performance.now());
    this.#started = this.#now();
    this.#lastProgress = this.#started;
    this.#task = {
      words,
      expansionLimit,
      steps: steps.length,
      failures: failures.length,
      invariants: allOf(invariants),
      stepPredicates: allOf(stepPredicates),
      witnesses: allOf(witnesses),
      deadlock: options.deadlock,
      maxStates: Math.max(1, options.maxStates ?? Number.POSITIVE_INFINITY),
      batchRecords: tuning.batchRecords ?? BATCH_RECORDS,
    };
    const hasHelpers = helpers !== undefined && helpers.count > 0 && (machine.portable ?? null) !== null;
    this.#shared = newShared(steps.length, failures.length, (helpers?.count ?? 0) + 1);
    this.#crew = hasHelpers ? new Crew(this.#shared, helpers) : null;
    this.#memory = storeMemory(words, this.#memoryLimit, options.store, tuning.firstSlots);
    this.#store = new Store(this.#memory, hasHelpers, machine.canonical);
    this.#explorer = new Explorer(this.#task, machine, this.#store, this.#shared, 0, this);
    this.#findings = new Findings(machine, options.deadlockProperty);
    this.#shared.control[WORD.members] = 1;
    this.#identity = options.snapshots === undefined ? '' : identityOf(machine, this.#memory.split, options);
    const resume = options.snapshots?.resume ?? null;
    if (resume === null) {
      this.#addInitial();
      this.#beginLayer({ runs: [{ first: 0, count: 1 }], states: 1 });
    } else this.#restore(resume);
    this.#lastSnapshot = this.#now();
    this.#hasNews = false;
  }

  get #seconds(): number {
    return this.#secondsBefore + (this.#now() - this.#started) / 1000;
  }

  get #memoryLimit(): number {
    return this.options.memoryBytes ?? DEFAULT_MEMORY;
  }

  /** Explores one unit, or does what comes between layers. Returns whether the search has ended. */
  advance(): boolean {
    if (this.#end === null && this.options.signal?.aborted === true) {
      if (this.#mayKeepSnapshot && !this.#isLeaving) {
        this.#isLeaving = true;
        Atomics.store(this.#shared.control, WORD.pause, 1);
      } else if (this.#shared.control[WORD.pause] === 0) this.#interrupt();
    }
    if (this.#end !== null) return true;
    this.#report();
    if (this.#isSnapshotDue()) Atomics.store(this.#shared.control, WORD.pause, 1);
    if (this.#explorer.exploreUnit()) {
      this.#hasNews = true;
      return false;
    }
    const crew = this.#crew;
    if (crew?.isActive === true) {
      if (!crew.hasArrived(GLANCE)) return false;
      if (this.#shared.control[WORD.grow] !== 0) {
        this.#enlarge(0);
        crew.release(COMMAND.work);
        return false;
      }
    }
    if (this.#shared.control[WORD.pause] !== 0) {
      this.#keepSnapshot();
      if (crew?.isActive === true) crew.release(COMMAND.work);
      return false;
    }
    if (crew !== null) crew.isActive = false;
    this.#endLayer();
    return this.#end !== null;
  }

  /** Whether helpers take part in the layer. */
  get isShared(): boolean {
    return this.#crew?.isActive === true;
  }

  /** Starts them at once, for tests. */
  async helpersAreReady(): Promise<void> {
    while (this.#crew?.isReady === false) await new Promise((resolve) => setTimeout(resolve, 1));
  }

  /** Sends the helpers home. */
  stop(): void {
    const crew = this.#crew;
    if (crew === null || !crew.isStarted) return;
    crew.release(COMMAND.exit);
    crew.stop();
  }

  result(): SearchResult {
    const { machine } = this;
    const { control } = this.#shared;
    const witnesses = control[WORD.witnesses] ?? 0;
    return {
      states: this.#states,
      transitions: transitionsOf(this.#shared),
      depth: this.#layers.length - 1,
      frontier: this.#layers.at(-1)?.states ?? 0,
      seconds: this.#seconds,
      memoryBytes: this.#store.bytes + this.#overhead,
      end: this.#end ?? 'interrupted',
      findings: this.#findings.all,
      witnessesReached: machine.witnesses.map((_, index) => (witnesses & (1 << index)) !== 0),
      stepsExecuted: this.#shared.steps.slice(),
      omission: this.#omission,
      space: { store: this.#store, layers: this.#layers },
      release: () => this.#store.release(),
    };
  }

  get #omission(): number | null {
    const { lossy } = this.#memory;
    const stored = this.#shared.control[WORD.states] ?? 0;
    return lossy === null ? null : omissionProbability(lossy, stored, this.#store.roots.slots);
  }

  // ---- room

  makeRoom(more: number): void {
    const { control } = this.#shared;
    if (Atomics.load(control, WORD.grow) === 0 && this.#explorer.roomFor(more) === 'enough') return;
    if (Atomics.load(control, WORD.full) !== FULL.not) return;
    const crew = this.#crew?.isActive === true ? this.#crew : null;
    if (crew !== null) {
      requestRoom(this.#shared, more);
      crew.gather();
    }
    this.#enlarge(more);
    crew?.release(COMMAND.work);
  }

  /** While all others wait. */
  #enlarge(wanted: number): void {
    const { control } = this.#shared;
    const explorer = this.#explorer;
    const more = Math.max(wanted, Atomics.exchange(control, WORD.grow, 0) - 1);
    explorer.publish();
    if (explorer.roomFor(more) === 'in larger tables') {
      const grown = this.#store.enlargeTables(explorer.reserve(more), this.#overhead);
      const interners = grown.map(({ interner }) => interner);
      for (const { interner, zeros } of grown) if (zeros >= 0) interner.kernel.enterOne(interner, zeros);
      Atomics.store(control, WORD.portion, 0);
      if (this.#crew?.isActive === true) this.#crew.release(COMMAND.enter);
      enterShare(interners, this.#shared);
      if (this.#crew?.isActive === true) this.#crew.gather();
    }
    if (explorer.roomFor(more) === 'none') Atomics.compareExchange(control, WORD.full, FULL.not, FULL.memory);
  }

  /** Bytes of buffers. */
  get #overhead(): number {
    return this.#explorer.bytes * (this.#shared.control[WORD.members] ?? 1);
  }

  // ---- layers

  #addInitial(): void {
    const { machine } = this;
    const initial = machine.initial.slice();
    machine.canonical?.(initial, 0);
    this.#store.begin();
    this.#store.roots.block = 1;
    this.#store.add(initial);
    this.#explorer.beginUnit();
    this.#explorer.judgeState(initial, 0);
    this.#findings.collect(this.#shared, -1);
  }

  #beginLayer(layer: Layer): void {
    const { maxDepth, stopWhenDecided } = this.options;
    const { control } = this.#shared;
    this.#layers.push(layer);
    // Only between layers, so that all violations of the same length are there for the best trace to be chosen.
    if (stopWhenDecided?.every((property) => this.#findings.has(property)) === true) this.#end = 'decided';
    else if (this.#hasWitnesses(this.options.stopWhenWitnessed)) this.#end = 'decided';
    else if (maxDepth !== undefined && this.#layers.length - 1 >= maxDepth) this.#end = 'depth';
    if (this.#end !== null) return;
    this.#hireHelpers();
    const crew = this.#crew;
    const isShared = crew?.isReady === true && layer.states >= (this.tuning.layerToShare ?? LAYER_TO_SHARE);
    const members = isShared ? crew.size : 1;
    const most = this.tuning.unit ?? UNIT;
    const unit = members === 1 ? most : Math.min(most, Math.max(SMALLEST_UNIT, layer.states >> 3));
    control[WORD.members] = members;
    // Small layers in small blocks: what is left of a block at the end of a layer stays unused.
    control[WORD.block] = Math.min(1024, Math.max(16, layer.states >> 5));
    this.#store.roots.closeBlock();
    this.#store.roots.keepFrom(layer.runs[0]?.first ?? 0);
    this.#explorer.beginLayer();
    control[WORD.nextLayer] = this.#store.roots.next;
    layOut(this.#shared, layer.runs, unit, this.#states);
    if (isShared) crew.release(COMMAND.work);
  }

  #hasWitnesses(wanted: readonly number[] | undefined): boolean {
    const found = this.#shared.control[WORD.witnesses] ?? 0;
    return wanted?.every((index) => (found & (1 << index)) !== 0) ?? false;
  }

  #hireHelpers(): void {
    const crew = this.#crew;
    const { portable } = this.machine;
    if (crew === null || crew.isStarted || portable === undefined || portable === null) return;
    const { statesToShare } = this.tuning;
    if (this.#states < (statesToShare ?? STATES_TO_SHARE)) return;
    if (statesToShare === undefined && this.#now() - this.#started < MILLISECONDS_TO_SHARE) return;
    const theirs = searchCodeOf(portable);
    if (REDUCTIONS.some((name) => (theirs[name] === undefined) !== (this.machine[name] === undefined))) {
      throw new Error('the code for other threads has other reductions than the machine');
    }
    crew.start((thread) => ({
      task: this.#task,
      code: portable,
      memory: this.#memory,
      shared: this.#shared,
      thread,
    }));
  }

  #endLayer(): void {
    const { control } = this.#shared;
    this.#explorer.publish();
    this.#findings.collect(this.#shared, this.#layers.length - 1);
    const states = control[WORD.states] ?? 0;
    if (control[WORD.full] === FULL.states || states > this.#task.maxStates) this.#end = 'states';
    else if (control[WORD.full] === FULL.memory) this.#end = 'memory';
    else if (states === this.#states) this.#end = 'exhausted';
    if (this.#end !== null) return;
    const { next } = this.#store.roots;
    const first = control[WORD.nextLayer] ?? 0;
    const runs = runsBetween(first, next, [...this.#gaps, ...gapsFrom(this.#shared, first, next)]);
    this.#gaps = [];
    const layer = { runs, states: states - this.#states };
    this.#states = states;
    this.#beginLayer(layer);
  }

  // ---- snapshots

  #isSnapshotDue(): boolean {
    const { interval } = this.options.snapshots ?? { interval: Number.POSITIVE_INFINITY };
    return this.#mayKeepSnapshot && this.#hasNews && this.#now() - this.#lastSnapshot >= interval;
  }

  /** Once states could not be stored there is nothing to go on from. */
  get #mayKeepSnapshot(): boolean {
    return this.options.snapshots !== undefined && this.#shared.control[WORD.full] === FULL.not;
  }

  /** While all others wait between two units. */
  #keepSnapshot(): void {
    const { control } = this.#shared;
    const { roots, interners } = this.#store;
    this.#explorer.publish();
    for (const each of interners) each.dropBlock();
    const nextLayer = control[WORD.nextLayer] ?? 0;
    this.#gaps.push(...gapsFrom(this.#shared, nextLayer, roots.next));
    this.#explorer.publish();
    control[WORD.generation] = (control[WORD.generation] ?? 0) + 1;
    const snapshot = takeSnapshot(this.#shared, this.#store, {
      identity: this.#identity,
      layers: this.#layers,
      gaps: this.#gaps,
      seconds: this.#seconds,
      collected: this.#findings.collected,
    });
    if (this.#mayKeepSnapshot) {
      this.options.snapshots?.keep(
        snapshot,
        interners.map(({ rows }) => rows),
      );
    }
    Atomics.store(control, WORD.pause, 0);
    this.#lastSnapshot = this.#now();
    this.#hasNews = false;
  }

  #restore({ snapshot, read }: NonNullable<SnapshotKeeper['resume']>): void {
    const { control } = this.#shared;
    const { current, layers, states, seconds, rows } = snapshot;
    if (snapshot.identity !== this.#identity) {
      throw InputError.of(
        'the checkpoint is of another search: the model, its configuration or an option is not the same',
        'Resume with what it was begun with, or begin anew with --checkpoint.',
      );
    }
    this.#secondsBefore = seconds;
    this.#layers.push(...layers);
    this.#states = layers.reduce((sum, layer) => sum + layer.states, 0);
    restoreNotes(this.#shared, snapshot);
    this.#findings.restore(snapshot.collected);
    if (!this.#store.restore(rows, read)) {
      this.#end = 'memory';
      return;
    }
    this.#gaps = [...current.gaps];
    control[WORD.block] = SMALLEST_UNIT;
    this.#explorer.beginLayer();
    layOut(this.#shared, layers.at(-1)?.runs ?? [], current.unitSize, states);
    control[WORD.unit] = current.unit;
    control[WORD.nextLayer] = current.nextLayer;
    // Helpers join with the next layer.
    control[WORD.members] = 1;
  }

  #interrupt(): void {
    Atomics.store(this.#shared.control, WORD.stop, 1);
    if (this.#crew?.isActive === true) this.#crew.gather();
    this.#findings.collect(this.#shared, this.#layers.length - 1);
    this.#explorer.publish();
    this.#end = 'interrupted';
  }

  #report(): void {
    const { onProgress, progressInterval = 100 } = this.options;
    if (onProgress === undefined) return;
    const now = this.#now();
    if (now - this.#lastProgress < progressInterval) return;
    this.#lastProgress = now;
    const seconds = this.#seconds;
    const { control } = this.#shared;
    const states = Atomics.load(control, WORD.states);
    const current = this.#layers.at(-1)?.states ?? 0;
    const units = control[WORD.units] ?? 0;
    const expanded = Math.min(
      current,
      Math.min(units, control[WORD.unit] ?? 0) * (control[WORD.unitSize] ?? 0),
    );
    onProgress({
      states,
      transitions: transitionsOf(this.#shared),
      depth: this.#layers.length - 1,
      frontier: current - expanded + states - this.#states,
      layers: this.#layers.slice(-8).map((layer) => layer.states),
      expanded,
      seconds,
      memoryBytes: this.#store.bytes + this.#overhead,
      memoryLimit: this.#memoryLimit,
      statesPerSecond: seconds > 0 ? states / seconds : 0,
      threads: control[WORD.members] ?? 1,
    });
  }
}

/** The mask of all entries of a list. */
function allOf(names: readonly string[]): number {
  return (2 ** names.length - 1) | 0;
}
