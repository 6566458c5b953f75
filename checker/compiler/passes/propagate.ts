/**
 * Propagation of constants and copies along paths that do not meet others: from a block into those that only it leads
 * to. Inlining has propagated what holds where paths meet; this finds what single paths and their tests add.
 */
import type { Block, Expr, Instr, Terminator } from '../ir/graph.js';
import { foldRef, simplify } from '../ir/simplify.js';
import { type Flow, mapExpr, successors } from '../ir/traverse.js';

export function propagate(flow: Flow): Flow {
  return new Propagation(flow).run();
}

/** How many blocks and entries lead to each block. */
export function arrivals(flow: Flow): readonly number[] {
  const counts = flow.blocks.map(() => 0);
  const count = (block: number): void => {
    counts[block] = (counts[block] ?? 0) + 1;
  };
  count(flow.entry);
  for (const { end } of flow.blocks) for (const next of successors(end, flow.boundaries)) count(next);
  return counts;
}

/** A block is small enough to be repeated at the end of another one if that decides its branch. */
const REPEAT_LIMIT = 2;

class Propagation {
  readonly #facts = new Facts();
  readonly #blocks: Block[];
  readonly #arrivals: readonly number[];

  constructor(private readonly flow: Flow) {
    this.#blocks = [...flow.blocks];
    this.#arrivals = arrivals(flow);
  }

  run(): Flow {
    // A block that several lead to starts a tree of its own, and so does the entry.
    for (const [i, count] of this.#arrivals.entries())
      if (count !== 1 || i === this.flow.entry) this.#tree(i);
    return { ...this.flow, blocks: this.#blocks };
  }

  #tree(root: number): void {
    const { boundaries } = this.flow;
    // A visit, or (negative) the undoing of its facts. An explicit stack: unrolled code makes deep trees.
    const stack: { readonly block: number; readonly from: Block | null; readonly undo: number | null }[] = [
      { block: root, from: null, undo: null },
    ];
    for (let task = stack.pop(); task !== undefined; task = stack.pop()) {
      if (task.undo !== null) {
        this.#facts.rollback(task.undo);
        continue;
      }
      const mark = this.#facts.mark();
      stack.push({ ...task, undo: mark });
      if (task.from !== null) this.#enter(task.from.end, task.block);
      const block = this.#block(task.block);
      if (block === null) continue;
      this.#blocks[task.block] = block;
      // Not where a jump was redirected to: that block is seen from the one whose branch was decided.
      const before = this.flow.blocks[task.block];
      const own = before === undefined ? [] : successors(before.end, boundaries);
      for (const next of new Set(successors(block.end, boundaries)))
        if (this.#arrivals[next] === 1 && next !== this.flow.entry && own.includes(next))
          stack.push({ block: next, from: block, undo: null });
    }
  }

  /** What is known behind the end of a block when it goes on to another one. */
  #enter(end: Terminator, next: number): void {
    // A copy is not carried over a boundary: what it is a copy of need not fit into the state.
    if (end.to === 'boundary') this.#facts.forgetCopies();
    if (end.to === 'branch' && end.then !== end.else) this.#learn(end.test, end.then === next);
    if (end.to === 'choose') this.#facts.assigned(end.local, null);
  }

  #learn(test: Expr, truth: boolean): void {
    if (test.op === 'local') this.#facts.learn(test.local, truth ? 1 : 0);
    else if (test.op === 'unary' && test.operator === '!') this.#learn(test.operand, !truth);
    else if (test.op === 'binary') {
      const { operator, left, right } = test;
      if (operator === (truth ? '&&' : '||')) {
        this.#learn(left, truth);
        this.#learn(right, truth);
      }
      if (operator === (truth ? '===' : '!==') && left.op === 'local' && right.op === 'const')
        this.#facts.learn(left.local, right.value);
    }
  }

