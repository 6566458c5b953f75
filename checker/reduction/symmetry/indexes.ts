/**
 * What can get into an index: the cells and locals whose values must be told apart to know which element a step touches.
 * Every other value can stay a symbol.
 */
import type { Expr, Graph } from '../../compiler/ir/graph.js';
import { reachedCells } from '../../compiler/passes/footprint.js';
import { blockExprs, visitExpr } from '../../compiler/ir/traverse.js';

export interface IndexValues {
  readonly cells: ReadonlySet<number>;
  /** By process, then by invariant, step predicate and witness. */
  readonly locals: readonly ReadonlySet<number>[];
}

export function indexValues(graph: Graph): IndexValues {
  const cells = new Set<number>();
  const flows = [...graph.processes, ...graph.invariants, ...graph.stepPredicates, ...graph.witnesses];
  const locals = flows.map(() => new Set<number>());
  /** What an expression's own value is made of: the operands of a comparison do not get into it. */
  const addParts = (expr: Expr, own: Set<number>): void => {
    if (expr.op === 'local') own.add(expr.local);
    else if (expr.op === 'load') for (const cell of reachedCells(expr.ref)) cells.add(cell);
    else if (expr.op === 'unary' || expr.op === 'recode') addParts(expr.operand, own);
    else if (expr.op === 'conditional') {
      addParts(expr.then, own);
      addParts(expr.else, own);
    } else if (expr.op === 'binary' && !COMPARISONS.has(expr.operator)) {
      addParts(expr.left, own);
      addParts(expr.right, own);
    }
  };
  for (let size = -1; size !== cells.size + locals.reduce((sum, own) => sum + own.size, 0); ) {
    size = cells.size + locals.reduce((sum, own) => sum + own.size, 0);
    for (const [i, flow] of flows.entries()) {
      const own = locals[i] ?? new Set();
      for (const block of flow.blocks) {
        for (const expr of blockExprs(block))
          visitExpr(expr, (each) => {
            if (each.op === 'load') for (const { value } of each.ref.indexes) addParts(value, own);
          });
        for (const instr of block.instrs) {
          if (instr.do === 'set' && own.has(instr.local)) addParts(instr.value, own);
          if (instr.do !== 'store') continue;
          for (const { value } of instr.ref.indexes) addParts(value, own);
          if (reachedCells(instr.ref).some((cell) => cells.has(cell))) addParts(instr.value, own);
        }
      }
    }
  }
  return { cells, locals };
}

const COMPARISONS: ReadonlySet<string> = new Set(['===', '!==', '<', '<=', '>', '>=']);
