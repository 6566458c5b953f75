/**
 * Into which functions the steps of a process are cut, and what each of them can rely on: what in the source state may
 * no longer be current when control gets there. What is known to be current need not be passed or packed again.
 */
import type { Block, ProcessGraph } from '../ir/graph.js';
import { stepSuccessors } from '../ir/traverse.js';
import { analyse, type Region } from './control.js';
import { hasBit } from '../passes/live.js';
import type { Packing, ProcessPacking } from './packing.js';
import { bit, members } from './sets.js';
import { placeTree, wordsOf } from './places.js';
import { sharedBlocks } from './sharing.js';

/** What may have changed since the step began, as sets of words, locals and slots. */
export interface Change {
  /** Words that may differ from the source state's. */
  readonly words: bigint;
  /** Locals that have a slot, but whose value it may not hold in the source state. */
  readonly locals: bigint;
  /** Slots in which the source state may hold something. */
  readonly slots: bigint;
}

export type Entry =
  /** Runs before the first step; the source state has no locals yet. */
  | { readonly kind: 'initial' }
  | { readonly kind: 'boundary'; readonly boundary: number }
  /** Behind a `choose`, where several steps join, or where a loop is entered a second time. */
  | { readonly kind: 'continuation' };

export interface StepFunction {
  readonly entry: Entry;
  /** The block at which it begins. */
  readonly block: number;
  readonly region: Region;
  /** At its begin. */
  readonly change: Change;
  /** At the end of a block of its region. */
  changeAfter(block: number): Change;
}

export const unchanged: Change = { words: 0n, locals: 0n, slots: 0n };

/** The initial function, then one per boundary in their order, then the continuations. */
export function stepFunctions(process: ProcessGraph, packing: Packing, own: ProcessPacking): StepFunction[] {
  return new Planner(process, packing, own).plan();
}

/** Where a block jumps to within its function. */
export function jumps(block: Block): readonly number[] {
  return block.end.to === 'choose' ? [] : stepSuccessors(block.end);
}

class Plan implements StepFunction {
  changes = new Map<number, Change>();

  constructor(
    readonly entry: Entry,
    readonly block: number,
    readonly region: Region,
    public change: Change,
    readonly after: (block: number, before: Change) => Change,
  ) {}

  changeAfter(block: number): Change {
    return this.after(block, this.changes.get(block) ?? unchanged);
  }
}

class Planner {
  readonly #continuations = new Map<number, Plan>();
  readonly #pending: Plan[] = [];
  readonly #shared: ReadonlySet<number>;
  /** The locals that have slots. */
  readonly #kept: bigint;
  /** By block: the words and kept locals that it may change. */
  readonly #effects: readonly { readonly words: bigint; readonly locals: bigint }[];

  constructor(
    readonly process: ProcessGraph,
    packing: Packing,
    readonly own: ProcessPacking,
  ) {
    this.#shared = sharedBlocks(process);
    this.#kept = own.locals.reduce((kept, field, local) => (field === null ? kept : kept | bit(local)), 0n);
    this.#effects = process.blocks.map(({ instrs }) => {
      let words = 0n;
      let locals = 0n;
      for (const instr of instrs) {
        if (instr.do === 'set') locals |= this.#keptBit(instr.local);
        if (instr.do === 'store') {
          for (const word of wordsOf(placeTree(instr.ref, packing.cells))) words |= bit(word);
        }
      }
      return { words, locals };
    });
  }

  plan(): StepFunction[] {
    const { boundaries, entry } = this.process;
    const entries = [this.#add({ kind: 'initial' }, entry, { ...unchanged, locals: this.#kept })];
    boundaries.forEach(({ block }, boundary) => {
      const live = this.own.live.atBoundary[boundary] ?? new Uint32Array();
      const stale = members(this.#kept).filter((local) => !hasBit(live, local));
      const locals = stale.reduce((set, local) => set | bit(local), 0n);
      let slots = 0n;
      this.own.slots.forEach((slot, index) => {
        if (slot.locals.some((local) => hasBit(live, local))) slots |= bit(index);
      });
      entries.push(this.#add({ kind: 'boundary', boundary }, block, { words: 0n, locals, slots }));
    });
    for (let next = this.#pending.pop(); next !== undefined; next = this.#pending.pop()) this.#flow(next);
    return [...entries, ...this.#continuations.values()];
  }

  #add(entry: Entry, block: number, change: Change): Plan {
    const region = analyse(block, (from) => jumps(this.#block(from)), this.#shared);
    const plan = new Plan(entry, block, region, change, (index, before) => this.#after(index, before));
    this.#pending.push(plan);
    return plan;
  }

  #flow(plan: Plan): void {
    plan.changes = new Map([[plan.block, plan.change]]);
    const pending = [plan.block];
    for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
      const block = this.#block(index);
      const after = plan.changeAfter(index);
      if (block.end.to === 'choose') {
        this.#enter(block.end.block, { ...after, locals: after.locals | this.#keptBit(block.end.local) });
      }
      for (const to of jumps(block)) {
        if (plan.region.cuts.has(to)) {
          this.#enter(to, after);
          continue;
        }
        const known = plan.changes.get(to);
        const joined = known === undefined ? after : join(known, after);
        if (known !== undefined && same(known, joined)) continue;
        plan.changes.set(to, joined);
        pending.push(to);
      }
    }
  }

  #enter(block: number, change: Change): void {
    const known = this.#continuations.get(block);
    if (known === undefined) {
      this.#continuations.set(block, this.#add({ kind: 'continuation' }, block, change));
      return;
    }
    const joined = join(known.change, change);
    if (same(joined, known.change)) return;
    known.change = joined;
    this.#pending.push(known);
  }

  #after(index: number, { words, locals, slots }: Change): Change {
    const effect = this.#effects[index];
    if (effect === undefined) return { words, locals, slots };
    return { words: words | effect.words, locals: locals | effect.locals, slots };
  }

  #keptBit(local: number): bigint {
    return this.#kept & bit(local);
  }

  #block(index: number): Block {
    const block = this.process.blocks[index];
    if (block === undefined) throw new Error(`process ${this.process.name} has no block ${index}`);
    return block;
  }
}

function join(a: Change, b: Change): Change {
  return { words: a.words | b.words, locals: a.locals | b.locals, slots: a.slots | b.slots };
}

function same(a: Change, b: Change): boolean {
  return a.words === b.words && a.locals === b.locals && a.slots === b.slots;
}
