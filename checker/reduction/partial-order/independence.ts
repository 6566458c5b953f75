/**
 * Whether the steps that a process can take in a state are independent of everything that the other processes can do
 * from there while it stands still. See README.md for what that is good for.
 */
import type { Packing } from '../../compiler/codegen/packing.js';
import type { Graph } from '../../compiler/ir/graph.js';
import { footprints } from '../../compiler/passes/footprint.js';
import { hasBit } from '../../compiler/passes/live.js';
import { abstractProcess } from './abstract-code.js';
import type { AbstractProcess } from './abstract-process.js';
import { Execution } from './execution.js';
import { relevance } from './relevance.js';
import { Fact, join, numbersOf, type Value } from './value-sets.js';

export interface Limits {
  /** The most facts that one answer may depend on; what else would be asked counts as unknown. */
  readonly facts: number;
  /** The most blocks to execute for one answer. */
  readonly blocks: number;
}

export interface Answer {
  readonly independent: boolean;
  /** What it depends on, in the order of asking; valid until the next question. */
  readonly facts: readonly Fact[];
}

/** A boundary of a process, with what is known of the locals there. */
interface Place {
  readonly process: number;
  readonly block: number;
  readonly rest: AbstractProcess['boundaries'][number]['rest'];
  /** The locals that live here and may decide something. */
  readonly locals: readonly number[];
  readonly values: Value[];
  /** The values where a process stands here when the question is asked. */
  readonly given: Value[];
  /** The number of the exploration that reached it last. */
  reachedBy: number;
  isQueued: boolean;
}

export class Independence {
  readonly #run: Execution;
  readonly #processes: readonly AbstractProcess[];
  readonly #counters: readonly Fact[];
  readonly #places: readonly (readonly Place[])[];
  /** By cell: the boundaries whose steps may be decided by it. */
  readonly #readers: readonly (readonly Place[])[];
  /** By cell, the number of the question: read or written by the process's own step. */
  readonly #ownReads: Uint32Array;
  readonly #ownWrites: Uint32Array;
  /** What a cell may be at any time while the process stands still. */
  readonly #always: Value[];
  readonly #grown: number[] = [];
  readonly #queue: Place[] = [];
  /** Counts the explorations of what the others can do. */
  #round = 0;

