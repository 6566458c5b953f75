/**
 * Inlining and specialisation: statements of the program, from an entry function down through every call, become one
 * control-flow graph. Calls are expanded where they stand, with their place parameters bound to the caller's places;
 * what the configuration and constant arguments decide is decided here, so that recursion over the levels of a page
 * table unfolds into as many copies as there are levels.
 */
import type { BoundaryPoint, Expr } from '../ir/graph.js';
import type * as ir from '../ir/program.js';
import { assignedVariables, type Binding, type CallFrame, type Context, type Located } from './context.js';
import { Emitter } from './emitter.js';
import { Expressions } from './expressions.js';
import { ANY, hull, type Interval, isPoint, point, within } from './intervals.js';
import { numberShape } from './layout.js';
import { restExpression } from './rest.js';
import { placeText } from './text.js';
import { binaryValue, constantValue, type Value } from './values.js';

/** How many calls of one function may be open at a time; one more is a `recursion` model error. */
export const RECURSION_LIMIT = 32;

/** A counted loop with more rounds than this stays a loop. */
const UNROLL_LIMIT = 1024;

export interface Entry {
  readonly function: ir.Function;
  /** The parameters: the root state (or states), then constants. */
  readonly bindings: readonly Binding[];
  /** Of a process: its position; null for a predicate. */
  readonly process: number | null;
}

export class Inliner {
  readonly emitter: Emitter;
  readonly boundaries: BoundaryPoint[] = [];
  readonly #expressions: Expressions;
  readonly #open = new Map<ir.Function, number>();

  constructor(
    private readonly context: Context,
    private readonly entry: Entry,
  ) {
    this.emitter = new Emitter(entry.process !== null);
    this.#expressions = new Expressions(context, this.emitter, entry.process);
  }

  /** Emits the whole graph. `result` is where the entry function's result goes. */
  run(result: Located | null): void {
    const { emitter } = this;
    const frame: CallFrame = {
      fn: this.entry.function,
      bindings: [...this.entry.bindings],
      outer: [],
      target: result === null ? null : { place: result, name: 'result' },
      exit: emitter.join(),
      labels: new Map(),
    };
    this.#ownAssignedParameters(frame);
    this.#body(frame);
    emitter.enterJoin(frame.exit, 0);
    emitter.end({ to: 'end' });
  }

