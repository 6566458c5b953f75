/**
 * What a step does, or what a predicate says, as functions of the state before it: its code run once on decision
 * diagrams, both ways of every branch, with the values of both where ways meet. So the order of independent tests and
 * stores, and everything else about how the code is written, is gone.
 */
import type { Block, CellRef, Expr, Terminator } from '../../compiler/ir/graph.js';
import { reachedCells } from '../../compiler/passes/footprint.js';
import { stepSuccessors } from '../../compiler/ir/traverse.js';
import type { Diagram, Diagrams } from './diagrams.js';

/** The code has something in it that cannot be run like this. */
export class Unproven extends Error {
  override readonly name = 'Unproven';
}

/** The values that a step begins with. */
export interface Beginning {
  cell(cell: number): Diagram;
  /** The same before the step that a predicate is about. */
  before(cell: number): Diagram;
  local(local: number): Diagram;
  /** What the n-th choice of the step gives to the local, among as many alternatives. */
  choice(n: number, local: number, alternatives: number): Diagram;
}

export interface Meaning {
  /** How it ends, as `codeOf` numbers it. */
  readonly ending: Diagram;
  /** A value after the step, changed like this; 0 where there is no state after it. */
  cell(cell: number, change: (value: Diagram) => Diagram): Diagram;
  /** Likewise; 0 also where it is not alive. */
  local(local: number): Diagram;
  /** What it may store to. */
  readonly stored: ReadonlySet<number>;
  /** How many alternatives the choices have. */
  readonly counts: readonly Diagram[];
}

export interface Code {
  readonly blocks: readonly Block[];
  /** Where it begins. */
  readonly start: number;
  /** A block that it does not go on to; null if it goes to the end of the step. */
  readonly stop: number | null;
  /** The number of an ending: below 0 if no state comes after it. */
  codeOf(end: Terminator): number;
  isAlive(local: number, end: Terminator): boolean;
}

/** An ending that is no state. */
export const NO_STATE = -1;

export function meaningOf(code: Code, begin: Beginning, diagrams: Diagrams): Meaning {
  const run = new Run(code, begin, diagrams);
  run.run();
  return run;
}

/** The values of cells and locals that have been written, where the guard is not 0. */
interface State {
  guard: Diagram;
  readonly cells: Map<number, Diagram>;
  readonly locals: Map<number, Diagram>;
}

class Run implements Meaning {
  readonly stored = new Set<number>();
  readonly counts: Diagram[] = [];
  readonly #endings: { readonly end: Terminator; readonly state: State }[] = [];
  #loads = 0;

  constructor(
    readonly code: Code,
    readonly begin: Beginning,
    readonly diagrams: Diagrams,
  ) {}

