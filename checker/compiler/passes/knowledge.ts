/**
 * What is known about locals at the point being emitted: an interval for each, by path through the program.
 *
 * Paths are walked one after the other with a trail of changes to undo, so that a branch costs what it changes and
 * not the number of locals. A `Join` collects what is known on every path that jumps to it.
 */
import { hull, type Interval } from './intervals.js';

export class Knowledge {
  readonly #known = new Map<number, Interval>();
  readonly #trail: { readonly local: number; readonly before: Interval | undefined }[] = [];

  get(local: number): Interval | undefined {
    return this.#known.get(local);
  }

  set(local: number, interval: Interval | undefined): void {
    this.#trail.push({ local, before: this.#known.get(local) });
    this.#put(local, interval);
  }

  mark(): number {
    return this.#trail.length;
  }

  /** Back to what was known at the mark. */
  rollback(mark: number): void {
    while (this.#trail.length > mark) {
      const change = this.#trail.pop();
      if (change !== undefined) this.#put(change.local, change.before);
    }
  }

  /** The locals about which something changed since the mark. */
  changedSince(mark: number): ReadonlySet<number> {
    const changed = new Set<number>();
    for (let i = mark; i < this.#trail.length; i++) {
      const change = this.#trail[i];
      if (change !== undefined) changed.add(change.local);
    }
    return changed;
  }

  #put(local: number, interval: Interval | undefined): void {
    if (interval === undefined) this.#known.delete(local);
    else this.#known.set(local, interval);
  }
}

/** A point where paths meet again. All of them start from what was known when the join was made. */
export class Join {
  readonly #mark: number;
  readonly #changes = new Map<number, { interval: Interval | undefined; paths: number }>();
  #paths = 0;
  /** The block of the first path, left open: if no other path arrives, its code goes on there. */
  first: number | null = null;
  /** The block that the paths jump to, made for the second one. */
  block: number | null = null;

  constructor(private readonly knowledge: Knowledge) {
    this.#mark = knowledge.mark();
  }

  /** Another path arrives, with what is known now. */
  arrive(): void {
    this.#paths++;
    for (const local of this.knowledge.changedSince(this.#mark)) {
      const interval = this.knowledge.get(local);
      const change = this.#changes.get(local);
      if (change === undefined) this.#changes.set(local, { interval, paths: 1 });
      else {
        change.interval = union(change.interval, interval);
        change.paths++;
      }
    }
  }

  /** Back to where the paths parted, for the next of them. */
  restart(): void {
    this.knowledge.rollback(this.#mark);
  }

  /** Goes on behind the join: of each local below `limit`, what holds on all paths. */
  meet(limit: number): void {
    this.knowledge.rollback(this.#mark);
    for (const [local, change] of this.#changes) {
      if (local >= limit) continue;
      const unchanged = change.paths < this.#paths;
      this.knowledge.set(
        local,
        unchanged ? union(change.interval, this.knowledge.get(local)) : change.interval,
      );
    }
  }
}

function union(a: Interval | undefined, b: Interval | undefined): Interval | undefined {
  return a === undefined || b === undefined ? undefined : hull(a, b);
}
