/**
 * Drops what is set and never read, and writes a value that is read only once, right behind, where it is read.
 * Checks, stores and choices stay: they have effects of their own.
 */
import type { Block, Expr, Instr } from '../ir/graph.js';
import {
  type Flow,
  instrExprs,
  mapExpr,
  mapInstr,
  mapTerminator,
  terminatorExpr,
  visitExpr,
} from '../ir/traverse.js';
import { addBit, type Bits, hasBit, liveness, removeBit } from './live.js';

export function dropDeadStores(flow: Flow): Flow {
  const live = liveness(flow);
  return { ...flow, blocks: flow.blocks.map((block, i) => new Sweep(live.atEnd(i)).block(block)) };
}

/** An expression with more nodes than this is not moved into another one. */
const SIZE_LIMIT = 24;

/** One block, from its end to its start. */
class Sweep {
  /** What the instruction (or terminator) seen last reads: how often, and whether it is read again behind that. */
  #reads = new Map<number, { times: number; again: boolean }>();

  constructor(private readonly live: Bits) {}

  block(block: Block): Block {
    const reversed: Instr[] = [];
    let { end } = block;
    if (end.to === 'choose') removeBit(this.live, end.local);
    const decision = terminatorExpr(end);
    this.#seen(decision === null ? [] : [decision]);
    for (let i = block.instrs.length - 1; i >= 0; i--) {
      const instr = block.instrs[i];
      if (instr === undefined) continue;
      if (instr.do !== 'set') {
        this.#seen(instrExprs(instr));
        reversed.push(instr);
        continue;
      }
      const { local, value } = instr;
      if (!hasBit(this.live, local) || (value.op === 'local' && value.local === local)) continue;
      const reads = this.#reads.get(local);
      if (reads?.times === 1 && !reads.again && sizeOf(value) <= SIZE_LIMIT) {
        const replace = (expr: Expr): Expr => (expr.op === 'local' && expr.local === local ? value : expr);
        const next = reversed.pop();
        if (next === undefined) end = mapTerminator(end, replace);
        else reversed.push(mapInstr(next, replace));
        removeBit(this.live, local);
        this.#reads.delete(local);
        this.#read(value);
        continue;
      }
      removeBit(this.live, local);
      this.#seen([value]);
      reversed.push(instr);
    }
    return { instrs: reversed.reverse(), end };
  }

  /** Another instruction, which reads these expressions, is now the one seen last. */
  #seen(exprs: readonly Expr[]): void {
    this.#reads = new Map();
    for (const expr of exprs) this.#read(expr);
  }

  #read(expr: Expr): void {
    visitExpr(expr, (each) => {
      if (each.op !== 'local') return;
      const reads = this.#reads.get(each.local);
      if (reads !== undefined) reads.times++;
      else this.#reads.set(each.local, { times: 1, again: hasBit(this.live, each.local) });
      addBit(this.live, each.local);
    });
  }
}

function sizeOf(expr: Expr): number {
  let size = 0;
  visitExpr(expr, () => size++);
  return size;
}