  /** Arguments of the scenario are constants; a parameter that the function assigns starts as one. */
  #ownAssignedParameters(frame: CallFrame): void {
    for (const variable of this.context.assigned(frame.fn)) {
      const given = frame.bindings[variable]?.place.leaves?.[0];
      if (given?.op !== 'const') continue;
      frame.bindings[variable] = undefined;
      const leaf = this.#expressions.places.binding(variable, frame).place.leaves?.[0];
      if (leaf?.op === 'local') this.emitter.set(leaf.local, constantValue(given.value));
    }
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
        return this.#yield(statement, frame);
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
        return this.#loop(statement, frame);
      case 'for':
        return this.#for(statement, frame);
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
        const { target } = frame;
        if (statement.value !== null) {
          const { value, span } = statement;
          if (target === null) this.#expressions.evaluate(value, frame);
          else {
            const values = this.#expressions.evaluateAs(target.place.shape, value, frame);
            this.#expressions.places.write(target.place, values, target.name, frame, span);
          }
        }
        return this.emitter.jump(frame.exit);
      }
      default:
        return statement satisfies never;
    }
  }

  #set(variable: number, value: ir.Expr, span: ir.Span, frame: CallFrame): void {
    const { places } = this.#expressions;
    const { place } = places.binding(variable, frame);
    const values = this.#expressions.evaluateAs(place.shape, value, frame);
    places.write(place, values, frame.fn.variables[variable]?.name ?? '?', frame, span);
  }

  #alias(statement: ir.Stmt & { do: 'alias' }, frame: CallFrame): void {
    const { places } = this.#expressions;
    const variable = frame.fn.variables[statement.variable];
    if (variable === undefined) throw new RangeError(`no variable ${statement.variable}`);
    if (this.context.aliasedTwice(frame.fn).has(statement.variable))
      this.context.diagnostics.add(
        statement.span,
        `\`${variable.name}\` names one place here and another one elsewhere`,
        'Give each place a constant of its own, or keep the index in a variable instead.',
      );
    const name = `${frame.fn.name}.${variable.name}`;
    const located = places.freeze(places.locate(statement.place, frame), name, variable.span, () => false);
    const token = frame.bindings[statement.variable]?.token ?? this.emitter.newToken(name, variable.span);
    this.emitter.push({ do: 'set', local: token, value: { op: 'const', value: 0 } });
    frame.bindings[statement.variable] = { place: located, token };
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
    const { places } = this.#expressions;
    const callee = context.program.functions[statement.callee];
    if (callee === undefined) throw new RangeError(`no function ${statement.callee}`);
    if ((this.#open.get(callee) ?? 0) >= RECURSION_LIMIT) {
      const message = `${callee.name} is called from itself more than ${RECURSION_LIMIT} deep`;
      const failure = context.failure('recursion', message, frame, statement.span);
      return emitter.end({ to: 'failure', failure });
    }
    const { target } = statement;
    const result =
      target === null
        ? null
        : { place: places.binding(target, frame).place, name: frame.fn.variables[target]?.name ?? '?' };
    const limit = emitter.locals.length;
    const inner: CallFrame = {
      fn: callee,
      bindings: this.#arguments(callee, statement, frame),
      outer: context.stack(frame, statement.span, `${callee.name}(...)`),
      target: result,
      exit: emitter.join(),
      labels: new Map(),
    };
    this.#body(inner);
    emitter.enterJoin(inner.exit, limit);
  }

  #arguments(callee: ir.Function, call: ir.Stmt & { do: 'call' }, frame: CallFrame): Binding[] {
    const located = call.args.map((argument, i) => {
      const parameter = callee.variables[i];
      if (parameter === undefined) throw new RangeError(`too many arguments for ${callee.name}`);
      if ('place' in argument) {
        const place = this.#expressions.places.locate(argument.place, frame);
        return { parameter, place, values: null, span: argument.place.span };
      }
      const shape = this.context.shapes.of(parameter.type, parameter.name, parameter.span);
      const values = this.#expressions.evaluateAs(shape, argument.value, frame);
      return { parameter, place: null, values, span: argument.value.span, shape };
    });
    return located.map(({ parameter, place, values, span }, i): Binding => {
      const name = `${callee.name}.${parameter.name}`;
      if (place !== null) {
        const { emitter } = this;
        const keep = (local: number): boolean => emitter.isStable(local) && emitter.domainOf(local) !== null;
        const frozen = this.#expressions.places.freeze(place, name, span, keep);
        return { place: frozen, token: null };
      }
      return this.#parameter(callee, parameter, i, values, span, frame);
    });
  }

  /** Binds a value parameter: to the argument itself where nothing can change it during the call, else to a copy. */
  #parameter(
    callee: ir.Function,
    parameter: ir.Variable,
    position: number,
    values: readonly Value[],
    span: ir.Span,
    frame: CallFrame,
  ): Binding {
    const { emitter, context } = this;
    const shape = context.shapes.of(parameter.type, parameter.name, parameter.span);
    const assigned = parameter.role !== 'value' || context.assigned(callee).has(position);
    const leaves = context.shapes.leaves(shape).map((leaf, i): Expr => {
      const path = [parameter.name, ...leaf.path];
      const { domain } = leaf.shape;
      const name = path.join('.');
      const given = values[i] ?? constantValue(0);
      const value = this.#expressions.guards.domain(given, domain, () => name, frame, span);
      if (!assigned && value.expr.op === 'const') return value.expr;
      if (!assigned && value.expr.op === 'local' && emitter.isStable(value.expr.local)) {
        const own = emitter.domainOf(value.expr.local);
        if (domain === null || (own !== null && within(own, domain))) return value.expr;
      }
      const local = emitter.newLocal(`${callee.name}.${name}`, parameter.span, domain, !assigned);
      emitter.set(local, value);
      return { op: 'local', local };
    });
    return { place: { leaves, before: false, base: 0, indexes: [], shape }, token: null };
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
    const local = fits ? leaf.local : emitter.newLocal(`${frame.fn.name}.${name}`, span, null, true);
    const block = emitter.newBlock();
    const { reachable } = emitter;
    emitter.end({ to: 'choose', local, count: count.expr, block });
    emitter.enter(block, reachable);
    emitter.knowledge.set(local, range);
    if (!fits) places.write(place, [emitter.local(local)], name, frame, span);
  }

  #yield(statement: ir.Stmt & { do: 'yield' }, frame: CallFrame): void {
    const { emitter, context } = this;
    if (this.entry.process === null) {
      context.diagnostics.add(
        statement.span,
        `the predicate \`${this.entry.function.name}\` yields`,
        'A predicate looks at one state: call plain functions only.',
      );
      return;
    }
    emitter.beforeFirstStep = false;
    const rest = this.#rest(statement, frame);
    const block = emitter.newBlock();
    const frames = context.stack(frame, statement.span, 'yield');
    const boundary = this.boundaries.push({ block, frames, rest }) - 1;
    const { reachable } = emitter;
    emitter.end({ to: 'boundary', boundary });
    emitter.enter(block, reachable);
  }

  /** The condition of `rest` is code of its own, which becomes one expression. */
  #rest(statement: ir.Stmt & { do: 'yield' }, frame: CallFrame): Expr | null {
    const { rest, restVariable } = statement;
    if (rest === null || restVariable === null) return null;
    const { emitter, context } = this;
    const { current, reachable } = emitter;
    const join = emitter.join();
    const start = emitter.newBlock();
    emitter.enter(start, reachable);
    this.#statements(rest, frame);
    const [value] = this.#expressions.places.read(
      this.#expressions.places.binding(restVariable, frame).place,
      statement.span,
    );
    const end = emitter.reachable ? emitter.current : null;
    const result = value?.expr ?? { op: 'const', value: 0 };
    const expr = end === null ? null : restExpression((block) => emitter.peek(block), start, end, result);
    if (expr === null)
      context.diagnostics.add(
        statement.span,
        'the condition of rest(...) is not a plain expression',
        'Let it loop over constant bounds only, index within bounds that its tests show, and neither assert nor choose.',
      );
    join.restart();
    emitter.enter(current, reachable);
    return expr;
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

  #loop(statement: ir.Stmt & { do: 'loop' }, frame: CallFrame): void {
    const { emitter } = this;
    const join = emitter.join();
    const head = this.#head(statement.body, frame);
    const again = (): void => {
      if (emitter.reachable) emitter.end({ to: 'block', block: head });
    };
    frame.labels.set(statement.label, { onBreak: join, onContinue: again });
    this.#statements(statement.body, frame);
    again();
    emitter.enterJoin(join);
  }

  /** Starts the head of a loop: nothing is known of what its body may change. */
  #head(body: readonly ir.Stmt[], frame: CallFrame): number {
    const { emitter } = this;
    const head = emitter.newBlock();
    const { reachable } = emitter;
    emitter.end({ to: 'block', block: head });
    emitter.enter(head, reachable);
    this.#forget(body, frame);
    return head;
  }

  #forget(body: readonly ir.Stmt[], frame: CallFrame): void {
    for (const variable of assignedVariables(body))
      for (const leaf of frame.bindings[variable]?.place.leaves ?? [])
        if (leaf.op === 'local') this.emitter.knowledge.set(leaf.local, undefined);
  }

  #for(statement: ir.Stmt & { do: 'for' }, frame: CallFrame): void {
    const { emitter } = this;
    const from = this.#expressions.scalar(statement.from, frame);
    const rounds = isPoint(from) ? this.#rounds(from.lo, statement, frame) : null;
    if (rounds === null) return this.#countedLoop(statement, from, frame);
    const done = emitter.join();
    for (let round = 0; round < rounds && emitter.reachable; round++) {
      const next = emitter.join();
      frame.labels.set(statement.label, { onBreak: done, onContinue: () => emitter.jump(next) });
      const leaves: readonly Expr[] = [{ op: 'const', value: from.lo + round * statement.step }];
      frame.bindings[statement.variable] = {
        place: { leaves, before: false, base: 0, indexes: [], shape: numberShape },
        token: null,
      };
      this.#statements(statement.body, frame);
      emitter.jump(next);
      emitter.enterJoin(next);
    }
    emitter.jump(done);
    emitter.enterJoin(done);
  }

  /** How many rounds a counted loop makes, or null if that is not known or too many to unroll. */
  #rounds(from: number, statement: ir.Stmt & { do: 'for' }, frame: CallFrame): number | null {
    const { emitter } = this;
    const { current, reachable } = emitter;
    // The bound is read again in each round: only what the body cannot change counts as constant.
    const trial = emitter.join();
    emitter.enter(emitter.newBlock(), reachable);
    const start = emitter.position();
    this.#forget(statement.body, frame);
    const to = this.#expressions.scalar(statement.to, frame);
    const pure = emitter.isAt(start);
    trial.restart();
    emitter.enter(current, reachable);
    if (!pure || !isPoint(to)) return null;
    const rounds = statement.step === 1 ? to.lo - from : from - to.lo + 1;
    return rounds > UNROLL_LIMIT ? null : Math.max(0, rounds);
  }

  #countedLoop(statement: ir.Stmt & { do: 'for' }, from: Value, frame: CallFrame): void {
    const { emitter } = this;
    const { guards } = this.#expressions;
    const { step, span } = statement;
    const declared = frame.fn.variables[statement.variable];
    if (declared === undefined) throw new RangeError(`no variable ${statement.variable}`);
    const bounds = this.#counterRange(statement, from, frame);
    // The counter's domain is where its bounds lead: one past the last index is no error.
    const domain = within(ANY, bounds) ? null : { lo: bounds.lo, hi: bounds.hi, names: null };
    const local = emitter.newLocal(`${frame.fn.name}.${declared.name}`, declared.span, domain, true);
    const leaves: readonly Expr[] = [{ op: 'local', local }];
    frame.bindings[statement.variable] = {
      place: { leaves, before: false, base: 0, indexes: [], shape: numberShape },
      token: null,
    };
    emitter.set(local, from);
    const done = emitter.join();
    const head = this.#head(statement.body, frame);
    emitter.startStatement();
    emitter.knowledge.set(local, bounds);
    const to = this.#expressions.scalar(statement.to, frame);
    const test = binaryValue(step === 1 ? '<' : '>=', emitter.local(local), to);
    const [body, exit] = [emitter.newBlock(), emitter.newBlock()];
    const parting = emitter.join();
    const { reachable } = emitter;
    emitter.end({ to: 'branch', test: test.expr, then: body, else: exit });
    emitter.enter(body, reachable);
    guards.narrow(test.expr, true);
    const next = emitter.join();
    frame.labels.set(statement.label, { onBreak: done, onContinue: () => emitter.jump(next) });
    this.#statements(statement.body, frame);
    emitter.jump(next);
    emitter.enterJoin(next);
    if (emitter.reachable) {
      const moved = binaryValue('+', emitter.local(local), constantValue(step));
      const name = (): string => `${declared.name}${step === 1 ? '++' : '--'}`;
      emitter.set(local, guards.arithmetic(moved, name, frame, span));
      emitter.end({ to: 'block', block: head });
    }
    parting.restart();
    emitter.enter(exit, reachable);
    emitter.jump(done);
    emitter.enterJoin(done);
  }

  /** The values that the counter of a loop may have: between where it starts and where its bound lets it get. */
  #counterRange(statement: ir.Stmt & { do: 'for' }, from: Value, frame: CallFrame): Interval {
    const { emitter } = this;
    const { current, reachable } = emitter;
    const trial = emitter.join();
    emitter.enter(emitter.newBlock(), reachable);
    this.#forget(statement.body, frame);
    const to = this.#expressions.scalar(statement.to, frame);
    trial.restart();
    emitter.enter(current, reachable);
    const last = statement.step === 1 ? to : { lo: to.lo - 1, hi: to.hi - 1 };
    return statement.step === 1
      ? { lo: from.lo, hi: hull(from, point(last.hi)).hi }
      : { lo: hull(from, point(last.lo)).lo, hi: from.hi };
  }
}
