/** Reading and rewriting graphs: one place that knows which parts an expression, instruction or terminator has. */
import type { Block, CellRef, Expr, Instr, PredicateGraph, ProcessGraph, Terminator } from './graph.js';

/** Calls `visit` for an expression and everything in it, outside first. */
export function visitExpr(expr: Expr, visit: (expr: Expr) => void): void {
  visit(expr);
  switch (expr.op) {
    case 'const':
    case 'local':
      return;
    case 'load':
      for (const index of expr.ref.indexes) visitExpr(index.value, visit);
      return;
    case 'unary':
    case 'recode':
      visitExpr(expr.operand, visit);
      return;
    case 'binary':
      visitExpr(expr.left, visit);
      visitExpr(expr.right, visit);
      return;
    case 'conditional':
      visitExpr(expr.test, visit);
      visitExpr(expr.then, visit);
      visitExpr(expr.else, visit);
      return;
    default:
      return expr satisfies never;
  }
}

/** The expressions that an instruction evaluates itself: its value or test and the indexes of its target. */
export function instrExprs(instr: Instr): readonly Expr[] {
  switch (instr.do) {
    case 'set':
      return [instr.value];
    case 'store':
      if (instr.ref.indexes.length === 0) return [instr.value];
      return [...instr.ref.indexes.map((index) => index.value), instr.value];
    case 'check':
      return [instr.test];
    default:
      return instr satisfies never;
  }
}

export function terminatorExpr(end: Terminator): Expr | null {
  if (end.to === 'branch') return end.test;
  if (end.to === 'choose') return end.count;
  return null;
}

/** Every expression of a block, outermost only. */
export function blockExprs(block: Block): readonly Expr[] {
  const end = terminatorExpr(block.end);
  const exprs = block.instrs.flatMap(instrExprs);
  return end === null ? exprs : [...exprs, end];
}

/** Calls `visit` for each local that the expression reads. */
export function visitLocals(expr: Expr, visit: (local: number) => void): void {
  switch (expr.op) {
    case 'const':
      return;
    case 'local':
      return visit(expr.local);
    case 'load':
      for (const index of expr.ref.indexes) visitLocals(index.value, visit);
      return;
    case 'unary':
    case 'recode':
      return visitLocals(expr.operand, visit);
    case 'binary':
      visitLocals(expr.left, visit);
      return visitLocals(expr.right, visit);
    case 'conditional':
      visitLocals(expr.test, visit);
      visitLocals(expr.then, visit);
      return visitLocals(expr.else, visit);
    default:
      return expr satisfies never;
  }
}

/** Calls `visit` for each cell reference that the expression loads from the current (or `before`) state. */
export function visitLoads(expr: Expr, visit: (ref: CellRef) => void): void {
  visitExpr(expr, (each) => {
    if (each.op === 'load') visit(each.ref);
  });
}

/** The blocks that control may go to from the end of a block within the same step. */
export function stepSuccessors(end: Terminator): readonly number[] {
  switch (end.to) {
    case 'block':
    case 'passed':
    case 'choose':
      return [end.block];
    case 'branch':
      return [end.then, end.else];
    case 'boundary':
    case 'end':
    case 'disabled':
    case 'failure':
      return [];
    default:
      return end satisfies never;
  }
}

/** The blocks that control may go to from the end of a block, in this step or the next. */
export function successors(
  end: Terminator,
  boundaries: readonly { readonly block: number }[],
): readonly number[] {
  if (end.to !== 'boundary') return stepSuccessors(end);
  const point = boundaries[end.boundary];
  return point === undefined ? [] : [point.block];
}

/** Rewrites an expression from the inside out: `replace` sees each node with its parts already replaced. */
export function mapExpr(expr: Expr, replace: (expr: Expr) => Expr): Expr {
  switch (expr.op) {
    case 'const':
    case 'local':
      return replace(expr);
    case 'load': {
      const ref = mapRef(expr.ref, replace);
      return replace(ref === expr.ref ? expr : { ...expr, ref });
    }
    case 'unary':
    case 'recode': {
      const operand = mapExpr(expr.operand, replace);
      return replace(operand === expr.operand ? expr : { ...expr, operand });
    }
    case 'binary': {
      const left = mapExpr(expr.left, replace);
      const right = mapExpr(expr.right, replace);
      return replace(left === expr.left && right === expr.right ? expr : { ...expr, left, right });
    }
    case 'conditional': {
      const test = mapExpr(expr.test, replace);
      const then = mapExpr(expr.then, replace);
      const otherwise = mapExpr(expr.else, replace);
      return replace(
        test === expr.test && then === expr.then && otherwise === expr.else
          ? expr
          : { op: 'conditional', test, then, else: otherwise },
      );
    }
    default:
      return expr satisfies never;
  }
}

