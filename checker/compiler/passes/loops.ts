/**
 * Loops: counted ones over constant bounds are unrolled, so that their counter is a constant in each round; the others
 * become cycles, at whose head nothing is known of what their body changes.
 */
import type { Expr } from '../ir/graph.js';
import type * as ir from '../ir/program.js';
import type { CallFrame } from './context.js';
import type { Emitter } from './emitter.js';
import type { Expressions } from './expressions.js';
import { assignedVariables } from './facts.js';
import { ANY, hull, type Interval, isPoint, point, within } from './intervals.js';
import { numberShape } from './layout.js';
import { binaryValue, constantValue, type Value } from './values.js';

/** A counted loop with more rounds than this stays a loop. */
const UNROLL_LIMIT = 1024;

type Loop = ir.Stmt & { do: 'loop' };
type CountedLoop = ir.Stmt & { do: 'for' };

export class Loops {
  constructor(
    private readonly emitter: Emitter,
    private readonly expressions: Expressions,
    private readonly statements: (body: readonly ir.Stmt[], frame: CallFrame) => void,
  ) {}

  /** Repeats for ever. */
  endless(statement: Loop, frame: CallFrame): void {
    const { emitter } = this;
    const join = emitter.join();
    const head = this.#head(statement.body, frame);
    const again = (): void => {
      if (emitter.reachable) emitter.end({ to: 'block', block: head });
    };
    frame.labels.set(statement.label, { onBreak: join, onContinue: again });
    this.statements(statement.body, frame);
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

  counted(statement: CountedLoop, frame: CallFrame): void {
    const { emitter } = this;
    const from = this.expressions.scalar(statement.from, frame);
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
        toValue: false,
      };
      this.statements(statement.body, frame);
      emitter.jump(next);
      emitter.enterJoin(next);
    }
    emitter.jump(done);
    emitter.enterJoin(done);
  }

  /** How many rounds a counted loop makes, or null if that is not known or too many to unroll. */
  #rounds(from: number, statement: CountedLoop, frame: CallFrame): number | null {
    const { emitter } = this;
    const { current, reachable } = emitter;
    // The bound is read again in each round: only what the body cannot change counts as constant.
    const trial = emitter.join();
    emitter.enter(emitter.newBlock(), reachable);
    const start = emitter.position();
    this.#forget(statement.body, frame);
    const to = this.expressions.scalar(statement.to, frame);
    const pure = emitter.isAt(start);
    trial.restart();
    emitter.enter(current, reachable);
    if (!pure || !isPoint(to)) return null;
    const rounds = statement.step === 1 ? to.lo - from : from - to.lo + 1;
    return rounds > UNROLL_LIMIT ? null : Math.max(0, rounds);
  }

  #countedLoop(statement: CountedLoop, from: Value, frame: CallFrame): void {
    const { emitter } = this;
    const { guards } = this.expressions;
    const { step, span } = statement;
    const declared = frame.fn.variables[statement.variable];
    if (declared === undefined) throw new RangeError(`no variable ${statement.variable}`);
    const bounds = this.#counterRange(statement, from, frame);
    // The counter's domain is where its bounds lead: one past the last index is no error.
    const domain = within(ANY, bounds) ? null : { lo: bounds.lo, hi: bounds.hi, names: null };
    const local = emitter.newLocal(`${frame.fn.name}.${declared.name}`, declared.span, domain, 'call');
    const leaves: readonly Expr[] = [{ op: 'local', local }];
    frame.bindings[statement.variable] = {
      place: { leaves, before: false, base: 0, indexes: [], shape: numberShape },
      token: null,
      toValue: false,
    };
    emitter.set(local, from);
    const done = emitter.join();
    const head = this.#head(statement.body, frame);
    emitter.startStatement();
    emitter.knowledge.set(local, bounds);
    const to = this.expressions.scalar(statement.to, frame);
    const test = binaryValue(step === 1 ? '<' : '>=', emitter.local(local), to);
    const [body, exit] = [emitter.newBlock(), emitter.newBlock()];
    const parting = emitter.join();
    const { reachable } = emitter;
    emitter.end({ to: 'branch', test: test.expr, then: body, else: exit });
    emitter.enter(body, reachable);
    guards.narrow(test.expr, true);
    const next = emitter.join();
    frame.labels.set(statement.label, { onBreak: done, onContinue: () => emitter.jump(next) });
    this.statements(statement.body, frame);
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
  #counterRange(statement: CountedLoop, from: Value, frame: CallFrame): Interval {
    const { emitter } = this;
    const { current, reachable } = emitter;
    const trial = emitter.join();
    emitter.enter(emitter.newBlock(), reachable);
    this.#forget(statement.body, frame);
    const to = this.expressions.scalar(statement.to, frame);
    trial.restart();
    emitter.enter(current, reachable);
    const last = statement.step === 1 ? to : { lo: to.lo - 1, hi: to.hi - 1 };
    return statement.step === 1
      ? { lo: from.lo, hi: hull(from, point(last.hi)).hi }
      : { lo: hull(from, point(last.lo)).lo, hi: from.hi };
  }
}
