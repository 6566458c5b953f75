/**
 * Expressions and blocks as closures that compute with sets of values. What they compute covers every execution that
 * agrees with the facts that were asked for.
 */
import type { BinaryOperator, UnaryOperator } from '../../compiler/ir/program.js';
import { applyBinary, applyUnary } from '../../compiler/ir/operators.js';
import type { CellRef, Expr, Instr, ProcessGraph, Terminator } from '../../compiler/ir/graph.js';
import { reachedCells } from '../../compiler/passes/footprint.js';
import { hasBit, type Liveness } from '../../compiler/passes/live.js';
import type {
  AbstractBranch,
  AbstractEnd,
  AbstractInstr,
  AbstractProcess,
  Run,
  Truth,
} from './abstract-process.js';
import { meetingOf } from './meetings.js';
import { loads, type Relevance } from './relevance.js';
import { join, MOST_NUMBERS, type Value, valueOfNumbers } from './value-sets.js';

type Evaluate = (run: Run) => Value;
type Test = (run: Run) => Truth;
type Refine = (run: Run) => boolean;

export function abstractProcess(
  process: ProcessGraph,
  cells: Relevance['cells'],
  locals: Uint8Array,
  live: Liveness,
): AbstractProcess {
  return new Writer(cells, locals, live).process(process);
}

class Writer {
  constructor(
    readonly cells: Relevance['cells'],
    readonly locals: Uint8Array,
    readonly live: Liveness,
  ) {}

  process(process: ProcessGraph): AbstractProcess {
    const starts = process.blocks.map((_, block) => this.live.atStart(block));
    return {
      isLive: (block, local) => hasBit(starts[block] ?? new Uint32Array(), local),
      blocks: process.blocks.map(({ instrs, end }) => ({
        instrs: instrs.flatMap((each) => this.#instr(each)),
        end: this.#end(end, process),
      })),
      boundaries: process.boundaries.map(({ block, rest }) => {
        const touch = rest === null ? null : this.#touch(rest);
        return { block, rest: touch };
      }),
    };
  }

  #instr(instr: Instr): AbstractInstr[] {
    switch (instr.do) {
      case 'check': {
        const { test, holds } = this.#branch(instr.test);
        return [
          (run) => {
            const truth = test(run);
            if (truth !== 1) run.mayFail = true;
            return truth === 1 || (truth === 2 && holds(run));
          },
        ];
      }
      case 'set': {
        const { local } = instr;
        if (this.locals[local] === 0) {
          const touch = this.#touch(instr.value);
          return [
            (run) => {
              run.setData(local);
              return touch === null || touch(run);
            },
          ];
        }
        const value = this.#value(instr.value);
        return [
          (run) => {
            run.setLocal(local, value(run));
            return true;
          },
        ];
      }
      case 'store': {
        const places = this.#places(instr.ref);
        if (reachedCells(instr.ref).some((cell) => this.cells[cell] !== 0)) {
          const value = this.#value(instr.value);
          return [
            (run) => {
              const to = places(run);
              run.store(to, value(run));
              return true;
            },
          ];
        }
        const touch = this.#touch(instr.value);
        return [
          (run) => {
            run.store(places(run), null);
            return touch === null || touch(run);
          },
        ];
      }
      default:
        return instr satisfies never;
    }
  }

  #end(end: Terminator, process: ProcessGraph): AbstractEnd {
    switch (end.to) {
      case 'branch': {
        const { meeting, mayBeIdle } = meetingOf(process.blocks, end.then, end.else);
        const sides = { then: end.then, else: end.else, meeting, mayBeIdle };
        return { to: 'branch', ...sides, ...this.#branch(end.test) };
      }
      case 'choose': {
        const local = this.locals[end.local] === 0 ? null : end.local;
        return { to: 'choose', local, count: this.#value(end.count), block: end.block };
      }
      case 'passed':
        return { to: 'block', block: end.block };
      default:
        return end;
    }
  }

  #branch(test: Expr): AbstractBranch {
    return { test: this.#test(test), holds: this.#refine(test, true), fails: this.#refine(test, false) };
  }

  #test(expr: Expr): Test {
    if (expr.op === 'unary' && expr.operator === '!') {
      const operand = this.#test(expr.operand);
      return (run) => {
        const truth = operand(run);
        return truth === 2 ? 2 : truth === 1 ? 0 : 1;
      };
    }
    if (expr.op === 'binary' && expr.operator === '&&') {
      const left = this.#test(expr.left);
      const right = this.#test(expr.right);
      return (run) => {
        const first = left(run);
        if (first === 0) return 0;
        const second = right(run);
        return second === 0 ? 0 : first === 1 ? second : 2;
      };
    }
    if (expr.op === 'binary' && expr.operator === '||') {
      const left = this.#test(expr.left);
      const right = this.#test(expr.right);
      return (run) => {
        const first = left(run);
        if (first === 1) return 1;
        const second = right(run);
        return second === 1 ? 1 : first === 0 ? second : 2;
      };
    }
    const value = this.#value(expr);
    return (run) => truthOf(run, value(run));
  }

