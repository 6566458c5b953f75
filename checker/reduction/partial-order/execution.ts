/**
 * One abstract execution of steps: cells and locals as sets of values, undone at the end of each path. What it reads
 * and writes is told to the one who asked; see `future.ts`.
 */
import { Fact, join, MOST_NUMBERS, sameValue, type Value, valueOfNumbers } from './value-sets.js';
import type { AbstractEnd, AbstractProcess, Run, Truth } from './abstract-process.js';

/** How a path of a step ended, if it did not end in an error or was not possible. */
export type Arrive = (boundary: number | null) => void;

/** What a path has changed: by cell, or local behind the cells, or -1 - cell for what was only refined. */
type Changes = Map<number, Value>;

/** Where paths are to stop, and what they have changed since. */
interface Meeting {
  readonly block: number;
  /** The length of the list of changes where they began. */
  readonly mark: number;
  readonly arrivals: Changes[];
}

/** More different arrivals at a meeting are taken for one; and any two, once a step has gone through so many blocks. */
const MOST_ARRIVALS = 6;
const LONG_STEP = 150;

/** Blocks that may be executed to find out that a branch makes no difference. */
const IDLE_FUEL = 60;

export class Execution implements Run {
  readonly cells: Value[];
  readonly locals: Value[];
  /** Whether a step was seen that may end in an error. */
  mayFail = false;
  /** No more: the question is decided, or given up. */
  stopped = false;
  /** Blocks that may still be executed for this question. */
  fuel = 0;
  arrive: Arrive = () => {};
  read: (cell: number) => void = () => {};
  /** Whether it would matter if this cell were not read. */
  minds: (cell: number) => boolean = () => true;
  /** The number of the question, and the facts that were asked for it. */
  question = 0;
  readonly asked: Fact[] = [];
  mostFacts = Number.POSITIVE_INFINITY;
  #state: Uint32Array = new Uint32Array();
  #at = 0;
  /** What was changed: a cell that was stored to, a local (behind the cells), or -1 - a cell that was refined. */
  readonly #changed: number[] = [];
  readonly #previous: Value[] = [];

  constructor(
    readonly initialCells: readonly Value[],
    locals: number,
  ) {
    this.cells = [...initialCells];
    this.locals = Array.from({ length: locals }, () => 0);
  }

  /** Begins a question about a state. */
  begin(state: Uint32Array, at: number): void {
    this.#state = state;
    this.#at = at;
    this.question++;
    this.asked.length = 0;
    this.stopped = false;
    this.mayFail = false;
    for (let cell = 0; cell < this.cells.length; cell++) this.cells[cell] = this.initialCells[cell] ?? null;
  }