  get ending(): Diagram {
    const { diagrams, code } = this;
    return this.#endings.reduce(
      (all, { end, state }) => diagrams.choose(state.guard, diagrams.constant(code.codeOf(end)), all),
      diagrams.constant(NO_STATE),
    );
  }

  cell(cell: number, change: (value: Diagram) => Diagram): Diagram {
    return this.#after((state) => change(this.#cellIn(state, cell)));
  }

  local(local: number): Diagram {
    const none = this.diagrams.constant(0);
    return this.#after((state, end) => (this.code.isAlive(local, end) ? this.#localIn(state, local) : none));
  }

  run(): void {
    const { blocks, start, stop } = this.code;
    const states = new Map<number, State>();
    const one = this.diagrams.constant(1);
    states.set(start, { guard: one, cells: new Map(), locals: new Map() });
    for (const at of topological(blocks, start, stop)) {
      const state = states.get(at);
      const block = blocks[at];
      if (state === undefined || block === undefined || this.#isNever(state)) continue;
      this.#execute(block, state);
      const { end } = block;
      if (end.to === 'branch') {
        const test = this.#evaluate(end.test, state);
        const fork = { guard: state.guard, cells: new Map(state.cells), locals: new Map(state.locals) };
        this.#restrict(fork, this.diagrams.unary('!', test));
        this.#restrict(state, test);
        this.#join(states, end.then, state);
        this.#join(states, end.else, fork);
        continue;
      }
      if (end.to === 'choose') this.#choose(end.local, this.#evaluate(end.count, state), state);
      const [next] = stepSuccessors(end);
      if (next === undefined) this.#endings.push({ end, state });
      else this.#join(states, next, state);
    }
  }

  #after(valueIn: (state: State, end: Terminator) => Diagram): Diagram {
    const { diagrams, code } = this;
    return this.#endings.reduce(
      (all, { end, state }) =>
        code.codeOf(end) < 0 ? all : diagrams.choose(state.guard, valueIn(state, end), all),
      diagrams.constant(0),
    );
  }

  #execute(block: Block, state: State): void {
    for (const instr of block.instrs) {
      if (instr.do === 'set') state.locals.set(instr.local, this.#evaluate(instr.value, state));
      else if (instr.do === 'store') this.#store(instr.ref, this.#evaluate(instr.value, state), state);
      else {
        const test = this.#evaluate(instr.test, state);
        const failed = { guard: state.guard, cells: state.cells, locals: state.locals };
        this.#restrict(failed, this.diagrams.unary('!', test));
        this.#endings.push({ end: { to: 'failure', failure: instr.failure }, state: failed });
        this.#restrict(state, test);
      }
    }
  }

  #choose(local: number, count: Diagram, state: State): void {
    const { diagrams } = this;
    let alternatives = 0;
    diagrams.bind(`count${this.#loads++}`, count, (value) => {
      if (typeof value !== 'number') throw new Unproven('a choice among too many');
      alternatives = Math.max(alternatives, value);
      return count;
    });
    const value = this.begin.choice(this.counts.length, local, alternatives);
    this.counts.push(diagrams.choose(state.guard, count, diagrams.constant(0)));
    state.locals.set(local, value);
    this.#restrict(state, diagrams.binary('<', value, count));
  }

  #restrict(state: State, test: Diagram): void {
    const { diagrams } = this;
    const holds = diagrams.unary('!', diagrams.unary('!', test));
    state.guard = diagrams.choose(state.guard, holds, diagrams.constant(0));
  }

  #isNever({ guard }: State): boolean {
    return this.diagrams.constantOf(guard) === 0;
  }

  #join(states: Map<number, State>, block: number, state: State): void {
    if (this.#isNever(state)) return;
    if (block === this.code.stop) {
      this.#endings.push({ end: { to: 'block', block }, state });
      return;
    }
    const known = states.get(block);
    if (known === undefined) {
      states.set(block, state);
      return;
    }
    const { diagrams } = this;
    for (const cell of new Set([...known.cells.keys(), ...state.cells.keys()])) {
      const [a, b] = [this.#cellIn(known, cell), this.#cellIn(state, cell)];
      known.cells.set(cell, diagrams.choose(state.guard, b, a));
    }
    for (const local of new Set([...known.locals.keys(), ...state.locals.keys()])) {
      const [a, b] = [this.#localIn(known, local), this.#localIn(state, local)];
      known.locals.set(local, diagrams.choose(state.guard, b, a));
    }
    known.guard = diagrams.binary('||', known.guard, state.guard);
  }

  #cellIn(state: State, cell: number): Diagram {
    return state.cells.get(cell) ?? this.begin.cell(cell);
  }

  #localIn(state: State, local: number): Diagram {
    return state.locals.get(local) ?? this.begin.local(local);
  }

  #store(ref: CellRef, value: Diagram, state: State): void {
    const reached = reachedCells(ref);
    for (const cell of reached) this.stored.add(cell);
    if (ref.indexes.length === 0) {
      state.cells.set(ref.base, value);
      return;
    }
    const { diagrams } = this;
    const position = this.#position(ref, state);
    for (const cell of reached) {
      const isHere = diagrams.binary('===', position, diagrams.constant(cell));
      state.cells.set(cell, diagrams.choose(isHere, value, this.#cellIn(state, cell)));
    }
  }

  #load(ref: CellRef, state: State, valueOf: (cell: number) => Diagram): Diagram {
    if (ref.indexes.length === 0) return valueOf(ref.base);
    return this.diagrams.bind(`load${this.#loads++}`, this.#position(ref, state), (cell) =>
      typeof cell === 'number' && cell >= 0 ? valueOf(cell) : this.diagrams.constant(0),
    );
  }

  /** The cell that a reference leads to; below 0 where an index is out of range, which a check in front of it rules out. */
  #position(ref: CellRef, state: State): Diagram {
    const { diagrams } = this;
    return ref.indexes.reduce((position, { value, stride, length }) => {
      const step = diagrams.bind(`index${this.#loads++}`, this.#evaluate(value, state), (index) => {
        if (typeof index !== 'number' && !index.startsWith(`<${UNUSABLE}`))
          throw new Unproven('an index with too many values');
        if (typeof index !== 'number') return diagrams.constant(FAR_OUTSIDE);
        return diagrams.constant(index >= 0 && index < length ? index * stride : FAR_OUTSIDE);
      });
      return diagrams.binary('+', position, step);
    }, diagrams.constant(ref.base));
  }

  #evaluate(expr: Expr, state: State): Diagram {
    const { diagrams } = this;
    switch (expr.op) {
      case 'const':
        return diagrams.constant(expr.value);
      case 'local':
        return this.#localIn(state, expr.local);
      case 'load':
        return this.#load(expr.ref, state, (cell) =>
          expr.state === 'before' ? this.begin.before(cell) : this.#cellIn(state, cell),
        );
      case 'unary':
        return diagrams.unary(expr.operator, this.#evaluate(expr.operand, state));
      case 'binary':
        return diagrams.binary(
          expr.operator,
          this.#evaluate(expr.left, state),
          this.#evaluate(expr.right, state),
        );
      case 'conditional':
        return diagrams.choose(
          this.#evaluate(expr.test, state),
          this.#evaluate(expr.then, state),
          this.#evaluate(expr.else, state),
        );
      case 'recode': {
        const { lo, table } = expr;
        return diagrams.map(
          `recode${lo}:${table.join()}`,
          this.#evaluate(expr.operand, state),
          (value) => table[value - lo] ?? 0,
        );
      }
      default:
        return expr satisfies never;
    }
  }
}

/** A symbol for values that are no index: if they are used as one, a check in front of that has failed. */
export const UNUSABLE = 'no index';

const FAR_OUTSIDE = -(2 ** 40);

/** The blocks up to one, each behind all that lead to it. */
function topological(blocks: readonly Block[], start: number, stop: number | null): readonly number[] {
  const entered = new Map<number, 'open' | 'done'>();
  const order: number[] = [];
  const stack: { readonly at: number; next: number }[] = [{ at: start, next: 0 }];
  entered.set(start, 'open');
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const end = blocks[top.at]?.end;
    const to = end === undefined ? undefined : stepSuccessors(end)[top.next++];
    if (to === stop && to !== undefined) continue;
    if (to === undefined) {
      entered.set(top.at, 'done');
      order.push(top.at);
      stack.pop();
    } else if (entered.get(to) === undefined) {
      entered.set(to, 'open');
      stack.push({ at: to, next: 0 });
    } else if (entered.get(to) === 'open') {
      throw new Unproven('a loop within a step');
    }
  }
  return order.reverse();
}
