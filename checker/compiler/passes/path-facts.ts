/** What locals are equal to on the path that is being looked at, with a trail to undo it. */
import type { Expr } from '../ir/graph.js';

export class PathFacts {
  /** By local: the constant or local that it is equal to. */
  readonly #equal: (Expr | null)[];
  /** By local: when that became known, and when it was last assigned. */
  readonly #since: Int32Array;
  readonly #assigned: Int32Array;
  readonly #trail: { local: number; equal: Expr | null; since: number; assigned: number }[] = [];
  #clock = 0;
  /** When the last boundary was passed. */
  #boundary = 0;

  constructor(locals: number) {
    this.#equal = new Array<Expr | null>(locals).fill(null);
    this.#since = new Int32Array(locals);
    this.#assigned = new Int32Array(locals);
  }

  /** The constant or local that a local is known to be equal to. */
  valueOf(local: number): Expr | null {
    const value = this.#equal[local] ?? null;
    if (value === null || value.op !== 'local') return value;
    // A copy holds until what it was copied from is assigned again, or a boundary lies between.
    const since = this.#since[local] ?? 0;
    return since > (this.#assigned[value.local] ?? 0) && since > this.#boundary ? value : null;
  }

  learn(local: number, value: Expr): void {
    this.#save(local);
    this.#equal[local] = value;
  }

  assign(local: number, value: Expr | null): void {
    this.#save(local);
    this.#assigned[local] = ++this.#clock;
    this.#since[local] = ++this.#clock;
    this.#equal[local] = value !== null && (value.op === 'const' || value.op === 'local') ? value : null;
  }

  /** A copy is not carried over a boundary: what it is a copy of need not fit into the state. */
  passBoundary(): void {
    this.#trail.push({ local: BOUNDARY, equal: null, since: this.#boundary, assigned: 0 });
    this.#boundary = ++this.#clock;
  }

  mark(): number {
    return this.#trail.length;
  }

  rollback(mark: number): void {
    while (this.#trail.length > mark) {
      const change = this.#trail.pop();
      if (change === undefined) return;
      if (change.local === BOUNDARY) this.#boundary = change.since;
      else {
        this.#equal[change.local] = change.equal;
        this.#since[change.local] = change.since;
        this.#assigned[change.local] = change.assigned;
      }
    }
  }

  #save(local: number): void {
    this.#trail.push({
      local,
      equal: this.#equal[local] ?? null,
      since: this.#since[local] ?? 0,
      assigned: this.#assigned[local] ?? 0,
    });
  }
}

/** Stands for no local in the trail. */
const BOUNDARY = -1;
