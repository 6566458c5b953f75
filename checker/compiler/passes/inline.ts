/**
 * Inlining and specialisation: statements of the program, from an entry function down through every call, become one
 * control-flow graph. Calls are expanded where they stand, with their place parameters bound to the caller's places;
 * what the configuration and constant arguments decide is decided here, so that recursion over the levels of a page
 * table unfolds into as many copies as there are levels.
 */
import type { BoundaryPoint } from '../ir/graph.js';
import type * as ir from '../ir/program.js';
import { Bindings } from './bindings.js';
import { Boundaries } from './boundaries.js';
import type { Binding, CallFrame, Context, Located } from './context.js';
import { Emitter } from './emitter.js';
import { Expressions } from './expressions.js';
import { type Interval, isPoint, within } from './intervals.js';
import { Loops } from './loops.js';
import { placeText } from './text.js';
import { constantValue, type Value } from './values.js';

/** How many calls of one function may be open at a time; one more is a `recursion` model error. */
export const RECURSION_LIMIT = 32;

export interface Entry {
  readonly function: ir.Function;
  /** The parameters: the root state (or states), then constants. */
  readonly bindings: readonly Binding[];
  /** Of a process: its position; null for a predicate. */
  readonly process: number | null;
}

export class Inliner {
  readonly emitter: Emitter;
  readonly #expressions: Expressions;
  readonly #bindings: Bindings;
  readonly #loops: Loops;
  readonly #boundaries: Boundaries;
  readonly #open = new Map<ir.Function, number>();

  constructor(
    private readonly context: Context,
    private readonly entry: Entry,
  ) {
    this.emitter = new Emitter(entry.process !== null);
    this.#expressions = new Expressions(context, this.emitter, entry.process);
    this.#bindings = new Bindings(context, this.emitter, this.#expressions);
    const statements = (body: readonly ir.Stmt[], frame: CallFrame): void => this.#statements(body, frame);
    this.#loops = new Loops(this.emitter, this.#expressions, statements);
    this.#boundaries = new Boundaries(context, this.emitter, this.#expressions, statements);
  }

  get boundaries(): readonly BoundaryPoint[] {
    return this.#boundaries.points;
  }

  /** Emits the whole graph. `result` is where the entry function's result goes. */
  run(result: Located | null): void {
    const { emitter } = this;
    const frame: CallFrame = {
      fn: this.entry.function,
      bindings: [...this.entry.bindings],
      outer: [],
      result: result?.shape ?? null,
      give:
        result === null
          ? null
          : (values, at, span) => this.#expressions.places.write(result, values, 'result', at, span),
      exit: emitter.join(),
      labels: new Map(),
    };
    this.#bindings.ownAssignedParameters(frame);
    this.#body(frame);
    emitter.enterJoin(frame.exit, 0);
    emitter.end({ to: 'end' });
  }