export function mapRef(ref: CellRef, replace: (expr: Expr) => Expr): CellRef {
  let changed = false;
  const indexes = ref.indexes.map((index) => {
    const value = mapExpr(index.value, replace);
    if (value === index.value) return index;
    changed = true;
    return { ...index, value };
  });
  return changed ? { base: ref.base, indexes } : ref;
}

/** Rewrites the expressions of an instruction; its target stays. */
export function mapInstr(instr: Instr, replace: (expr: Expr) => Expr): Instr {
  switch (instr.do) {
    case 'set': {
      const value = mapExpr(instr.value, replace);
      return value === instr.value ? instr : { do: 'set', local: instr.local, value };
    }
    case 'store': {
      const ref = mapRef(instr.ref, replace);
      const value = mapExpr(instr.value, replace);
      return ref === instr.ref && value === instr.value ? instr : { do: 'store', ref, value };
    }
    case 'check': {
      const test = mapExpr(instr.test, replace);
      return test === instr.test ? instr : { do: 'check', test, failure: instr.failure };
    }
    default:
      return instr satisfies never;
  }
}

export function mapTerminator(end: Terminator, replace: (expr: Expr) => Expr): Terminator {
  if (end.to === 'branch') {
    const test = mapExpr(end.test, replace);
    return test === end.test ? end : { ...end, test };
  }
  if (end.to === 'choose') {
    const count = mapExpr(end.count, replace);
    return count === end.count ? end : { ...end, count };
  }
  return end;
}

/** The same terminator with other targets. */
export function retarget(
  end: Terminator,
  block: (block: number) => number,
  boundary: (boundary: number) => number = (same) => same,
): Terminator {
  switch (end.to) {
    case 'block':
    case 'passed':
    case 'choose': {
      const target = block(end.block);
      return target === end.block ? end : { ...end, block: target };
    }
    case 'branch': {
      const then = block(end.then);
      const otherwise = block(end.else);
      return then === end.then && otherwise === end.else
        ? end
        : { to: 'branch', test: end.test, then, else: otherwise };
    }
    case 'boundary': {
      const target = boundary(end.boundary);
      return target === end.boundary ? end : { to: 'boundary', boundary: target };
    }
    case 'end':
    case 'disabled':
    case 'failure':
      return end;
    default:
      return end satisfies never;
  }
}

/** Whether two expressions are written the same. */
export function sameExpr(a: Expr, b: Expr): boolean {
  if (a === b) return true;
  switch (a.op) {
    case 'const':
      return b.op === 'const' && a.value === b.value;
    case 'local':
      return b.op === 'local' && a.local === b.local;
    case 'load':
      return b.op === 'load' && a.state === b.state && sameRef(a.ref, b.ref);
    case 'unary':
      return b.op === 'unary' && a.operator === b.operator && sameExpr(a.operand, b.operand);
    case 'binary':
      return (
        b.op === 'binary' &&
        a.operator === b.operator &&
        sameExpr(a.left, b.left) &&
        sameExpr(a.right, b.right)
      );
    case 'conditional':
      return (
        b.op === 'conditional' &&
        sameExpr(a.test, b.test) &&
        sameExpr(a.then, b.then) &&
        sameExpr(a.else, b.else)
      );
    case 'recode':
      return (
        b.op === 'recode' &&
        a.lo === b.lo &&
        a.table.length === b.table.length &&
        a.table.every((entry, i) => entry === b.table[i]) &&
        sameExpr(a.operand, b.operand)
      );
    default:
      return a satisfies never;
  }
}

export function sameRef(a: CellRef, b: CellRef): boolean {
  return a.base === b.base && sameIndexes(a, b);
}

/** Whether two references go through the same elements, so that a different base means a different cell. */
export function sameIndexes(a: CellRef, b: CellRef): boolean {
  return (
    a.indexes.length === b.indexes.length &&
    a.indexes.every((index, i) => {
      const other = b.indexes[i];
      return other !== undefined && index.stride === other.stride && sameExpr(index.value, other.value);
    })
  );
}

/** The part that a process and a predicate have in common: what the passes work on. */
export interface Flow {
  readonly entry: number;
  readonly blocks: readonly Block[];
  readonly boundaries: ProcessGraph['boundaries'];
  readonly locals: ProcessGraph['locals'];
  /** The local that is read when control reaches `end`: a predicate's result. */
  readonly result: number | null;
}

export function flowOfProcess(process: ProcessGraph): Flow {
  return { ...process, result: null };
}

export function flowOfPredicate(predicate: PredicateGraph): Flow {
  return { ...predicate, boundaries: [] };
}
