/**
 * What variables are equal to on the path that is being looked at, with a trail to undo it. Variables are the locals
 * and, behind them, the cells, which keep their values only until the next boundary.
 */
import type { CellRef, Expr } from '../ir/graph.js';
import { reachedCells } from './footprint.js';

export class PathFacts {
  /** By variable: the constant or local that it is equal to. */
  readonly #equal: (Expr | null)[];
  /** By variable: when that became known, and when it was last assigned. */
  readonly #since: Int32Array;
  readonly #assigned: Int32Array;
  readonly #trail: { variable: number; equal: Expr | null; since: number; assigned: number }[] = [];
  #clock = 0;
  /** When the last boundary was passed. */
  #boundary = 0;

  constructor(
    private readonly locals: number,
    cells: number,
  ) {
    this.#equal = new Array<Expr | null>(locals + cells).fill(null);
    this.#since = new Int32Array(locals + cells);
    this.#assigned = new Int32Array(locals + cells);
  }

  /** The constant or local that a local or a load is known to be equal to. */
  valueOf(expr: Expr): Expr | null {
    const variable = this.#variableOf(expr);
    const value = variable === null ? null : (this.#equal[variable] ?? null);
    if (variable === null || value === null) return null;
    const since = this.#since[variable] ?? 0;
    // What other processes may write, and copies of what need not fit into the state, end at a boundary.
    if ((variable >= this.locals || value.op === 'local') && since <= this.#boundary) return null;
    if (value.op === 'local' && since <= (this.#assigned[value.local] ?? 0)) return null;
    return value;
  }

  /** On this path the expression has this value. */
  learn(expr: Expr, value: Expr): void {
    const variable = this.#variableOf(expr);
    if (variable === null) return;
    this.#save(variable);
    this.#since[variable] = ++this.#clock;
    this.#equal[variable] = value;
  }

  assign(local: number, value: Expr | null): void {
    this.#assign(local, value);
  }

  store(ref: CellRef, value: Expr): void {
    if (ref.indexes.length === 0) return this.#assign(this.locals + ref.base, value);
    for (const cell of reachedCells(ref)) this.#assign(this.locals + cell, null);
  }

  passBoundary(): void {
    this.#trail.push({ variable: BOUNDARY, equal: null, since: this.#boundary, assigned: 0 });
    this.#boundary = ++this.#clock;
  }

  mark(): number {
    return this.#trail.length;
  }

  rollback(mark: number): void {
    while (this.#trail.length > mark) {
      const change = this.#trail.pop();
      if (change === undefined) return;
      if (change.variable === BOUNDARY) this.#boundary = change.since;
      else {
        this.#equal[change.variable] = change.equal;
        this.#since[change.variable] = change.since;
        this.#assigned[change.variable] = change.assigned;
      }
    }
  }

  /** The variable that an expression is, or null. */
  #variableOf(expr: Expr): number | null {
    if (expr.op === 'local') return expr.local;
    // The state before a step is never written.
    if (expr.op !== 'load' || expr.state !== undefined || expr.ref.indexes.length > 0) return null;
    return this.locals + expr.ref.base;
  }

  #assign(variable: number, value: Expr | null): void {
    this.#save(variable);
    this.#assigned[variable] = ++this.#clock;
    this.#since[variable] = ++this.#clock;
    this.#equal[variable] = value !== null && (value.op === 'const' || value.op === 'local') ? value : null;
  }

  #save(variable: number): void {
    this.#trail.push({
      variable,
      equal: this.#equal[variable] ?? null,
      since: this.#since[variable] ?? 0,
      assigned: this.#assigned[variable] ?? 0,
    });
  }
}

/** Stands for no variable in the trail. */
const BOUNDARY = -1;
