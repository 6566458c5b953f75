/**
 * The cone of influence: the least set of cells and locals that holds whatever decides which steps are enabled, how
 * control goes, whether a check passes, whether a process may rest, and what predicates say; and with a cell or local
 * whatever is stored in it, and where, and whether.
 */
import type { CellRef, Expr, Graph, Instr, PredicateGraph, ProcessGraph } from '../../compiler/ir/graph.js';
import { reachedCells } from '../../compiler/passes/footprint.js';
import { hasBit, liveness } from '../../compiler/passes/live.js';
import {
  blockExprs,
  flowOfProcess,
  instrExprs,
  stepSuccessors,
  terminatorExpr,
  visitExpr,
} from '../../compiler/ir/traverse.js';
import { type Control, controlOf } from './control.js';

export interface Cone {
  readonly cells: readonly boolean[];
  /** By process. */
  readonly locals: readonly (readonly boolean[])[];
  /** By process, by block: whether the way that its branch takes matters. */
  readonly branches: readonly (readonly boolean[])[];
  readonly control: readonly Control[];
}

/** @param deadlock whether it matters that a step leads to another state */
export function coneOfInfluence(graph: Graph, deadlock: boolean): Cone {
  const cells = new Members(graph.cells.length);
  const parts = graph.processes.map((process) => new Part(process, cells));
  for (const each of [...graph.invariants, ...graph.stepPredicates, ...graph.witnesses])
    addPredicate(each, cells);
  // An index that is not a constant reaches every element: the fields of all elements stay or go together.
  const fields = fieldsOf(graph);
  for (const part of parts) part.begin(deadlock);
  for (let size = -1; size !== cells.size + parts.reduce((sum, part) => sum + part.size, 0); ) {
    size = cells.size + parts.reduce((sum, part) => sum + part.size, 0);
    for (const members of fields)
      if (members.some((cell) => cells.has(cell))) for (const cell of members) cells.add(cell);
    for (const part of parts) part.advance();
  }
  return {
    cells: cells.all,
    locals: parts.map(({ locals }) => locals.all),
    branches: parts.map(({ branches }) => branches.all),
    control: parts.map(({ control }) => control),
  };
}

class Members {
  size = 0;
  readonly all: boolean[];

  constructor(count: number) {
    this.all = new Array<boolean>(count).fill(false);
  }

  has(member: number): boolean {
    return this.all[member] === true;
  }

  add(member: number): void {
    if (this.has(member)) return;
    this.all[member] = true;
    this.size++;
  }
}

/** What a process adds. */
class Part {
  readonly locals: Members;
  readonly branches: Members;
  /** Blocks with something that matters in them. */
  readonly #blocks: Members;
  readonly control: Control;

  constructor(
    readonly process: ProcessGraph,
    readonly cells: Members,
  ) {
    this.locals = new Members(process.locals.length);
    this.branches = new Members(process.blocks.length);
    this.#blocks = new Members(process.blocks.length);
    this.control = controlOf(process.blocks);
  }

  get size(): number {
    return this.locals.size + this.branches.size + this.#blocks.size;
  }

  /** How a step ends, what it asks, and what it checks matter in any case. */
  begin(deadlock: boolean): void {
    const { blocks, boundaries } = this.process;
    blocks.forEach(({ instrs, end }, block) => {
      if (end.to !== 'block' && end.to !== 'branch') this.#blocks.add(block);
      if (end.to === 'choose') this.#need(end.count);
      for (const instr of instrs) {
        if (instr.do !== 'check') continue;
        this.#blocks.add(block);
        this.#need(instr.test);
      }
    });
    for (const { rest } of boundaries) if (rest !== null) this.#need(rest);
    if (deadlock) this.#keepProgress();
  }

  advance(): void {
    const { blocks } = this.process;
    blocks.forEach(({ instrs }, block) => {
      for (const instr of instrs) {
        if (instr.do === 'check' || !this.matters(instr)) continue;
        this.#blocks.add(block);
        for (const expr of instrExprs(instr)) this.#need(expr);
      }
    });
    blocks.forEach((_, block) => {
      if (!this.#blocks.has(block)) return;
      for (const deciding of this.control.deciding[block] ?? []) {
        this.branches.add(deciding);
        this.#blocks.add(deciding);
      }
    });
    blocks.forEach(({ end }, block) => {
      const test = terminatorExpr(end);
      if (test !== null && this.branches.has(block)) this.#need(test);
    });
  }

  matters(instr: Instr): boolean {
    return isKept(instr, this.cells.all, this.locals.all);
  }

  /**
   * A step that ends where it began leads to another state only by what it writes: a process that goes in circles and
   * counts must not look stuck.
   */
  #keepProgress(): void {
    const { blocks, boundaries } = this.process;
    const live = liveness(flowOfProcess(this.process));
    boundaries.forEach(({ block: start }, boundary) => {
      const step = new Set([start]);
      let circles = false;
      // A set hands out what is added to it while it is walked through.
      for (const at of step) {
        const end = blocks[at]?.end;
        if (end === undefined) continue;
        circles ||= end.to === 'boundary' && end.boundary === boundary;
        for (const to of stepSuccessors(end)) step.add(to);
      }
      if (!circles) return;
      const kept = live.atBoundary[boundary] ?? new Uint32Array();
      const keepLocal = (local: number): void => {
        if (hasBit(kept, local)) this.locals.add(local);
      };
      for (const at of step) {
        const block = blocks[at];
        if (block?.end.to === 'choose') keepLocal(block.end.local);
        for (const instr of block?.instrs ?? []) {
          if (instr.do === 'store') for (const cell of reachedCells(instr.ref)) this.cells.add(cell);
          if (instr.do === 'set') keepLocal(instr.local);
        }
      }
    });
  }

  #need(expr: Expr): void {
    visitExpr(expr, (each) => {
      if (each.op === 'local') this.locals.add(each.local);
      if (each.op === 'load') addCells(each.ref, this.cells);
    });
  }
}

/** Whether an instruction is part of the slice. */
export function isKept(instr: Instr, cells: readonly boolean[], locals: readonly boolean[]): boolean {
  if (instr.do === 'check') return true;
  if (instr.do === 'set') return locals[instr.local] === true;
  return reachedCells(instr.ref).some((cell) => cells[cell] === true);
}

function addPredicate({ blocks }: PredicateGraph, cells: Members): void {
  for (const block of blocks)
    for (const expr of blockExprs(block))
      visitExpr(expr, (each) => {
        if (each.op === 'load') addCells(each.ref, cells);
      });
}

function addCells(ref: CellRef, cells: Members): void {
  for (const cell of reachedCells(ref)) cells.add(cell);
}

/** The cells of each field, over the elements of all vectors that it lies in. */
function fieldsOf({ cells }: Graph): readonly (readonly number[])[] {
  const fields = new Map<string, number[]>();
  cells.forEach(({ path }, cell) => {
    const pattern = path.map((part) => (typeof part === 'number' ? '*' : part)).join('.');
    const known = fields.get(pattern);
    if (known === undefined) fields.set(pattern, [cell]);
    else known.push(cell);
  });
  return [...fields.values()];
}
