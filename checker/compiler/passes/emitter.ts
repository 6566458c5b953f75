/** Blocks and locals of one control-flow graph under construction, with the position where code is being added. */
import { InputError } from '../../diagnostics.js';
import type { Block, CellRef, Domain, Expr, Instr, Local, Terminator } from '../ir/graph.js';
import { sameRef } from '../ir/traverse.js';
import type { Span } from '../ir/program.js';
import { ANY, type Interval, meet } from './intervals.js';
import { Join, Knowledge } from './knowledge.js';
import { type Value, valueOf } from './values.js';

interface OpenBlock {
  readonly instrs: Instr[];
  /** Null until the end of the block is reached; blocks that nothing jumps to keep it. */
  end: Terminator | null;
}

/**
 * How long a local keeps its value: `fixed`: it is set in one place only, for as long as it is in scope; `call`: only
 * the code of its own frame changes it; `place`: so does code that is passed a reference to it.
 */
export type Lasting = 'fixed' | 'call' | 'place';

/** More blocks than this are a recursion or an unrolling that has got out of hand. */
const BLOCK_LIMIT = 200_000;

/** Not a block: where code goes that nothing reaches. */
const NOWHERE = -1;

/** Not a local: whether the code runs before the first step of its process, as an interval of 0 and 1. */
const BEFORE_FIRST_STEP = -1;

export class Emitter {
  readonly knowledge = new Knowledge();
  readonly locals: Local[] = [];
  readonly #blocks: OpenBlock[] = [];
  /** Takes what is emitted behind the end of a block. */
  readonly #nowhere: OpenBlock = { instrs: [], end: null };
  readonly #lasting: Lasting[] = [];
  #current: number;
  #reachable = true;
  #statementBlock: number;
  #disabled: number | null = null;

  constructor(beforeFirstStep: boolean) {
    this.#current = this.newBlock();
    this.#statementBlock = this.#current;
    this.beforeFirstStep = beforeFirstStep;
  }

  get current(): number {
    return this.#current;
  }

  get reachable(): boolean {
    return this.#reachable;
  }

  /** Whether a path on which the process has not made its first step leads here. */
  get beforeFirstStep(): boolean {
    return (this.knowledge.get(BEFORE_FIRST_STEP)?.hi ?? 0) > 0;
  }

  set beforeFirstStep(value: boolean) {
    const bit = value ? 1 : 0;
    this.knowledge.set(BEFORE_FIRST_STEP, { lo: bit, hi: bit });
  }

