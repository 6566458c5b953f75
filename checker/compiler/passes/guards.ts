/** Model errors other than assertions: emits the checks that cannot be decided while inlining, and uses their outcome. */
import type { Domain, Expr } from '../ir/graph.js';
import type { BinaryOperator, Span } from '../ir/program.js';
import { MIRRORS, OPPOSITES } from '../ir/operators.js';
import { sameExpr } from '../ir/traverse.js';
import type { CallFrame, Context } from './context.js';
import type { Emitter } from './emitter.js';
import {
  ANY,
  BOOLEAN,
  binaryInterval,
  disjoint,
  hull,
  type Interval,
  isPoint,
  meet,
  point,
  unaryInterval,
  within,
} from './intervals.js';
import { binaryValue, constantValue, isTrivial, type Value, valueOf } from './values.js';

export class Guards {
  constructor(
    private readonly context: Context,
    private readonly emitter: Emitter,
  ) {}

  /** A model error unless the test holds. */
  check(test: Value, failure: () => number): void {
    if (isPoint(test)) {
      if (test.lo === 0) this.emitter.end({ to: 'failure', failure: failure() });
      return;
    }
    if (!this.#justChecked(test.expr))
      this.emitter.push({ do: 'check', test: test.expr, failure: failure() });
    this.narrow(test.expr, true);
  }

  /** An index, checked to be within a vector. */
  index(value: Value, length: number, place: () => string, frame: CallFrame, span: Span): Value {
    const range = { lo: 0, hi: length - 1 };
    if (length > 0 && within(value, range)) return value;
    const bounds = length > 0 ? `0..${length - 1}` : 'the empty vector';
    const which = isPoint(value) ? `index ${value.lo}` : 'the index';
    const failure = (): number =>
      this.context.failure('index', `${place()}: ${which} is outside ${bounds}`, frame, span);
    if (length === 0) {
      this.check(constantValue(0), failure);
      return constantValue(0);
    }
    return this.#inRange(value, range, failure, frame, span) ?? constantValue(0);
  }

  /** A value, checked to be within the domain of what it is stored in. */
  domain(value: Value, domain: Domain | null, name: () => string, frame: CallFrame, span: Span): Value {
    if (domain === null || within(value, domain)) return value;
    const what = isPoint(value) ? `value ${value.lo}` : 'the value';
    const failure = (): number =>
      this.context.failure('domain', `${name()}: ${what} is outside ${domainText(domain)}`, frame, span);
    return this.#inRange(value, domain, failure, frame, span) ?? constantValue(domain.lo);
  }

  /** The result of an operator, checked to be a signed 32-bit integer. */
  arithmetic(value: Value, text: () => string, frame: CallFrame, span: Span): Value {
    if (within(value, ANY)) return value;
    const failure = (): number =>
      this.context.failure('arithmetic', `${text()}: the result is outside 32 bits`, frame, span);
    if (disjoint(value, ANY)) {
      this.check(constantValue(0), failure);
      return constantValue(0);
    }
    this.check(rangeTest(value, ANY), failure);
    return valueOf(value.expr, meet(value, ANY));
  }

  divisor(value: Value, text: () => string, frame: CallFrame, span: Span): void {
    this.check(binaryValue('!==', value, constantValue(0)), () =>
      this.context.failure('arithmetic', `division by zero: ${text()} is 0`, frame, span),
    );
  }

  /** Keeps a value in a local of its own, unless it is as short as one. */
  hoist(value: Value, frame: CallFrame, span: Span): Value {
    return isTrivial(value.expr) ? value : this.keep(value, frame, span);
  }

  /** Keeps a value in a local of its own. */
  keep(value: Value, frame: CallFrame, span: Span): Value {
    const name = `${frame.fn.name}.$${this.emitter.locals.length}`;
    const local = this.emitter.newLocal(name, span, null, 'fixed');
    this.emitter.set(local, value);
    return this.emitter.local(local);
  }

  /** Uses that on this path the test came out as `truth`. */
  narrow(test: Expr, truth: boolean): void {
    if (test.op === 'local') this.emitter.narrow(test, point(truth ? 1 : 0));
    else if (test.op === 'unary' && test.operator === '!') this.narrow(test.operand, !truth);
    else if (test.op === 'binary') {
      const { operator, left, right } = test;
      if (operator === '&&' || operator === '||') {
        if (truth !== (operator === '&&')) return;
        this.narrow(left, truth);
        this.narrow(right, truth);
        return;
      }
      const opposite = OPPOSITES[operator];
      const mirrored = MIRRORS[operator];
      if (opposite === undefined || mirrored === undefined) return;
      const holds = truth ? operator : opposite;
      this.#narrowSide(left, holds, right);
      this.#narrowSide(right, truth ? mirrored : (OPPOSITES[mirrored] ?? mirrored), left);
    }
  }

  /** The value within the range, or null if it never is. */
  #inRange(value: Value, range: Interval, failure: () => number, frame: CallFrame, span: Span): Value | null {
    if (disjoint(value, range)) {
      this.check(constantValue(0), failure);
      return null;
    }
    const short = this.hoist(value, frame, span);
    this.check(rangeTest(short, range), failure);
    return valueOf(short.expr, meet(short, range));
  }

