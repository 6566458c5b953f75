/**
 * Which cells and locals can decide where control goes or which element an index picks. The others are data: nobody
 * needs to know their values to know what a step touches.
 */
import type { CellRef, Expr, Graph } from '../../compiler/ir/graph.js';
import { reachedCells } from '../../compiler/passes/footprint.js';
import { visitLoads } from '../../compiler/ir/traverse.js';

export interface Relevance {
  readonly cells: Uint8Array;
  /** By process. */
  readonly locals: readonly Uint8Array[];
}

export function relevance(graph: Graph): Relevance {
  const cells = new Uint8Array(graph.cells.length);
  const locals = graph.processes.map((process) => new Uint8Array(process.locals.length));
  let changed = true;

  const need = (expr: Expr, own: Uint8Array): void => {
    switch (expr.op) {
      case 'const':
        return;
      case 'local':
        changed ||= own[expr.local] === 0;
        own[expr.local] = 1;
        return;
      case 'load':
        for (const cell of reachedCells(expr.ref)) {
          changed ||= cells[cell] === 0;
          cells[cell] = 1;
        }
        return needIndexes(expr.ref, own);
      case 'unary':
      case 'recode':
        return need(expr.operand, own);
      case 'binary':
        need(expr.left, own);
        return need(expr.right, own);
      case 'conditional':
        need(expr.test, own);
        need(expr.then, own);
        return need(expr.else, own);
      default:
        return expr satisfies never;
    }
  };
  const needIndexes = (ref: CellRef, own: Uint8Array): void => {
    for (const { value } of ref.indexes) need(value, own);
  };
  /** What decides which cells the evaluation of data reads. */
  const needWithin = (expr: Expr, own: Uint8Array): void => {
    switch (expr.op) {
      case 'const':
      case 'local':
        return;
      case 'load':
        return needIndexes(expr.ref, own);
      case 'unary':
      case 'recode':
        return needWithin(expr.operand, own);
      case 'binary':
        if ((expr.operator === '&&' || expr.operator === '||') && loads(expr.right)) need(expr.left, own);
        else needWithin(expr.left, own);
        return needWithin(expr.right, own);
      case 'conditional':
        if (loads(expr.then) || loads(expr.else)) need(expr.test, own);
        else needWithin(expr.test, own);
        needWithin(expr.then, own);
        return needWithin(expr.else, own);
      default:
        return expr satisfies never;
    }
  };

  while (changed) {
    changed = false;
    graph.processes.forEach((process, index) => {
      const own = locals[index] ?? new Uint8Array();
      for (const { instrs, end } of process.blocks) {
        for (const instr of instrs) {
          if (instr.do === 'check') need(instr.test, own);
          else if (instr.do === 'set') {
            if (own[instr.local] !== 0) need(instr.value, own);
            else needWithin(instr.value, own);
          } else {
            needIndexes(instr.ref, own);
            if (reachedCells(instr.ref).some((cell) => cells[cell] !== 0)) need(instr.value, own);
            else needWithin(instr.value, own);
          }
        }
        if (end.to === 'branch') need(end.test, own);
        if (end.to === 'choose') need(end.count, own);
      }
      for (const { rest } of process.boundaries) if (rest !== null) needWithin(rest, own);
    });
  }
  return { cells, locals };
}

/** Whether evaluating the expression reads a cell. */
export function loads(expr: Expr): boolean {
  let found = false;
  visitLoads(expr, () => {
    found = true;
  });
  return found;
}