  #value(expr: Expr): Evaluate {
    switch (expr.op) {
      case 'const': {
        const { value } = expr;
        return () => value;
      }
      case 'local': {
        const { local } = expr;
        return (run) => run.locals[local] ?? null;
      }
      case 'load': {
        const places = this.#places(expr.ref);
        return (run) => run.load(places(run));
      }
      case 'unary': {
        if (expr.operator === '!') return truthValue(this.#test(expr));
        const operand = this.#value(expr.operand);
        const { operator } = expr;
        return (run) => mapped(run, operand(run), unary[operator]);
      }
      case 'recode': {
        const operand = this.#value(expr.operand);
        const { table, lo } = expr;
        return (run) => mapped(run, operand(run), (value) => table[value - lo] ?? null);
      }
      case 'binary': {
        if (expr.operator === '&&' || expr.operator === '||') return truthValue(this.#test(expr));
        const left = this.#value(expr.left);
        const right = this.#value(expr.right);
        const { operator } = expr;
        const isComparison = comparisons.has(operator);
        return (run) => {
          const a = left(run);
          const b = right(run);
          if (typeof a === 'number' && typeof b === 'number') return applyBinary(operator, a, b);
          const result = combined(run, a, b, operator);
          return result === null && isComparison ? eitherBit : result;
        };
      }
      case 'conditional': {
        const test = this.#test(expr.test);
        const holds = this.#value(expr.then);
        const fails = this.#value(expr.else);
        return (run) => {
          const truth = test(run);
          if (truth === 1) return holds(run);
          return truth === 0 ? fails(run) : join(holds(run), fails(run));
        };
      }
      default:
        return expr satisfies never;
    }
  }

  /** Reads what an expression reads whose value does not matter; null if that is nothing. */
  #touch(expr: Expr): AbstractInstr | null {
    if (!loads(expr)) return null;
    switch (expr.op) {
      case 'const':
      case 'local':
        return null;
      case 'load': {
        const places = this.#places(expr.ref);
        return (run) => {
          run.touch(places(run));
          return true;
        };
      }
      case 'unary':
      case 'recode':
        return this.#touch(expr.operand);
      case 'binary': {
        const right = this.#touch(expr.right);
        if ((expr.operator === '&&' || expr.operator === '||') && right !== null) {
          const left = this.#test(expr.left);
          const without = expr.operator === '&&' ? 0 : 1;
          return (run) => left(run) === without || right(run);
        }
        return both(this.#touch(expr.left), right);
      }
      case 'conditional': {
        const holds = this.#touch(expr.then);
        const fails = this.#touch(expr.else);
        if (holds === null && fails === null) return this.#touch(expr.test);
        const test = this.#test(expr.test);
        return (run) => {
          const truth = test(run);
          if (truth !== 0) holds?.(run);
          if (truth !== 1) fails?.(run);
          return true;
        };
      }
      default:
        return expr satisfies never;
    }
  }

  #places(ref: CellRef): (run: Run) => number | readonly number[] {
    const { base, indexes } = ref;
    if (indexes.length === 0) return () => base;
    const parts = indexes.map(({ value, stride, length }) => ({ value: this.#value(value), stride, length }));
    const [only] = parts;
    if (parts.length === 1 && only !== undefined) {
      const { value, stride, length } = only;
      return (run) => {
        const index = value(run);
        if (typeof index === 'number') return base + index * stride;
        return shifted([base], run.settle(index), stride, length);
      };
    }
    return (run) => {
      let places: readonly number[] = [base];
      for (const { value, stride, length } of parts)
        places = shifted(places, run.settle(value(run)), stride, length);
      const [first] = places;
      return places.length === 1 && first !== undefined ? first : places;
    };
  }

  #refine(test: Expr, wanted: boolean): Refine {
    if (test.op === 'unary' && test.operator === '!') return this.#refine(test.operand, !wanted);
    if (test.op === 'binary' && test.operator === (wanted ? '&&' : '||')) {
      const left = this.#refine(test.left, wanted);
      const right = this.#refine(test.right, wanted);
      return (run) => left(run) && right(run);
    }
    const variable = onlyVariable(test);
    if (variable === null) return () => true;
    const evaluate = this.#test(test);
    const excluded: Truth = wanted ? 0 : 1;
    return (run) => run.refine(variable, (again) => evaluate(again) !== excluded);
  }
}

/** A local, or a cell (as -1 - cell). */
function onlyVariable(expr: Expr): number | null {
  const variables = new Set<number>();
  let isSimple = true;
  const visit = (each: Expr): void => {
    switch (each.op) {
      case 'const':
        return;
      case 'local':
        variables.add(each.local);
        return;
      case 'load':
        if (each.ref.indexes.length > 0) isSimple = false;
        variables.add(-1 - each.ref.base);
        return;
      case 'unary':
      case 'recode':
        return visit(each.operand);
      case 'binary':
        visit(each.left);
        return visit(each.right);
      case 'conditional':
        visit(each.test);
        visit(each.then);
        return visit(each.else);
      default:
        return each satisfies never;
    }
  };
  visit(expr);
  const [first] = variables;
  return isSimple && variables.size === 1 && first !== undefined ? first : null;
}

function shifted(
  places: readonly number[],
  index: number | readonly number[] | null,
  stride: number,
  length: number,
): readonly number[] {
  if (typeof index === 'number') return places.map((place) => place + index * stride);
  const steps =
    index === null ? Array.from({ length }, (_, i) => i) : index.filter((i) => i >= 0 && i < length);
  return places.flatMap((place) => steps.map((i) => place + i * stride));
}

function both(a: AbstractInstr | null, b: AbstractInstr | null): AbstractInstr | null {
  if (a === null || b === null) return a ?? b;
  return (run) => a(run) && b(run);
}

const bits = [0, 1] as const;
const eitherBit: Value = valueOfNumbers(bits);

function truthValue(test: Test): Evaluate {
  return (run) => {
    const truth = test(run);
    return truth === 2 ? eitherBit : truth;
  };
}

function truthOf(run: Run, value: Value): Truth {
  if (typeof value === 'number') return value === 0 ? 0 : 1;
  const numbers = run.settle(value);
  if (numbers === null) return 2;
  if (typeof numbers === 'number') return numbers === 0 ? 0 : 1;
  if (!numbers.includes(0)) return 1;
  return numbers.length === 1 ? 0 : 2;
}

/** @param apply null where the operand is not possible, because a check would have failed */
function mapped(run: Run, value: Value, apply: (operand: number) => number | null): Value {
  const numbers = run.settle(value);
  if (numbers === null) return null;
  if (typeof numbers === 'number') return apply(numbers);
  return distinct(numbers.map(apply).filter((each) => each !== null));
}

function combined(run: Run, left: Value, right: Value, operator: BinaryOperator): Value {
  const a = run.settle(left);
  const b = run.settle(right);
  if (a === null || b === null) return null;
  if (typeof a === 'number' && typeof b === 'number') return applyBinary(operator, a, b);
  const lefts = typeof a === 'number' ? [a] : a;
  const rights = typeof b === 'number' ? [b] : b;
  run.fuel -= (lefts.length * rights.length) >> 3;
  const results: number[] = [];
  for (const x of lefts) {
    for (const y of rights) {
      const result = applyBinary(operator, x, y);
      if (!results.includes(result)) results.push(result);
    }
    if (results.length > MOST_NUMBERS) return null;
  }
  return valueOfNumbers(results);
}

function distinct(numbers: readonly number[]): Value {
  return numbers.length === 0 ? null : valueOfNumbers([...new Set(numbers)]);
}

const comparisons: ReadonlySet<BinaryOperator> = new Set(['<', '<=', '>', '>=', '===', '!==']);
const unary: Readonly<Record<UnaryOperator, (operand: number) => number>> = {
  '!': (operand) => applyUnary('!', operand),
  '-': (operand) => applyUnary('-', operand),
  '~': (operand) => applyUnary('~', operand),
};
