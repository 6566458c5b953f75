/**
 * Whether two pieces of code are the same but for a renaming of the shared state: where the one has a cell or a value, the
 * other has what the renaming makes of it. Locals are the same in both.
 */
import type { CellRef, Expr, Graph, Instr } from '../../compiler/ir/graph.js';
import { applyBinary } from '../../compiler/ir/operators.js';
import { reachedCells } from '../../compiler/passes/footprint.js';
import type { Renaming } from './renaming.js';

/** What becomes of a value: from the least of a domain on; null if it stays. */
interface Table {
  readonly lo: number;
  readonly values: readonly number[];
}

export class Matching {
  constructor(
    readonly graph: Graph,
    readonly renaming: Renaming,
    /** Whether two failures are the same. */
    readonly sameFailure: (left: number, right: number) => boolean,
  ) {}

  instr(left: Instr, right: Instr): boolean {
    if (left.do === 'check')
      return (
        right.do === 'check' &&
        this.sameFailure(left.failure, right.failure) &&
        this.expr(left.test, right.test)
      );
    if (left.do === 'set')
      return right.do === 'set' && left.local === right.local && this.expr(left.value, right.value);
    if (right.do !== 'store' || !this.#refs(left.ref, right.ref)) return false;
    const table = this.#tableOf(left.ref);
    return table !== undefined && this.#value(left.value, right.value, table);
  }

  /** Whether the one, in any state, has the value that the other has in the renamed state. */
  expr(left: Expr, right: Expr): boolean {
    return this.#value(left, right, null);
  }

  /** Whether the value of the one becomes that of the other. */
  #value(left: Expr, right: Expr, table: Table | null): boolean {
    switch (left.op) {
      case 'const':
        return right.op === 'const' && right.value === (table?.values[left.value - table.lo] ?? left.value);
      case 'local':
        return table === null && right.op === 'local' && left.local === right.local;
      case 'load':
        return (
          right.op === 'load' &&
          left.state === right.state &&
          sameTable(this.#tableOf(left.ref), table) &&
          this.#refs(left.ref, right.ref)
        );
      case 'conditional':
        return (
          right.op === 'conditional' &&
          this.expr(left.test, right.test) &&
          this.#value(left.then, right.then, table) &&
          this.#value(left.else, right.else, table)
        );
      case 'unary':
        return (
          table === null &&
          right.op === 'unary' &&
          left.operator === right.operator &&
          this.expr(left.operand, right.operand)
        );
      case 'recode':
        return (
          table === null &&
          right.op === 'recode' &&
          left.lo === right.lo &&
          left.table.join() === right.table.join() &&
          this.expr(left.operand, right.operand)
        );
      case 'binary':
        return (
          table === null &&
          right.op === 'binary' &&
          left.operator === right.operator &&
          this.#binary(left, right)
        );
      default:
        return left satisfies never;
    }
  }

  #binary(left: Expr & { op: 'binary' }, right: Expr & { op: 'binary' }): boolean {
    const renamed = [left.left, left.right]
      .map((each) => (each.op === 'load' ? this.#tableOf(each.ref) : null))
      .find((each) => each !== null);
    if (renamed === undefined || left.operator === '===' || left.operator === '!==') {
      const table = renamed ?? null;
      return this.#value(left.left, right.left, table) && this.#value(left.right, right.right, table);
    }
    // `writer < 0`: true of a value exactly if it is of what becomes of that.
    const { operator } = left;
    if (left.right.op !== 'const' || right.right.op !== 'const' || left.right.value !== right.right.value)
      return false;
    const bound = left.right.value;
    return (
      renamed.values.every(
        (to, i) => applyBinary(operator, renamed.lo + i, bound) === applyBinary(operator, to, bound),
      ) && this.#value(left.left, right.left, renamed)
    );
  }

  #refs(left: CellRef, right: CellRef): boolean {
    const sameIndexes =
      left.indexes.length === right.indexes.length &&
      left.indexes.every(({ value, stride, length }, i) => {
        const other = right.indexes[i];
        return stride === other?.stride && length === other.length && this.expr(value, other.value);
      });
    if (!sameIndexes) return false;
    const targets = reachedCells(right);
    return reachedCells(left).every((cell, i) => this.renaming.cells[cell] === targets[i]);
  }

  /** What becomes of the values of the cells that a reference reaches; undefined if they differ in that. */
  #tableOf(ref: CellRef): Table | null | undefined {
    const tables = reachedCells(ref).map((cell): Table | null => {
      const values = this.renaming.values[cell] ?? null;
      return values === null ? null : { values, lo: this.graph.cells[cell]?.domain.lo ?? 0 };
    });
    const [first = null] = tables;
    return tables.every((each) => sameTable(each, first)) ? first : undefined;
  }
}

function sameTable(a: Table | null | undefined, b: Table | null): boolean {
  if (a === undefined) return false;
  if (a === null || b === null) return a === b;
  return a.lo === b.lo && a.values.join() === b.values.join();
}