  /** Whether the instructions just before contain the same check: the fields of one record share their index. */
  #justChecked(test: Expr): boolean {
    const instrs = this.emitter.instrs();
    for (let i = instrs.length - 1; i >= 0; i--) {
      const instr = instrs[i];
      if (instr?.do !== 'check') return false;
      if (sameExpr(instr.test, test)) return true;
    }
    return false;
  }

  #narrowSide(side: Expr, operator: BinaryOperator, other: Expr): void {
    if (side.op !== 'local') return;
    const { lo, hi } = this.#intervalOf(other);
    const own = this.emitter.intervalOf(side.local);
    if (operator === '<') this.emitter.narrow(side, { lo: own.lo, hi: hi - 1 });
    else if (operator === '<=') this.emitter.narrow(side, { lo: own.lo, hi });
    else if (operator === '>') this.emitter.narrow(side, { lo: lo + 1, hi: own.hi });
    else if (operator === '>=') this.emitter.narrow(side, { lo, hi: own.hi });
    else if (operator === '===') this.emitter.narrow(side, { lo, hi });
    else if (operator === '!==' && lo === hi && own.lo < own.hi) {
      if (own.lo === lo) this.emitter.narrow(side, { lo: lo + 1, hi: own.hi });
      if (own.hi === lo) this.emitter.narrow(side, { lo: own.lo, hi: lo - 1 });
    }
  }

  #intervalOf(expr: Expr): Interval {
    switch (expr.op) {
      case 'const':
        return point(expr.value);
      case 'local':
        return this.emitter.intervalOf(expr.local);
      case 'load':
        return this.context.cells[expr.ref.base]?.domain ?? ANY;
      case 'unary':
        return unaryInterval(expr.operator, this.#intervalOf(expr.operand));
      case 'binary':
        return binaryInterval(expr.operator, this.#intervalOf(expr.left), this.#intervalOf(expr.right));
      case 'conditional':
        return hull(this.#intervalOf(expr.then), this.#intervalOf(expr.else));
      case 'recode':
        return ANY;
      default:
        return expr satisfies never;
    }
  }
}

/** `lo <= value && value <= hi`, without the halves that hold anyway. */
function rangeTest(value: Value, range: Interval): Value {
  const low = binaryValue('>=', value, constantValue(range.lo));
  const high = binaryValue('<=', value, constantValue(range.hi));
  const test = binaryValue('&&', low, high);
  return isPoint(test) ? test : valueOf(test.expr, BOOLEAN);
}

function domainText(domain: Domain): string {
  if (domain.names === null) return `${domain.lo}..${domain.hi}`;
  return domain.names.map((name) => `'${name}'`).join(', ');
}
