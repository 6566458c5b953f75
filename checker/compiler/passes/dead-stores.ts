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
  visitLocals,
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
  /** The locals that the instruction (or terminator) seen last reads: how often, and whether they are read again. */
  readonly #locals: number[] = [];
  readonly #times: number[] = [];
  readonly #again: boolean[] = [];

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
      const read = this.#locals.indexOf(local);
      const once = read >= 0 && this.#times[read] === 1 && this.#again[read] === false;
      if (once && sizeOf(value) <= SIZE_LIMIT) {
        const replace = (expr: Expr): Expr => (expr.op === 'local' && expr.local === local ? value : expr);
        const next = reversed.pop();
        if (next === undefined) end = mapTerminator(end, replace);
        else reversed.push(mapInstr(next, replace));
        removeBit(this.live, local);
        this.#locals[read] = -1;
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
    this.#locals.length = 0;
    this.#times.length = 0;
    this.#again.length = 0;
    for (const expr of exprs) this.#read(expr);
  }

  #read(expr: Expr): void {
    visitLocals(expr, this.#readLocal);
  }

  readonly #readLocal = (local: number): void => {
    const read = this.#locals.indexOf(local);
    if (read >= 0) this.#times[read] = (this.#times[read] ?? 0) + 1;
    else {
      this.#locals.push(local);
      this.#times.push(1);
      this.#again.push(hasBit(this.live, local));
    }
    addBit(this.live, local);
  };
}

function sizeOf(expr: Expr): number {
  let size = 0;
  visitExpr(expr, () => size++);
  return size;
}
