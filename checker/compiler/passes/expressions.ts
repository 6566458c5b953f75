/**
 * Expressions of the program become scalar expressions of the graph, with constants folded and the checks that they
 * need emitted before them. A record is the list of its scalars.
 */
import * as simple from '../ir/simplify.js';
import type * as ir from '../ir/program.js';
import type { CallFrame, Context } from './context.js';
import type { Emitter } from './emitter.js';
import { Guards } from './guards.js';
import { type Interval, isPoint, meet } from './intervals.js';
import { encode, type ScalarShape, type Shape } from './layout.js';
import { Places } from './places.js';
import { exprText } from './text.js';
import { placeOf } from './usage.js';
import { binaryValue, conditionalValue, constantValue, unaryValue, type Value, valueOf } from './values.js';

export class Expressions {
  readonly guards: Guards;
  readonly places: Places;

  constructor(
    readonly context: Context,
    readonly emitter: Emitter,
    /** The position of the process, or null for a predicate. */
    private readonly process: number | null,
  ) {
    this.guards = new Guards(context, emitter);
    this.places = new Places(context, emitter, this.guards, (expr, frame) => this.scalar(expr, frame));
  }

  get inProcess(): boolean {
    return this.process !== null;
  }

  /** The only scalar of a scalar expression. */
  scalar(expr: ir.Expr, frame: CallFrame): Value {
    return this.evaluate(expr, frame)[0] ?? constantValue(0);
  }

  shapeOf(expr: ir.Expr): Shape {
    return this.context.shapes.of(expr.type, 'expression', expr.span);
  }

