/**
 * Drops what is set and never read, and writes a value that is read only once, in the same block, where it is read.
 * Checks, stores and choices stay: they have effects of their own.
 */
import type { Block, Expr, Instr } from '../ir/graph.js';
import {
  type Flow,
  instrExprs,
  mapInstr,
  mapTerminator,
  terminatorExpr,
  visitExpr,
  visitLocals,
} from '../ir/traverse.js';
import { type Bits, hasBit, liveness } from './live.js';

export function dropDeadStores(flow: Flow): Flow {
  const live = liveness(flow);
  const sweep = new Sweep(flow.locals.length);
  return {
    ...flow,
    blocks: flow.blocks.map((block, i) =>
      block.instrs.length === 0 ? block : sweep.block(block, live.atEnd(i)),
    ),
  };
}

/** No instruction grows to more nodes than this. */
const SIZE_LIMIT = 48;

/** One block after the other, each from its end to its start. */
class Sweep {
  /** By local: how often it is read between here and where it is set next, and where last seen. */
  readonly #times: Int32Array;
  readonly #reader: Int32Array;
  /** By local: where it is set next, within the block. */
  readonly #nextSet: Int32Array;
  /** The locals for which one of these is not at its default. */
  readonly #touched: number[] = [];
  /** The size of the instructions that values have been moved to, by place. */
  readonly #sizes = new Map<number, number>();
  /** Where the next store is. */
  #nextStore = NOWHERE;
  /** Where the expressions are that are being looked at. */
  #at = 0;

  constructor(locals: number) {
    this.#times = new Int32Array(locals);
    this.#reader = new Int32Array(locals);
    this.#nextSet = new Int32Array(locals).fill(NOWHERE);
  }

  block(block: Block, liveAtEnd: Bits): Block {
    const instrs: (Instr | null)[] = [...block.instrs];
    let { end } = block;
    this.#reset();
    this.#at = instrs.length;
    const decision = terminatorExpr(end);
    if (end.to === 'choose') this.#set(end.local);
    if (decision !== null) visitLocals(decision, this.#read);
    for (let i = instrs.length - 1; i >= 0; i--) {
      const instr = instrs[i];
      if (instr == null) continue;
      this.#at = i;
      if (instr.do === 'set') {
        const { local, value } = instr;
        const times = this.#times[local] ?? 0;
        const needed = this.#nextSet[local] === NOWHERE && hasBit(liveAtEnd, local);
        if ((times === 0 && !needed) || (value.op === 'local' && value.local === local)) {
          instrs[i] = null;
          continue;
        }
        const reader = this.#reader[local] ?? NOWHERE;
        if (times === 1 && !needed && this.#mayMove(value, reader, instrs[reader])) {
          const replace = (expr: Expr): Expr => (expr.op === 'local' && expr.local === local ? value : expr);
          const consumer = instrs[reader];
          const moved = consumer == null ? mapTerminator(end, replace) : mapInstr(consumer, replace);
          if ('to' in moved) end = moved;
          else instrs[reader] = moved;
          instrs[i] = null;
          this.#set(local);
          this.#at = reader;
          visitLocals(value, this.#read);
          continue;
        }
        this.#set(local);
      } else if (instr.do === 'store') this.#nextStore = i;
      for (const expr of instrExprs(instr)) visitLocals(expr, this.#read);
    }
    return { instrs: instrs.filter((instr) => instr !== null), end };
  }

  /** Whether an expression has the same value where it is read, and is short enough to be written there. */
  #mayMove(value: Expr, reader: number, into: Instr | null | undefined): boolean {
    let same = true;
    visitExpr(value, (expr) => {
      if (expr.op === 'local') same &&= (this.#nextSet[expr.local] ?? NOWHERE) >= reader;
      if (expr.op === 'load') same &&= this.#nextStore >= reader;
    });
    if (!same) return false;
    const before = this.#sizes.get(reader) ?? (into == null ? 1 : sizeOf(instrExprs(into)));
    const size = before + sizeOf([value]);
    if (size > SIZE_LIMIT) return false;
    this.#sizes.set(reader, size);
    return true;
  }

  /** Behind this, going backward, what is read is an earlier value. */
  #set(local: number): void {
    this.#touched.push(local);
    this.#times[local] = 0;
    this.#nextSet[local] = this.#at;
  }

  readonly #read = (local: number): void => {
    this.#touched.push(local);
    this.#times[local] = (this.#times[local] ?? 0) + 1;
    this.#reader[local] = this.#at;
  };

  #reset(): void {
    for (const local of this.#touched) {
      this.#times[local] = 0;
      this.#nextSet[local] = NOWHERE;
    }
    this.#touched.length = 0;
    this.#sizes.clear();
    this.#nextStore = NOWHERE;
  }
}

/** Later than everything in the block. */
const NOWHERE = 0x7fff_ffff;

function sizeOf(exprs: readonly Expr[]): number {
  let size = 0;
  for (const expr of exprs) visitExpr(expr, () => size++);
  return size;
}