  #block(index: number): Block | null {
    const block = this.flow.blocks[index];
    if (block === undefined) return null;
    const instrs: Instr[] = [];
    for (const instr of block.instrs) {
      const failure = this.#instr(instr, instrs);
      if (failure !== null) return { instrs, end: { to: 'failure', failure } };
    }
    return this.#end(block.end, instrs, index);
  }

  /** Appends the instruction, rewritten; a failure if it is a check that never holds. */
  #instr(instr: Instr, instrs: Instr[]): number | null {
    if (instr.do === 'check') {
      const test = this.#rewrite(instr.test);
      if (test.op === 'const') return test.value === 0 ? instr.failure : null;
      instrs.push({ ...instr, test });
      this.#learn(test, true);
    } else if (instr.do === 'store') {
      const ref = {
        base: instr.ref.base,
        indexes: instr.ref.indexes.map((index) => ({ ...index, value: this.#rewrite(index.value) })),
      };
      instrs.push({ do: 'store', ref: foldRef(ref), value: this.#rewrite(instr.value) });
    } else {
      const value = this.#rewrite(instr.value);
      if (value.op === 'local' && value.local === instr.local) return null;
      instrs.push({ ...instr, value });
      this.#facts.assigned(instr.local, value);
    }
    return null;
  }

  #end(end: Terminator, instrs: Instr[], index: number): Block {
    if (end.to === 'choose') {
      const count = this.#rewrite(end.count);
      if (count.op !== 'const' || count.value > 1) return { instrs, end: { ...end, count } };
      if (count.value < 1) return { instrs, end: { to: 'disabled' } };
      instrs.push({ do: 'set', local: end.local, value: { op: 'const', value: 0 } });
      return { instrs, end: { to: 'block', block: end.block } };
    }
    if (end.to === 'block') return { instrs, end: this.#decideNext(end, instrs, index) };
    if (end.to !== 'branch') return { instrs, end };
    const test = this.#rewrite(end.test);
    if (test.op === 'const')
      return { instrs, end: { to: 'block', block: test.value !== 0 ? end.then : end.else } };
    return { instrs, end: { ...end, test } };
  }

  /**
   * Where a jump leads to a small block whose branch is decided on this path, does that block's work here and jumps
   * to where it leads. The original block stays for its other predecessors; what it learns for the blocks behind it
   * holds on this path too, because the path does the same work and decides the same way.
   */
  #decideNext(end: Terminator & { to: 'block' }, instrs: Instr[], from: number): Terminator {
    const next = this.flow.blocks[end.block];
    if (next === undefined || next.end.to !== 'branch' || end.block === from) return end;
    if (next.instrs.length > REPEAT_LIMIT || this.#arrivals[end.block] === 1) return end;
    if (!next.instrs.every((instr) => instr.do === 'set')) return end;
    const mark = this.#facts.mark();
    const repeated: Instr[] = [];
    for (const instr of next.instrs) this.#instr(instr, repeated);
    const test = this.#rewrite(next.end.test);
    if (test.op === 'const') {
      instrs.push(...repeated);
      return { to: 'block', block: test.value !== 0 ? next.end.then : next.end.else };
    }
    this.#facts.rollback(mark);
    return end;
  }

  #rewrite(expr: Expr): Expr {
    return mapExpr(expr, (each) =>
      each.op === 'local' ? (this.#facts.valueOf(each.local) ?? each) : simplify(each),
    );
  }
}

/** What locals are equal to on the current path, with a trail to undo it. */
class Facts {
  readonly #equal = new Map<number, { readonly value: Expr; readonly time: number }>();
  readonly #versions = new Map<number, number>();
  readonly #trail: (() => void)[] = [];
  #clock = 0;
  #boundary = 0;

  /** The constant or local that a local is known to be equal to. */
  valueOf(local: number): Expr | null {
    const fact = this.#equal.get(local);
    if (fact === undefined) return null;
    if (fact.value.op !== 'local') return fact.value;
    // A copy holds until what it was copied from is assigned again, or a boundary lies between.
    const assigned = this.#versions.get(fact.value.local) ?? 0;
    return fact.time > assigned && fact.time > this.#boundary ? fact.value : null;
  }

  learn(local: number, value: number): void {
    this.#put(local, { value: { op: 'const', value }, time: 0 });
  }

  assigned(local: number, value: Expr | null): void {
    const before = this.#versions.get(local);
    this.#trail.push(() => restore(this.#versions, local, before));
    this.#versions.set(local, ++this.#clock);
    if (value?.op === 'const') this.#put(local, { value, time: 0 });
    else if (value?.op === 'local') this.#put(local, { value, time: ++this.#clock });
    else this.#put(local, undefined);
  }

  forgetCopies(): void {
    const before = this.#boundary;
    this.#trail.push(() => {
      this.#boundary = before;
    });
    this.#boundary = ++this.#clock;
  }

  mark(): number {
    return this.#trail.length;
  }

  rollback(mark: number): void {
    while (this.#trail.length > mark) this.#trail.pop()?.();
  }

  #put(local: number, fact: { readonly value: Expr; readonly time: number } | undefined): void {
    const before = this.#equal.get(local);
    this.#trail.push(() => restore(this.#equal, local, before));
    restore(this.#equal, local, fact);
  }
}

function restore<K, V>(map: Map<K, V>, key: K, value: V | undefined): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}