  newBlock(): number {
    if (this.#blocks.length >= BLOCK_LIMIT)
      throw InputError.of(
        `the model unfolds into more than ${BLOCK_LIMIT} blocks`,
        'Bound recursion and loops by the configuration or by constant arguments.',
      );
    return this.#blocks.push({ instrs: [], end: null }) - 1;
  }

  newLocal(name: string, span: Span, domain: Domain | null, lasting: Lasting): number {
    this.#lasting.push(lasting);
    return this.locals.push({ name, span, domain }) - 1;
  }

  /** A local that is set when an alias is made and read wherever it is used, so that liveness sees how long it lives. */
  newToken(name: string, span: Span): number {
    this.#lasting.push('call');
    return this.locals.push({ name, span, domain: null, alias: true }) - 1;
  }

  /** Whether a local keeps its value during calls that its frame makes. */
  lastsCalls(local: number): boolean {
    return this.#lasting[local] !== 'place';
  }

  /** Whether a local keeps its value for as long as it is in scope. */
  isFixed(local: number): boolean {
    return this.#lasting[local] === 'fixed';
  }

  domainOf(local: number): Domain | null {
    return this.locals[local]?.domain ?? null;
  }

  /** Code goes on in this block. */
  enter(block: number, reachable = true): void {
    this.#current = block;
    this.#reachable = reachable;
  }

  /** Ends the current block. What is emitted until the next `enter` is never reached and goes nowhere. */
  end(terminator: Terminator): void {
    if (this.#reachable) this.#block(this.#current).end = terminator;
    this.#leave();
  }

  /** Takes back a block that nothing jumps to, if it is the newest. */
  discard(block: number): void {
    if (block === this.#blocks.length - 1) this.#blocks.pop();
  }

  /** The current block and how much is in it: to find out whether something was emitted since. */
  position(): { readonly block: number; readonly instrs: number } {
    return { block: this.#current, instrs: this.#block(this.#current).instrs.length };
  }

  isAt(position: { readonly block: number; readonly instrs: number }): boolean {
    const here = this.position();
    return here.block === position.block && here.instrs === position.instrs;
  }

  set(local: number, value: Value): void {
    const same = value.expr.op === 'local' && value.expr.local === local;
    if (!same) this.push({ do: 'set', local, value: value.expr });
    this.knowledge.set(local, { lo: value.lo, hi: value.hi });
  }

  store(ref: CellRef, value: Expr): void {
    if (value.op === 'load' && value.state === undefined && sameRef(value.ref, ref)) return;
    this.push({ do: 'store', ref, value });
  }

  push(instr: Instr): void {
    this.#block(this.#current).instrs.push(instr);
  }

  /** The instructions of the current block, in order. */
  instrs(): readonly Instr[] {
    return this.#block(this.#current).instrs;
  }

  /** A block as it stands, also when it has no end yet. */
  peek(block: number): { readonly instrs: readonly Instr[]; readonly end: Terminator | null } {
    return this.#block(block);
  }

  startStatement(): void {
    this.#statementBlock = this.#current;
  }

  /**
   * Marks an alias as used by the current statement. At the start of the statement, so that a use in a lazily
   * evaluated part does not count as code: no boundary lies between.
   */
  useToken(token: number): void {
    const instrs = this.#block(this.#statementBlock).instrs;
    instrs.push({ do: 'set', local: token, value: { op: 'local', local: token } });
  }

  local(local: number): Value {
    return valueOf({ op: 'local', local }, this.intervalOf(local));
  }

  intervalOf(local: number): Interval {
    return this.knowledge.get(local) ?? this.domainOf(local) ?? ANY;
  }

  /** Uses that on this path an expression lies in an interval. */
  narrow(expr: Expr, interval: Interval): void {
    if (expr.op === 'local') this.knowledge.set(expr.local, meet(this.intervalOf(expr.local), interval));
  }

  join(): Join {
    return new Join(this.knowledge);
  }

  jump(join: Join): void {
    if (!this.#reachable) return;
    join.arrive();
    if (join.first === null) join.first = this.#current;
    else {
      if (join.block === null) {
        join.block = this.newBlock();
        this.#block(join.first).end = { to: 'block', block: join.block };
      }
      this.#block(this.#current).end = { to: 'block', block: join.block };
    }
    this.#leave();
  }

  /** Goes on behind a join; locals from `limit` on are of no further interest. */
  enterJoin(join: Join, limit = Number.POSITIVE_INFINITY): void {
    join.meet(limit);
    const block = join.block ?? join.first;
    if (block !== null) this.enter(block);
    else this.#leave();
  }

  /** The block of steps that are not enabled. */
  disabledBlock(): number {
    if (this.#disabled === null) {
      this.#disabled = this.newBlock();
      this.#block(this.#disabled).end = { to: 'disabled' };
    }
    return this.#disabled;
  }

  /** All blocks; one that never got an end cannot be reached. */
  finish(): readonly Block[] {
    return this.#blocks.map(({ instrs, end }) => ({ instrs, end: end ?? { to: 'disabled' } }));
  }

  #leave(): void {
    this.#nowhere.instrs.length = 0;
    this.#current = NOWHERE;
    this.#reachable = false;
  }

  #block(block: number): OpenBlock {
    if (block === NOWHERE) return this.#nowhere;
    const found = this.#blocks[block];
    if (found === undefined) throw new RangeError(`no block ${block}`);
    return found;
  }
}