  /** The scalars of an expression, in the order of its shape. */
  evaluate(expr: ir.Expr, frame: CallFrame): readonly Value[] {
    switch (expr.op) {
      case 'const':
        return [this.#constant(expr.value, expr, frame)];
      case 'current':
        if (this.process === null)
          this.context.diagnostics.add(
            expr.span,
            'current() is used in a predicate, which no process runs',
            'Pass the process to look at as an argument.',
          );
        return [constantValue(this.process ?? 0)];
      case 'config':
        return [this.#config(expr, frame)];
      case 'read':
        return this.places.read(this.places.locate(expr.place, frame), expr.span);
      case 'unary': {
        const operand = this.scalar(expr.operand, frame);
        const value = unaryValue(expr.operator, operand);
        return [this.guards.arithmetic(value, () => exprText(frame.fn, expr), frame, expr.span)];
      }
      case 'binary':
        return [this.#binary(expr, frame)];
      case 'conditional':
        return this.#conditional(expr, frame);
      case 'record':
        return expr.type.fields.flatMap((field, i) => {
          const value = expr.fields[i];
          const shape = this.context.shapes.of(field.type, `${expr.type.name}.${field.name}`, expr.span);
          return value === undefined ? [] : this.evaluateAs(shape, value, frame);
        });
      case 'field':
        return this.#field(expr, frame);
      case 'equal':
        return [this.#equal(expr, frame)];
      case 'recode':
        return this.evaluateAs(this.shapeOf(expr), expr.operand, frame);
      default:
        return expr satisfies never;
    }
  }

  /** The scalars of an expression in the order and encoding of another shape. */
  evaluateAs(target: Shape, expr: ir.Expr, frame: CallFrame): readonly Value[] {
    return this.#convert(this.evaluate(expr, frame), this.shapeOf(expr), target, expr, frame);
  }

  #constant(value: number | boolean | string, expr: ir.Expr, frame: CallFrame): Value {
    const shape = this.shapeOf(expr);
    const encoded = shape.kind === 'scalar' ? encode(value, shape) : null;
    if (encoded !== null) return constantValue(encoded);
    this.context.diagnostics.add(
      expr.span,
      `${JSON.stringify(value)} is not a value of the type that \`${frame.fn.name}\` uses it as`,
      shape.kind === 'scalar' && shape.values !== null
        ? `Use one of ${shape.values.map((each) => `'${each}'`).join(', ')}.`
        : 'Use an integer of at most 32 bits.',
    );
    return constantValue(0);
  }

  #config(expr: ir.Expr & { op: 'config' }, frame: CallFrame): Value {
    const value = this.context.shapes.config[expr.name];
    if (value !== undefined) return this.#constant(value, expr, frame);
    this.context.diagnostics.add(
      expr.span,
      `the configuration has no \`${expr.name}\``,
      `Add \`${expr.name}\` to the scenario's config.`,
    );
    return constantValue(0);
  }

  #binary(expr: ir.Expr & { op: 'binary' }, frame: CallFrame): Value {
    const { operator } = expr;
    if (operator === '&&' || operator === '||') return this.#lazy(expr, operator, frame);
    const left = this.scalar(expr.left, frame);
    const right = this.scalar(expr.right, frame);
    if (operator === '===' || operator === '!==') {
      const same = this.#same(left, this.shapeOf(expr.left), right, this.shapeOf(expr.right));
      return operator === '===' ? same : unaryValue('!', same);
    }
    const text = (): string => exprText(frame.fn, expr);
    if (operator === '/' || operator === '%')
      this.guards.divisor(right, () => exprText(frame.fn, expr.right), frame, expr.span);
    return this.guards.arithmetic(binaryValue(operator, left, right), text, frame, expr.span);
  }

  #lazy(expr: ir.Expr & { op: 'binary' }, operator: '&&' | '||', frame: CallFrame): Value {
    const left = this.scalar(expr.left, frame);
    const decided = constantValue(operator === '&&' ? 0 : 1);
    if (isPoint(left))
      return (left.lo !== 0) === (operator === '||') ? decided : this.scalar(expr.right, frame);
    const right = (): readonly Value[] => [this.scalar(expr.right, frame)];
    const constant = (): readonly Value[] => [decided];
    const [then, otherwise] = operator === '&&' ? [right, constant] : [constant, right];
    const values = this.#either(left, then, otherwise, 1, frame, expr.span, ([a], [b]) =>
      a === undefined || b === undefined ? [] : [binaryValue(operator, left, operator === '&&' ? a : b)],
    );
    return values[0] ?? decided;
  }

  #conditional(expr: ir.Expr & { op: 'conditional' }, frame: CallFrame): readonly Value[] {
    const shape = this.shapeOf(expr);
    const then = (): readonly Value[] => this.evaluateAs(shape, expr.then, frame);
    const otherwise = (): readonly Value[] => this.evaluateAs(shape, expr.else, frame);
    let test = this.scalar(expr.test, frame);
    if (isPoint(test)) return test.lo !== 0 ? then() : otherwise();
    // A test that is written once per field should be short.
    if (shape.size > 1) test = this.guards.hoist(test, frame, expr.test.span);
    return this.#either(test, then, otherwise, shape.size, frame, expr.span, (a, b) =>
      a.map((value, i) => conditionalValue(test, value, b[i] ?? value)),
    );
  }

  /**
   * One of two values, by a test that is not constant. If evaluating them takes no code of their own they become one
   * expression; otherwise control flow, so that the checks of the part that is not evaluated do not happen.
   */
  #either(
    test: Value,
    then: () => readonly Value[],
    otherwise: () => readonly Value[],
    size: number,
    frame: CallFrame,
    span: ir.Span,
    combine: (then: readonly Value[], otherwise: readonly Value[]) => readonly Value[],
  ): readonly Value[] {
    const { emitter } = this;
    const { reachable, current: before } = emitter;
    const join = emitter.join();
    let results: readonly number[] | null = null;
    const begin = (block: number, truth: boolean): void => {
      join.restart();
      emitter.enter(block, reachable);
      this.guards.narrow(test.expr, truth);
    };
    const finish = (values: readonly Value[]): void => {
      // They live within the step: no domain, and none to check.
      results ??= Array.from({ length: size }, () =>
        emitter.newLocal(`${frame.fn.name}.$${emitter.locals.length}`, span, null, 'fixed'),
      );
      for (const [i, local] of results.entries()) emitter.set(local, values[i] ?? constantValue(0));
      emitter.jump(join);
    };
    const evaluate = (truth: boolean, body: () => readonly Value[]) => {
      const block = emitter.newBlock();
      begin(block, truth);
      const start = emitter.position();
      const values = body();
      return { block, values, pure: emitter.isAt(start) };
    };
    const first = evaluate(true, then);
    if (!first.pure) finish(first.values);
    const second = evaluate(false, otherwise);
    if (first.pure && second.pure) {
      join.restart();
      emitter.enter(before, reachable);
      emitter.discard(second.block);
      emitter.discard(first.block);
      return combine(first.values, second.values);
    }
    finish(second.values);
    if (first.pure) {
      begin(first.block, true);
      finish(first.values);
    }
    join.restart();
    emitter.enter(before, reachable);
    emitter.end({ to: 'branch', test: test.expr, then: first.block, else: second.block });
    emitter.enterJoin(join);
    return (results ?? []).map((local) => emitter.local(local));
  }

  #field(expr: ir.Expr & { op: 'field' }, frame: CallFrame): readonly Value[] {
    // A field of something in memory is read alone: the rest of the record is not needed.
    const place = placeOf(expr);
    if (place !== null) return this.places.read(this.places.locate(place, frame), expr.span);
    const shape = this.shapeOf(expr.record);
    const field = shape.kind === 'record' ? shape.fields.get(expr.field) : undefined;
    const values = this.evaluate(expr.record, frame);
    return field === undefined ? values : values.slice(field.offset, field.offset + field.shape.size);
  }

  #equal(expr: ir.Expr & { op: 'equal' }, frame: CallFrame): Value {
    const shape = this.shapeOf(expr.left);
    const left = this.evaluate(expr.left, frame);
    const other = this.shapeOf(expr.right);
    const right = this.evaluate(expr.right, frame);
    const leaves = this.context.shapes.leaves(shape);
    const others = this.context.shapes.leaves(other);
    const positions = new Map(others.map((leaf, i) => [leaf.path.join('.'), i]));
    let result = constantValue(1);
    for (const [i, leaf] of leaves.entries()) {
      const position = positions.get(leaf.path.join('.'));
      const a = left[i];
      const b = position === undefined ? undefined : right[position];
      if (position === undefined || a === undefined || b === undefined) return constantValue(0);
      const same = this.#same(a, leaf.shape, b, others[position]?.shape ?? leaf.shape);
      result = binaryValue('&&', result, same);
    }
    return leaves.length === others.length ? result : constantValue(0);
  }

  /** Whether two scalars are equal; of enumerations that number their strings differently, by string. */
  #same(left: Value, leftShape: Shape, right: Value, rightShape: Shape): Value {
    const isEnum = (shape: Shape): shape is ScalarShape & { values: readonly string[] } =>
      shape.kind === 'scalar' && shape.values !== null;
    if (isEnum(leftShape) && isEnum(rightShape) && leftShape.signature !== rightShape.signature) {
      const table = leftShape.values.map((name) => rightShape.values.indexOf(name));
      const recoded = valueOf(simple.recode(left.expr, 0, table), tableInterval(table, left));
      return binaryValue('===', recoded, right);
    }
    return binaryValue('===', left, right);
  }

  #convert(
    values: readonly Value[],
    from: Shape,
    to: Shape,
    expr: ir.Expr,
    frame: CallFrame,
  ): readonly Value[] {
    if (from.signature === to.signature) return values;
    if (from.kind === 'scalar' && to.kind === 'scalar') {
      const { values: names } = from;
      const { values: targets } = to;
      if (names === null || targets === null) return values;
      return values.map((value) => this.#recode(value, names, targets, expr, frame));
    }
    if (from.kind === 'record' && to.kind === 'record')
      return [...to.fields].flatMap(([name, field]) => {
        const source = from.fields.get(name);
        if (source === undefined) return this.context.shapes.leaves(field.shape).map(() => constantValue(0));
        const part = values.slice(source.offset, source.offset + source.shape.size);
        return this.#convert(part, source.shape, field.shape, expr, frame);
      });
    return values;
  }

  #recode(
    value: Value,
    names: readonly string[],
    targets: readonly string[],
    expr: ir.Expr,
    frame: CallFrame,
  ): Value {
    const table = names.map((name) => {
      const position = targets.indexOf(name);
      return position < 0 ? null : position;
    });
    const possible = table.slice(Math.max(0, value.lo), value.hi + 1);
    let operand = value;
    if (possible.includes(null)) {
      operand = this.guards.hoist(value, frame, expr.span);
      const member = table.map((entry) => (entry === null ? 0 : 1));
      const test = valueOf(simple.recode(operand.expr, 0, member), tableInterval(member, operand));
      const message = `${exprText(frame.fn, expr)}: value is not one of ${targets.map((each) => `'${each}'`).join(', ')}`;
      this.guards.check(test, () => this.context.failure('domain', message, frame, expr.span));
    }
    return valueOf(simple.recode(operand.expr, 0, table), tableInterval(table, operand));
  }
}

function tableInterval(table: readonly (number | null)[], operand: Interval): Interval {
  const domain = meet({ lo: 0, hi: table.length - 1 }, operand);
  const entries = table.slice(domain.lo, domain.hi + 1).filter((entry) => entry !== null);
  if (entries.length === 0) return { lo: 0, hi: 0 };
  return { lo: Math.min(...entries), hi: Math.max(...entries) };
}
