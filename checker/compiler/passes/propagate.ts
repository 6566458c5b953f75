/**
 * Propagation of constants and copies along paths that do not meet others: from a block into those that only it leads
 * to. Inlining has propagated what holds where paths meet; this finds what single paths, their tests and their stores
 * to the state add.
 */
import type { Block, Expr, Instr, Terminator } from '../ir/graph.js';
import { constant, foldRef, simplify } from '../ir/simplify.js';
import { type Flow, mapExpr, mapInstr, successors } from '../ir/traverse.js';
import { PathFacts } from './path-facts.js';
import { arrivals } from './prune.js';

/** @param cells how many cells the state has */
export function propagate(flow: Flow, cells: number): Flow {
  return new Propagation(flow, cells).run();
}

/** A block is small enough to be repeated at the end of another one if that decides its branch. */
const REPEAT_LIMIT = 2;

class Propagation {
  readonly #facts: PathFacts;
  readonly #blocks: Block[];
  readonly #arrivals: Int32Array;

  constructor(
    private readonly flow: Flow,
    cells: number,
  ) {
    this.#facts = new PathFacts(flow.locals.length, cells);
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
    if (end.to === 'boundary') this.#facts.passBoundary();
    if (end.to === 'branch' && end.then !== end.else) this.#learn(end.test, end.then === next);
    if (end.to === 'choose') this.#facts.assign(end.local, null);
  }

  #learn(test: Expr, truth: boolean): void {
    if (test.op === 'local' || test.op === 'load') this.#facts.learn(test, constant(truth ? 1 : 0));
    else if (test.op === 'unary' && test.operator === '!') this.#learn(test.operand, !truth);
    else if (test.op === 'binary') {
      const { operator, left, right } = test;
      if (operator === (truth ? '&&' : '||')) {
        this.#learn(left, truth);
        this.#learn(right, truth);
      }
      if (operator === (truth ? '===' : '!==') && right.op === 'const') this.#facts.learn(left, right);
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
    const rewritten = mapInstr(instr, this.#rewriteNode);
    if (rewritten.do === 'check') {
      const { test } = rewritten;
      if (test.op === 'const') return test.value === 0 ? rewritten.failure : null;
      instrs.push(rewritten);
      this.#learn(test, true);
    } else if (rewritten.do === 'store') {
      const ref = foldRef(rewritten.ref);
      instrs.push(ref === rewritten.ref ? rewritten : { ...rewritten, ref });
      this.#facts.store(ref, rewritten.value);
    } else {
      const { local, value } = rewritten;
      if (value.op === 'local' && value.local === local) return null;
      instrs.push(rewritten);
      this.#facts.assign(local, value);
    }
    return null;
  }

  #end(end: Terminator, instrs: Instr[], index: number): Block {
    if (end.to === 'choose') {
      const count = this.#rewrite(end.count);
      if (count.op !== 'const' || count.value > 1) return { instrs, end: { ...end, count } };
      if (count.value < 1) return { instrs, end: { to: 'disabled' } };
      this.#instr({ do: 'set', local: end.local, value: constant(0) }, instrs);
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
    return mapExpr(expr, this.#rewriteNode);
  }

  readonly #rewriteNode = (each: Expr): Expr => {
    const simple = simplify(each);
    return this.#facts.valueOf(simple) ?? simple;
  };
}