  constructor(
    readonly graph: Graph,
    packing: Packing,
    readonly limits: Limits,
  ) {
    const relevant = relevance(graph);
    const cellFacts = graph.cells.map(({ domain }, cell): Value => {
      const field = packing.cells[cell];
      if (field === undefined || relevant.cells[cell] === 0) return null;
      return field.width === 0 ? field.lo : new Fact(field, numbersOf(domain));
    });
    const locals = Math.max(0, ...graph.processes.map((process) => process.locals.length));
    this.#run = new Execution(cellFacts, locals);
    this.#always = [...cellFacts];
    this.#ownReads = new Uint32Array(graph.cells.length);
    this.#ownWrites = new Uint32Array(graph.cells.length);
    this.#processes = graph.processes.map((process, index) => {
      const live = packing.processes[index]?.live;
      if (live === undefined) throw new Error(`process ${process.name} is not packed`);
      return abstractProcess(process, relevant.cells, relevant.locals[index] ?? new Uint8Array(), live);
    });
    this.#counters = packing.processes.map(({ counter }) => new Fact(counter, null));
    this.#places = this.#processes.map(({ boundaries }, process) =>
      boundaries.map(({ block, rest }, boundary) => {
        const live = packing.processes[process]?.live.atBoundary[boundary];
        const own = relevant.locals[process];
        const needed = (graph.processes[process]?.locals ?? []).flatMap((_, local) =>
          live !== undefined && own?.[local] === 1 && hasBit(live, local) ? [local] : [],
        );
        return {
          process,
          block,
          rest,
          locals: needed,
          values: needed.map(() => null),
          given: needed.map((local): Value => {
            const field = packing.processes[process]?.locals[local];
            const domain = graph.processes[process]?.locals[local]?.domain;
            if (field == null || domain == null) return null;
            return field.width === 0 ? field.lo : new Fact(field, numbersOf(domain));
          }),
          reachedBy: 0,
          isQueued: false,
        };
      }),
    );
    const readers: Place[][] = graph.cells.map(() => []);
    footprints(graph).forEach((steps, process) => {
      steps.forEach(({ reads }, boundary) => {
        const place = this.#places[process]?.[boundary];
        if (place !== undefined)
          for (const cell of reads) if (relevant.cells[cell] === 1) readers[cell]?.push(place);
      });
    });
    this.#readers = readers;
  }

  /** Whether the enabled steps of the process are independent of the others for as long as it stands still. */
  ask(process: number, state: Uint32Array, at: number): Answer {
    const run = this.#run;
    run.begin(state, at);
    run.mostFacts = Number.POSITIVE_INFINITY;
    run.fuel = this.limits.blocks;
    const independent = this.#ownStep(process) && this.#othersKeepOff(process);
    return { independent, facts: run.asked };
  }

  /** Notes what the process's own step touches. False if there is none that may be taken alone. */
  #ownStep(process: number): boolean {
    const run = this.#run;
    const place = this.#current(process);
    if (place === null) return false;
    const { question } = run;
    let isEnabled = false;
    run.read = (cell) => {
      this.#ownReads[cell] = question;
    };
    run.arrive = () => {
      isEnabled = true;
      run.eachStored((cell) => {
        this.#ownWrites[cell] = question;
      });
    };
    run.minds = () => true;
    place.locals.forEach((local, index) => {
      run.locals[local] = place.values[index] ?? null;
    });
    place.rest?.(run);
    const own = this.#processes[process];
    if (own !== undefined) run.step(own, place.block);
    return isEnabled && !run.stopped && !run.mayFail;
  }

  /** Whether no other process can ever touch what the own step touches, in a way that matters. */
  #othersKeepOff(process: number): boolean {
    const run = this.#run;
    const { question } = run;
    const round = ++this.#round;
    run.stopped = false;
    for (let cell = 0; cell < this.#always.length; cell++) {
      const given = run.initialCells[cell] ?? null;
      this.#always[cell] = given;
      run.cells[cell] = given;
    }
    this.#queue.length = 0;
    run.minds = (cell) => this.#ownWrites[cell] === question;
    run.read = (cell) => {
      if (this.#ownWrites[cell] === question) run.stopped = true;
    };
    for (let other = 0; other < this.#processes.length; other++) {
      const place = other === process ? null : this.#current(other);
      if (place === null) continue;
      place.reachedBy = round;
      this.#enqueue(place);
    }
    run.mostFacts = run.asked.length + this.limits.facts;
    for (let place = this.#queue.pop(); place !== undefined; place = this.#queue.pop()) {
      place.isQueued = false;
      this.#explore(place);
      if (run.stopped) break;
    }
    for (const place of this.#queue) place.isQueued = false;
    return !run.stopped;
  }

  #explore(place: Place): void {
    const run = this.#run;
    const { question } = run;
    const process = this.#processes[place.process];
    const places = this.#places[place.process];
    if (process === undefined || places === undefined) return;
    run.arrive = (boundary) => {
      run.eachStored((cell, value) => {
        if (this.#ownWrites[cell] === question || this.#ownReads[cell] === question) run.stopped = true;
        const before = this.#always[cell] ?? null;
        const after = join(before, value);
        if (after === before) return;
        this.#always[cell] = after;
        this.#grown.push(cell);
      });
      const next = boundary === null ? undefined : places[boundary];
      if (next !== undefined && !run.stopped) this.#reach(next);
    };
    place.locals.forEach((local, index) => {
      run.locals[local] = place.values[index] ?? null;
    });
    run.step(process, place.block);
    for (let cell = this.#grown.pop(); cell !== undefined; cell = this.#grown.pop()) {
      run.cells[cell] = this.#always[cell] ?? null;
      for (const reader of this.#readers[cell] ?? [])
        if (reader.reachedBy === this.#round) this.#enqueue(reader);
    }
  }

  /** Where a process stands, with its locals as facts; null if it has finished. */
  #current(process: number): Place | null {
    const counter = this.#counters[process];
    const boundary = counter === undefined ? null : this.#run.ask(counter);
    const place = boundary === null ? undefined : this.#places[process]?.[boundary];
    if (place === undefined) return null;
    place.given.forEach((_, index) => {
      place.values[index] = place.given[index] ?? null;
    });
    return place;
  }

  #reach(place: Place): void {
    const { locals } = this.#run;
    if (place.reachedBy !== this.#round) {
      place.reachedBy = this.#round;
      place.locals.forEach((local, index) => {
        place.values[index] = locals[local] ?? null;
      });
      this.#enqueue(place);
      return;
    }
    let hasGrown = false;
    place.locals.forEach((local, index) => {
      const before = place.values[index] ?? null;
      const after = join(before, locals[local] ?? null);
      if (after === before) return;
      place.values[index] = after;
      hasGrown = true;
    });
    if (hasGrown) this.#enqueue(place);
  }

  #enqueue(place: Place): void {
    if (place.isQueued) return;
    place.isQueued = true;
    this.#queue.push(place);
  }
}