  /** The fact's value; null if no more may be asked. */
  ask(fact: Fact): number | null {
    if (fact.askedBy === this.question) return fact.value;
    if (this.asked.length >= this.mostFacts) return null;
    const { word, shift, width, lo } = fact.field;
    const bits = (this.#state[this.#at + word] ?? 0) >>> shift;
    fact.value = (width === 32 ? bits : bits & ((1 << width) - 1)) + lo;
    fact.askedBy = this.question;
    this.asked.push(fact);
    return fact.value;
  }

  /** The numbers that a value may be; null if they are too many. Asks for the facts in it. */
  settle(value: Value): number | readonly number[] | null {
    if (value === null || typeof value === 'number') return value;
    if (value instanceof Fact) return this.ask(value) ?? value.domain;
    if (value.facts.length === 0) return value.numbers;
    const numbers = [...value.numbers];
    for (const fact of value.facts) {
      const known = this.ask(fact);
      const possible = known === null ? fact.domain : [known];
      if (possible === null) return null;
      for (const each of possible) if (!numbers.includes(each)) numbers.push(each);
    }
    const [first] = numbers;
    return numbers.length === 1 && first !== undefined ? first : numbers;
  }

  setLocal(local: number, value: Value): void {
    this.#note(this.cells.length + local, this.locals[local] ?? null);
    this.locals[local] = value;
  }

  /** Counts only where it is asked whether a branch does nothing. */
  setData(local: number): void {
    if (this.#isTrial) this.setLocal(local, null);
  }

  load(places: number | readonly number[]): Value {
    if (typeof places === 'number') {
      this.read(places);
      return this.cells[places] ?? null;
    }
    let value: Value | undefined;
    for (const cell of places) {
      this.read(cell);
      const each = this.cells[cell] ?? null;
      value = value === undefined ? each : join(value, each);
    }
    return value ?? null;
  }

  touch(places: number | readonly number[]): void {
    if (typeof places === 'number') this.read(places);
    else for (const cell of places) this.read(cell);
  }

  store(places: number | readonly number[], value: Value): void {
    if (typeof places === 'number') {
      this.#note(places, this.cells[places] ?? null);
      this.cells[places] = value;
      return;
    }
    for (const cell of places) {
      const old = this.cells[cell] ?? null;
      this.#note(cell, old);
      this.cells[cell] = join(old, value);
    }
  }

  /** Keeps of a local (or cell, as -1 - cell) the numbers with which `fits` holds; false if none is left. */
  refine(variable: number, fits: (run: Run) => boolean): boolean {
    const store = variable < 0 ? this.cells : this.locals;
    const at = variable < 0 ? -1 - variable : variable;
    const value = store[at] ?? null;
    const numbers = this.settle(value);
    if (numbers === null || typeof numbers === 'number') return true;
    const kept = numbers.filter((each) => {
      store[at] = each;
      return fits(this);
    });
    store[at] = value;
    if (kept.length === 0) return false;
    this.#note(variable < 0 ? variable : this.cells.length + variable, value);
    store[at] = valueOfNumbers(kept);
    return true;
  }

  /** Executes from a block to the end of the step, on all paths, and leaves cells and locals as they were. */
  step(process: AbstractProcess, block: number): void {
    const mark = this.#changed.length;
    this.#patience = this.fuel - LONG_STEP;
    this.#walk(process, block, null);
    this.#undo(mark);
  }

  /** Calls `visit` for each cell that the present path has stored to; for some more than once. */
  eachStored(visit: (cell: number, value: Value) => void): void {
    for (const at of this.#changed) {
      if (at >= 0 && at < this.cells.length) visit(at, this.cells[at] ?? null);
    }
  }

  #walk(process: AbstractProcess, start: number, meeting: Meeting | null): void {
    for (let at = start; ; ) {
      if (meeting !== null && at === meeting.block) return this.#meet(process, meeting);
      const block = process.blocks[at];
      if (block === undefined || this.stopped) return;
      if (--this.fuel < 0) {
        this.stopped = true;
        return;
      }
      for (const instr of block.instrs) if (!instr(this)) return;
      const { end } = block;
      switch (end.to) {
        case 'block':
          at = end.block;
          break;
        case 'branch': {
          let truth: Truth;
          if (end.mayBeIdle && end.meeting !== null) {
            truth = this.#testWithoutReading(end);
            if ((truth === 2 || this.#testReads.some(this.minds)) && this.#isIdle(process, end)) {
              at = end.meeting;
              break;
            }
          }
          truth = end.test(this);
          if (truth === 1) at = end.then;
          else if (truth === 0) at = end.else;
          else if (end.meeting !== null) {
            if (!this.#fork(process, end, end.meeting, meeting)) return;
            at = end.meeting;
          } else {
            const mark = this.#changed.length;
            if (end.holds(this)) this.#walk(process, end.then, meeting);
            this.#undo(mark);
            if (!end.fails(this)) return;
            at = end.else;
          }
          break;
        }
        case 'choose': {
          if (this.#isTrial) {
            this.#trialFailed = true;
            return;
          }
          const count = this.settle(end.count(this));
          const most =
            typeof count === 'number' ? count : count === null ? MOST_NUMBERS + 1 : Math.max(...count);
          if (most > MOST_NUMBERS) this.stopped = true;
          if (most <= 0) return;
          if (end.local !== null) {
            const mark = this.#changed.length;
            for (let i = 0; i < most && !this.stopped; i++) {
              this.setLocal(end.local, i);
              this.#walk(process, end.block, meeting);
              this.#undo(mark);
            }
            return;
          }
          at = end.block;
          break;
        }
        case 'boundary':
          return this.#arriveAt(end.boundary);
        case 'end':
          return this.#arriveAt(null);
        case 'disabled':
          this.#trialFailed = true;
          return;
        case 'failure':
          this.mayFail = true;
          return;
        default:
          return end satisfies never;
      }
    }
  }

  #arriveAt(boundary: number | null): void {
    if (this.#isTrial) this.#trialFailed = true;
    else this.arrive(boundary);
  }

  /**
   * Follows both sides of a branch to where they meet. All paths from there on are followed here but one, which is
   * left to the caller; false if there is none.
   */
  #fork(
    process: AbstractProcess,
    end: AbstractEnd & { readonly to: 'branch' },
    block: number,
    outer: Meeting | null,
  ): boolean {
    const mark = this.#changed.length;
    const meeting: Meeting = { block, mark, arrivals: [] };
    if (end.holds(this)) this.#walk(process, end.then, meeting);
    this.#undo(mark);
    if (end.fails(this)) this.#walk(process, end.else, meeting);
    this.#undo(mark);
    const last = meeting.arrivals.pop();
    if (last === undefined || this.stopped) return false;
    for (const arrival of meeting.arrivals) {
      this.#apply(arrival);
      this.#walk(process, block, outer);
      this.#undo(mark);
    }
    this.#apply(last);
    return true;
  }

  #meet(process: AbstractProcess, { block, mark, arrivals }: Meeting): void {
    const cells = this.cells.length;
    const changes: Changes = new Map();
    for (let i = mark; i < this.#changed.length; i++) {
      const at = this.#changed[i] ?? 0;
      if (at < 0) changes.set(at, this.cells[-1 - at] ?? null);
      else if (at < cells) changes.set(at, this.cells[at] ?? null);
      else if (process.isLive(block, at - cells)) changes.set(at, this.locals[at - cells] ?? null);
    }
    const known = arrivals.find((each) => doTheSame(each, changes));
    if (known !== undefined) this.#unite(known, changes);
    else if (arrivals.length < (this.fuel < this.#patience ? 1 : MOST_ARRIVALS)) arrivals.push(changes);
    else {
      const all = arrivals[0] ?? changes;
      for (const each of arrivals.splice(1)) this.#unite(all, each, mark);
      this.#unite(all, changes, mark);
    }
  }

  /** Makes `all` cover `more`. */
  #unite(all: Changes, more: Changes, mark = -1): void {
    for (const [at, value] of all) {
      const other = more.get(at);
      if (other !== undefined) all.set(at, join(value, other));
      else if (at < 0) all.delete(at);
      else all.set(at, join(value, this.#valueAt(at, mark)));
    }
    for (const [at, value] of more)
      if (at >= 0 && !all.has(at)) all.set(at, join(this.#valueAt(at, mark), value));
  }

  /** The value when the list of changes had the given length. */
  #valueAt(at: number, mark: number): Value {
    for (let i = mark; i < this.#changed.length; i++) {
      const changed = this.#changed[i] ?? 0;
      if (changed === at || (at < this.cells.length && changed === -1 - at)) return this.#previous[i] ?? null;
    }
    return (at < this.cells.length ? this.cells[at] : this.locals[at - this.cells.length]) ?? null;
  }

  #apply(changes: Changes): void {
    const cells = this.cells.length;
    for (const [at, value] of changes) {
      if (at < 0) {
        this.#note(at, this.cells[-1 - at] ?? null);
        this.cells[-1 - at] = value;
      } else if (at < cells) {
        this.#note(at, this.cells[at] ?? null);
        this.cells[at] = value;
      } else this.setLocal(at - cells, value);
    }
  }

  // ---- branches that make no difference

  readonly #testReads: number[] = [];

  #testWithoutReading({ test }: AbstractEnd & { readonly to: 'branch' }): Truth {
    const { read } = this;
    this.#testReads.length = 0;
    this.read = (cell) => {
      this.#testReads.push(cell);
    };
    const truth = test(this);
    this.read = read;
    return truth;
  }

  /** Less fuel than this: paths are united. */
  #patience = 0;
  #isTrial = false;
  #trialFailed = false;
  #trialReads: number[] = [];

  /**
   * Whether nothing is done on either side of a branch before they meet, whatever the test reads. What the test reads
   * is then as good as not read; what the sides read, to do nothing, is.
   */
  #isIdle(process: AbstractProcess, end: AbstractEnd & { readonly to: 'branch' }): boolean {
    if (end.meeting === null) return false;
    const { read, fuel, mayFail } = this;
    const outerReads = this.#trialReads;
    const outerTrial = this.#isTrial;
    const outerFailed = this.#trialFailed;
    const reads: number[] = [];
    const mark = this.#changed.length;
    this.#isTrial = true;
    this.#trialFailed = false;
    this.#trialReads = reads;
    this.mayFail = false;
    this.read = (cell) => {
      reads.push(cell);
    };
    if (!outerTrial) this.fuel = Math.min(IDLE_FUEL, fuel);
    const given = this.fuel;
    const meeting: Meeting = { block: end.meeting, mark, arrivals: [] };
    for (const side of [end.then, end.else]) {
      this.#walk(process, side, meeting);
      this.#undo(mark);
      if (this.stopped || this.#trialFailed || this.mayFail || meeting.arrivals.length === 0) break;
      if (meeting.arrivals.length > 1) break;
    }
    const [only] = meeting.arrivals;
    let isIdle = !this.stopped && !this.#trialFailed && !this.mayFail && meeting.arrivals.length === 1;
    if (only !== undefined) for (const at of only.keys()) isIdle &&= at < 0;
    this.stopped = false;
    this.fuel = outerTrial ? this.fuel : fuel - (given - this.fuel);
    if (outerTrial && this.fuel < 0) this.stopped = true;
    this.mayFail = mayFail;
    this.#isTrial = outerTrial;
    this.#trialFailed = outerFailed;
    this.#trialReads = outerReads;
    this.read = read;
    if (isIdle) for (const cell of reads) read(cell);
    return isIdle;
  }

  #note(at: number, old: Value): void {
    this.#changed.push(at);
    this.#previous.push(old);
  }

  #undo(mark: number): void {
    while (this.#changed.length > mark) {
      const at = this.#changed.pop() ?? 0;
      const old = this.#previous.pop() ?? null;
      if (at < 0) this.cells[-1 - at] = old;
      else if (at < this.cells.length) this.cells[at] = old;
      else this.locals[at - this.cells.length] = old;
    }
  }
}

/** Whether two paths have stored and set the same. */
function doTheSame(a: Changes, b: Changes): boolean {
  let stored = 0;
  for (const [at, value] of a) {
    if (at < 0) continue;
    stored++;
    const other = b.get(at);
    if (other === undefined || !sameValue(value, other)) return false;
  }
  for (const at of b.keys()) if (at >= 0) stored--;
  return stored === 0;
}
