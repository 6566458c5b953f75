/**
 * The threads of a search and how they wait for each other. One leads: it lays the layers out, and explores like the
 * others. The helpers sleep until there is work, and arrive where nothing is half done when it is over or when somebody
 * needs larger tables. Only the leader decides what comes next.
 */
import { type PortableCode, searchCodeOf } from '../compiler/machine.js';
import { enterShare } from './entering.js';
import { Explorer, type Host, type Task } from './explorer.js';
import type { Helpers } from './options.js';
import { COMMAND, FULL, requestRoom, type Shared, WORD } from './shared.js';
import { Store, type StoreMemory } from './store.js';

/** What a helper is told when it starts. Can be sent to another thread. */
export interface Order {
  readonly task: Task;
  readonly code: PortableCode;
  readonly memory: StoreMemory;
  readonly shared: Shared;
  readonly thread: number;
}

/** Longer than any helper needs to come to a point where nothing is half done. */
const PATIENCE = 60_000;
/** How often a word is looked at before the thread goes to sleep: as long as falling asleep and waking up takes. */
const SPINS = 2000;

/** The leader's side. */
export class Crew {
  readonly #threads: { stop(): unknown }[] = [];
  #failure: unknown = null;
  /** Whether the helpers are at work. */
  isActive = false;

  constructor(
    readonly shared: Shared,
    readonly helpers: Helpers,
  ) {}

  get isStarted(): boolean {
    return this.#threads.length > 0;
  }

  get isReady(): boolean {
    return this.isStarted && Atomics.load(this.shared.control, WORD.ready) === this.#threads.length;
  }

  get size(): number {
    return this.#threads.length + 1;
  }

  start(order: (thread: number) => Order): void {
    for (let thread = 1; thread <= this.helpers.count; thread++) {
      this.#threads.push(
        this.helpers.start(order(thread), (error) => {
          this.#failure ??= error;
        }),
      );
    }
  }

  /** Sends the helpers, all of whom have arrived, off. */
  release(command: number): void {
    const { control } = this.shared;
    Atomics.store(control, WORD.arrived, 0);
    Atomics.store(control, WORD.command, command);
    Atomics.add(control, WORD.epoch, 1);
    Atomics.notify(control, WORD.epoch);
    this.isActive = command !== COMMAND.exit;
  }

  /** Whether all helpers have arrived within so many milliseconds. */
  hasArrived(milliseconds: number): boolean {
    const { control } = this.shared;
    if (this.#failure !== null) throw this.#failure;
    if (Atomics.load(control, WORD.broken) !== 0) throw new Error('a thread of the search has failed');
    const helpers = this.#threads.length;
    for (let spin = 0; spin < SPINS; spin++) if (Atomics.load(control, WORD.arrived) === helpers) return true;
    const seen = Atomics.load(control, WORD.arrived);
    if (seen !== helpers) Atomics.wait(control, WORD.arrived, seen, milliseconds);
    return Atomics.load(control, WORD.arrived) === helpers;
  }

  gather(): void {
    for (let waited = 0; !this.hasArrived(100); waited += 100) {
      if (waited > PATIENCE) throw new Error('a thread of the search does not answer');
    }
  }

  stop(): void {
    for (const thread of this.#threads) thread.stop();
    this.#threads.length = 0;
    this.isActive = false;
  }
}

/** A helper's life, from its order to the end of the search. */
export function helpSearch(order: Order): void {
  const { control } = order.shared;
  try {
    new Helper(order).run();
  } catch (error) {
    Atomics.store(control, WORD.broken, 1);
    Atomics.add(control, WORD.arrived, 1);
    Atomics.notify(control, WORD.arrived);
    throw error;
  }
}

class Helper implements Host {
  readonly #shared: Shared;
  readonly #store: Store;
  readonly #explorer: Explorer;
  #epoch = 0;
  #layer = -1;
  #generation = 0;

  constructor({ task, code, memory, shared, thread }: Order) {
    const functions = searchCodeOf(code);
    this.#shared = shared;
    this.#store = new Store(memory, true, functions.canonical);
    this.#explorer = new Explorer(task, functions, this.#store, shared, thread, this);
    this.#epoch = Atomics.load(shared.control, WORD.epoch);
    Atomics.add(shared.control, WORD.ready, 1);
  }

  run(): void {
    while (this.#next()) {
      while (this.#explorer.exploreUnit());
      this.#arrive();
    }
  }

  makeRoom(more: number): void {
    const { control } = this.#shared;
    for (;;) {
      if (Atomics.load(control, WORD.stop) !== 0) return;
      if (Atomics.load(control, WORD.full) !== FULL.not) return;
      if (Atomics.load(control, WORD.grow) === 0) {
        if (this.#explorer.roomFor(more) === 'enough') return;
      }
      requestRoom(this.#shared, more);
      this.#arrive();
      this.#next();
    }
  }

  #arrive(): void {
    const { control } = this.#shared;
    this.#explorer.publish();
    Atomics.add(control, WORD.arrived, 1);
    Atomics.notify(control, WORD.arrived);
  }

  /** Waits until there is something to explore. Returns false if there never will be. */
  #next(): boolean {
    const { control } = this.#shared;
    for (;;) {
      for (let spin = 0; spin < SPINS && Atomics.load(control, WORD.epoch) === this.#epoch; spin++);
      Atomics.wait(control, WORD.epoch, this.#epoch);
      this.#epoch = Atomics.load(control, WORD.epoch);
      const grown = this.#store.interners.filter((each) => each.refresh());
      const command = Atomics.load(control, WORD.command);
      if (command === COMMAND.exit) return false;
      if (command === COMMAND.enter) {
        enterShare(grown, this.#shared);
        this.#arrive();
        continue;
      }
      const generation = control[WORD.generation] ?? 0;
      if (generation !== this.#generation) for (const each of this.#store.interners) each.dropBlock();
      this.#generation = generation;
      const layer = control[WORD.nextLayer] ?? 0;
      if (layer !== this.#layer) this.#explorer.beginLayer();
      this.#layer = layer;
      return true;
    }
  }
}
