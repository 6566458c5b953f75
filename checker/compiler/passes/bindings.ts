/** What the variables of a frame stand for: arguments, the values that they are set to, or locals of their own. */
import type { Expr } from '../ir/graph.js';
import type * as ir from '../ir/program.js';
import type { Binding, CallFrame, Context } from './context.js';
import type { Emitter } from './emitter.js';
import type { Expressions } from './expressions.js';
import { within } from './intervals.js';
import type { Shape } from './layout.js';
import { constantValue, type Value } from './values.js';

export class Bindings {
  constructor(
    private readonly context: Context,
    private readonly emitter: Emitter,
    private readonly expressions: Expressions,
  ) {}

  shapeOf(fn: ir.Function, variable: number): Shape {
    const { type, name, span } = this.#declaration(fn, variable);
    return this.context.shapes.of(type, name, span);
  }

  /**
   * Whether a variable may stand for the value that it is set to: only one statement sets it, and was not preceded by
   * a use. (That each use comes after that statement on every path is a rule of the language.)
   */
  isBindable(variable: number, frame: CallFrame): boolean {
    if (variable < frame.fn.parameters || this.context.lasting(frame.fn, variable) !== 'fixed') return false;
    return frame.bindings[variable]?.toValue !== false;
  }

  /**
   * Sets a variable of the frame `owner`; `at` is where the values were computed, for messages.
   * Returns the values as the variable has them.
   */
  set(
    variable: number,
    values: readonly Value[],
    owner: CallFrame,
    at: CallFrame,
    span: ir.Span,
  ): readonly Value[] {
    if (this.isBindable(variable, owner)) {
      const bound = this.#toValue(owner.fn, variable, values, at, span);
      owner.bindings[variable] = bound.binding;
      return bound.values;
    }
    const { name } = this.#declaration(owner.fn, variable);
    const { place } = this.expressions.places.binding(variable, owner);
    this.expressions.places.write(place, values, name, at, span);
    return values;
  }

  ofArguments(callee: ir.Function, call: ir.Stmt & { do: 'call' }, frame: CallFrame): Binding[] {
    // All arguments are evaluated before the first is copied.
    const evaluated = call.args.map((argument, i) =>
      'place' in argument
        ? { place: this.expressions.places.locate(argument.place, frame), span: argument.place.span }
        : {
            values: this.expressions.evaluateAs(this.shapeOf(callee, i), argument.value, frame),
            span: argument.value.span,
          },
    );
    return evaluated.map((argument, i): Binding => {
      const { span } = argument;
      if ('values' in argument) return this.#toValue(callee, i, argument.values, frame, span).binding;
      const { emitter } = this;
      const keep = (local: number): boolean => emitter.lastsCalls(local) && emitter.domainOf(local) !== null;
      const name = `${callee.name}.${this.#declaration(callee, i).name}`;
      const place = this.expressions.places.freeze(argument.place, name, span, keep);
      return { place, token: null, toValue: false };
    });
  }

  /** Arguments of the scenario are constants; a parameter that the function assigns starts as one. */
  ownAssignedParameters(frame: CallFrame): void {
    for (let variable = 0; variable < frame.fn.parameters; variable++) {
      const given = frame.bindings[variable]?.place.leaves?.[0];
      if (given?.op !== 'const' || this.context.assignments(frame.fn, variable) === 0) continue;
      frame.bindings[variable] = undefined;
      const leaf = this.expressions.places.binding(variable, frame).place.leaves?.[0];
      if (leaf?.op === 'local') this.emitter.set(leaf.local, constantValue(given.value));
    }
  }

  /**
   * Binds a variable to a value: where nothing can change it while the variable is in scope, to the value itself,
   * else to a copy. During a call nothing but places changes in the frames of the callers.
   */
  #toValue(
    fn: ir.Function,
    variable: number,
    values: readonly Value[],
    frame: CallFrame,
    span: ir.Span,
  ): { readonly binding: Binding; readonly values: readonly Value[] } {
    const { emitter, context } = this;
    const declared = this.#declaration(fn, variable);
    const isParameter = variable < fn.parameters;
    const lasting = context.lasting(fn, variable);
    const shape = this.shapeOf(fn, variable);
    const all = context.shapes.leaves(shape);
    const needed = lasting === 'fixed' ? context.usage.needed(fn, variable, all) : null;
    const bound = all.map((leaf, i): Value => {
      const { domain } = leaf.shape;
      const given = values[i] ?? constantValue(0);
      const value = this.expressions.guards.domain(
        given,
        domain,
        () => declared.name + leaf.text,
        frame,
        span,
      );
      if (needed?.[i] === false) return constantValue(0);
      const { expr } = value;
      if (lasting === 'fixed' && expr.op === 'const') return value;
      if (lasting === 'fixed' && expr.op === 'local') {
        const lasts = isParameter ? emitter.lastsCalls(expr.local) : emitter.isFixed(expr.local);
        const own = emitter.domainOf(expr.local);
        if (lasts && (domain === null || (own !== null && within(own, domain)))) return value;
      }
      const name = `${fn.name}.${declared.name}${leaf.text}`;
      const local = emitter.newLocal(name, declared.span, domain, lasting);
      emitter.set(local, value);
      // Not folded, even if its value is known: a variable of several values is read where it may have another.
      return { expr: { op: 'local', local }, lo: value.lo, hi: value.hi };
    });
    const leaves = bound.map(({ expr }): Expr => expr);
    const place = { leaves, before: false, base: 0, indexes: [], shape };
    return { binding: { place, token: null, toValue: true }, values: bound };
  }

  #declaration(fn: ir.Function, variable: number): ir.Variable {
    const declared = fn.variables[variable];
    if (declared === undefined) throw new RangeError(`no variable ${variable} in ${fn.name}`);
    return declared;
  }
}