  #body(frame: CallFrame): void {
    this.#open.set(frame.fn, (this.#open.get(frame.fn) ?? 0) + 1);
    this.#statements(frame.fn.body, frame);
    this.emitter.jump(frame.exit);
    this.#open.set(frame.fn, (this.#open.get(frame.fn) ?? 1) - 1);
  }

  #statements(statements: readonly ir.Stmt[], frame: CallFrame): void {
    for (const statement of statements) {
      if (!this.emitter.reachable) return;
      this.emitter.startStatement();
      this.#statement(statement, frame);
    }
  }

  #statement(statement: ir.Stmt, frame: CallFrame): void {
    switch (statement.do) {
      case 'set':
        return this.#set(statement.variable, statement.value, statement.span, frame);
      case 'alias':
        return this.#alias(statement, frame);
      case 'assign':
        return this.#assign(statement, frame);
      case 'call':
        return this.#call(statement, frame);
      case 'choose':
        return this.#choose(statement, frame);
      case 'yield':
        return this.#boundaries.add(statement, frame);
      case 'assume':
        return this.#assume(statement, frame);
      case 'assert': {
        const test = this.#expressions.scalar(statement.test, frame);
        const { property, message, span } = statement;
        return this.#expressions.guards.check(test, () =>
          this.context.assertion(property, message, frame, span),
        );
      }
      case 'if':
        return this.#if(statement, frame);
      case 'loop':
        return this.#loops.endless(statement, frame);
      case 'for':
        return this.#loops.counted(statement, frame);
      case 'block': {
        const join = this.emitter.join();
        frame.labels.set(statement.label, { onBreak: join, onContinue: () => this.emitter.jump(join) });
        this.#statements(statement.body, frame);
        this.emitter.jump(join);
        return this.emitter.enterJoin(join);
      }
      case 'break':
      case 'continue': {
        const label = frame.labels.get(statement.label);
        if (label === undefined) throw new RangeError(`no label ${statement.label} in ${frame.fn.name}`);
        return statement.do === 'break' ? this.emitter.jump(label.onBreak) : label.onContinue();
      }
      case 'return': {
        const { value, span } = statement;
        if (value !== null) {
          const values =
            frame.result === null
              ? this.#expressions.evaluate(value, frame)
              : this.#expressions.evaluateAs(frame.result, value, frame);
          frame.give?.(values, frame, span);
        }
        return this.emitter.jump(frame.exit);
      }
      default:
        return statement satisfies never;
    }
  }

  #set(variable: number, value: ir.Expr, span: ir.Span, frame: CallFrame): void {
    const shape = this.#bindings.shapeOf(frame.fn, variable);
    const values = this.#expressions.evaluateAs(shape, value, frame);
    this.#bindings.set(variable, values, frame, frame, span);
  }

  #alias(statement: ir.Stmt & { do: 'alias' }, frame: CallFrame): void {
    const { places } = this.#expressions;
    const variable = frame.fn.variables[statement.variable];
    if (variable === undefined) throw new RangeError(`no variable ${statement.variable}`);
    if (this.context.isAliasedTwice(frame.fn, statement.variable))
      this.context.diagnostics.add(
        statement.span,
        `\`${variable.name}\` names one place here and another one elsewhere`,
        'Give each place a constant of its own, or keep the index in a variable instead.',
      );
    const name = `${frame.fn.name}.${variable.name}`;
    const located = places.freeze(places.locate(statement.place, frame), name, variable.span, () => false);
    const token = frame.bindings[statement.variable]?.token ?? this.emitter.newToken(name, variable.span);
    this.emitter.push({ do: 'set', local: token, value: { op: 'const', value: 0 } });
    frame.bindings[statement.variable] = { place: located, token, toValue: false };
  }

  #assign(statement: ir.Stmt & { do: 'assign' }, frame: CallFrame): void {
    const { places } = this.#expressions;
    const place = places.locate(statement.place, frame);
    if (place.leaves === null && this.entry.process === null)
      this.context.diagnostics.add(
        statement.span,
        `the predicate \`${this.entry.function.name}\` changes the state`,
        'A predicate may only look: compute into locals.',
      );
    const values = this.#expressions.evaluateAs(place.shape, statement.value, frame);
    places.write(place, values, placeText(frame.fn, statement.place), frame, statement.span);
  }

  #call(statement: ir.Stmt & { do: 'call' }, frame: CallFrame): void {
    const { emitter, context } = this;
    const callee = context.program.functions[statement.callee];
    if (callee === undefined) throw new RangeError(`no function ${statement.callee}`);
    if ((this.#open.get(callee) ?? 0) >= RECURSION_LIMIT) {
      const message = `${callee.name} is called from itself more than ${RECURSION_LIMIT} deep`;
      const failure = context.failure('recursion', message, frame, statement.span);
      return emitter.end({ to: 'failure', failure });
    }
    const { target } = statement;
    // The caller's variables get their locals before those of the callee, which are forgotten behind the call.
    const bound = target !== null && context.returnsAtEnd(callee) && this.#bindings.isBindable(target, frame);
    if (target !== null && !bound) this.#expressions.places.binding(target, frame);
    const limit = emitter.locals.length;
    let result: readonly Value[] = [];
    const inner: CallFrame = {
      fn: callee,
      bindings: this.#bindings.ofArguments(callee, statement, frame),
      outer: context.stack(frame, statement.span, `${callee.name}(...)`),
      result: target === null ? null : this.#bindings.shapeOf(frame.fn, target),
      give:
        target === null
          ? null
          : (values, at, span) => {
              result = this.#bindings.set(target, values, frame, at, span);
            },
      exit: emitter.join(),
      labels: new Map(),
    };
    this.#body(inner);
    emitter.enterJoin(inner.exit, limit);
    if (bound)
      for (const { expr, lo, hi } of result)
        if (expr.op === 'local') emitter.knowledge.set(expr.local, { lo, hi });
  }

  #choose(statement: ir.Stmt & { do: 'choose' }, frame: CallFrame): void {
    const { emitter, context } = this;
    const { places } = this.#expressions;
    const { span } = statement;
    const count = this.#expressions.scalar(statement.count, frame);
    const { place } = places.binding(statement.variable, frame);
    const name = frame.fn.variables[statement.variable]?.name ?? '?';
    if (count.hi <= 0) return emitter.end({ to: 'disabled' });
    if (isPoint(count) && count.lo === 1) return places.write(place, [constantValue(0)], name, frame, span);
    if (this.entry.process === null)
      context.diagnostics.add(
        span,
        'a predicate makes a choice',
        'Let it say something of all alternatives.',
      );
    else if (emitter.beforeFirstStep)
      context.diagnostics.add(
        span,
        'a choice is made before the first yield of the process',
        'Put a `yield` before it: what stands before the first yield runs when the process is made.',
      );
    const range: Interval = { lo: 0, hi: count.hi - 1 };
    const leaf = place.leaves?.[place.base];
    const domain = leaf?.op === 'local' ? emitter.domainOf(leaf.local) : null;
    const fits = leaf?.op === 'local' && (domain === null || within(range, domain));
    const local = fits ? leaf.local : emitter.newLocal(`${frame.fn.name}.${name}`, span, null, 'fixed');
    const block = emitter.newBlock();
    const { reachable } = emitter;
    emitter.end({ to: 'choose', local, count: count.expr, block });
    emitter.enter(block, reachable);
    emitter.knowledge.set(local, range);
    if (!fits) places.write(place, [emitter.local(local)], name, frame, span);
  }

  #assume(statement: ir.Stmt & { do: 'assume' }, frame: CallFrame): void {
    const { emitter } = this;
    const test = this.#expressions.scalar(statement.test, frame);
    if (isPoint(test)) {
      if (test.lo === 0) emitter.end({ to: 'disabled' });
      return;
    }
    const then = emitter.newBlock();
    const { reachable } = emitter;
    emitter.end({ to: 'branch', test: test.expr, then, else: emitter.disabledBlock() });
    emitter.enter(then, reachable);
    this.#expressions.guards.narrow(test.expr, true);
  }

  #if(statement: ir.Stmt & { do: 'if' }, frame: CallFrame): void {
    const { emitter } = this;
    const test = this.#expressions.scalar(statement.test, frame);
    if (isPoint(test)) return this.#statements(test.lo !== 0 ? statement.then : statement.else, frame);
    const join = emitter.join();
    const [then, otherwise] = [emitter.newBlock(), emitter.newBlock()];
    const { reachable } = emitter;
    emitter.end({ to: 'branch', test: test.expr, then, else: otherwise });
    for (const [block, truth, body] of [
      [then, true, statement.then],
      [otherwise, false, statement.else],
    ] as const) {
      emitter.enter(block, reachable);
      this.#expressions.guards.narrow(test.expr, truth);
      this.#statements(body, frame);
      emitter.jump(join);
      join.restart();
    }
    emitter.enterJoin(join);
  }
}
