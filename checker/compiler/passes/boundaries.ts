/** Step boundaries: where a process stands between two steps, and whether it may stay there. */
import type { BoundaryPoint, Expr } from '../ir/graph.js';
import type * as ir from '../ir/program.js';
import type { CallFrame, Context } from './context.js';
import type { Emitter } from './emitter.js';
import type { Expressions } from './expressions.js';
import { restExpression } from './rest.js';

type Yield = ir.Stmt & { do: 'yield' };

export class Boundaries {
  readonly points: BoundaryPoint[] = [];

  constructor(
    private readonly context: Context,
    private readonly emitter: Emitter,
    private readonly expressions: Expressions,
    private readonly statements: (body: readonly ir.Stmt[], frame: CallFrame) => void,
  ) {}

  /** Ends the step here; the next one begins behind. */
  add(statement: Yield, frame: CallFrame): void {
    const { emitter, context } = this;
    if (!this.expressions.inProcess) {
      context.diagnostics.add(
        statement.span,
        `\`${frame.fn.name}\` yields in a predicate`,
        'A predicate looks at one state: call plain functions only.',
      );
      return;
    }
    emitter.beforeFirstStep = false;
    const rest = this.#rest(statement, frame);
    const block = emitter.newBlock();
    const frames = context.stack(frame, statement.span, 'yield');
    const boundary = this.points.push({ block, frames, rest }) - 1;
    const { reachable } = emitter;
    emitter.end({ to: 'boundary', boundary });
    emitter.enter(block, reachable);
  }

  /** The condition of `rest` is code of its own, which becomes one expression. */
  #rest(statement: Yield, frame: CallFrame): Expr | null {
    const { rest, restVariable } = statement;
    if (rest === null || restVariable === null) return null;
    const { emitter, context } = this;
    const { current, reachable } = emitter;
    const join = emitter.join();
    const start = emitter.newBlock();
    emitter.enter(start, reachable);
    this.statements(rest, frame);
    const [value] = this.expressions.places.read(
      this.expressions.places.binding(restVariable, frame).place,
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
}
