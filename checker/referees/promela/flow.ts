/**
 * Blocks as nested selections. A block that control reaches from one side stands there; one where sides meet stands
 * behind the selection that parts them, with a label for those that do not simply fall through to it. Loops go back by
 * `goto`, which a `d_step` allows within itself.
 */
import { dominatorTree } from '../../compiler/codegen/control.js';
import type { Block, Expr, Instr, Terminator } from '../../compiler/ir/graph.js';
import { stepSuccessors } from '../../compiler/ir/traverse.js';
import type { Code, Statement } from './code.js';

export interface Writer {
  test(test: Expr, negated: boolean): string;
  instr(instr: Exclude<Instr, { do: 'check' }>): Code;
  /** What to do where the check with this failure does not hold. Control goes on behind the end of the code. */
  failure(failure: number): Code;
  /** The end of the step, or of a predicate. */
  end(end: Extract<Terminator, { to: 'boundary' | 'end' }>): Code;
  /** A new label that begins like this. */
  label(beginning: 'join' | 'done'): string;
}

/** One of the places where the code may begin: with which guard, and what is to be done there first. */
export interface Entry {
  readonly guard: string;
  readonly code: Code;
  readonly block: number;
}

/** Code that begins with a selection among the entries, if there are several. Control leaves it at its end only. */
export function structuredCode(blocks: readonly Block[], entries: readonly Entry[], writer: Writer): Code {
  return new Structuring(blocks, entries, writer).code();
}

/** Where control can be sent: a block, or the end of the code. */
type Target = number | 'done';
/** A place that may turn out to need a label. */
type Draft = readonly (
  | Exclude<Statement, { select: unknown }>
  | { readonly place: Target }
  | DraftSelection
)[];
interface DraftSelection {
  readonly select: readonly { readonly guard: string; readonly code: Draft }[];
}

/** Stands for a block that leads to all entries. */
const ROOT = -1;

class Structuring {
  readonly #labels = new Map<Target, string>();
  readonly #children: ReadonlyMap<number, readonly number[]>;
  readonly #joins: ReadonlySet<number>;

  constructor(
    readonly blocks: readonly Block[],
    readonly entries: readonly Entry[],
    readonly writer: Writer,
  ) {
    const next = (at: number): readonly number[] =>
      at === ROOT ? entries.map(({ block }) => block) : stepSuccessors(this.#block(at).end);
    const { children, edges, position } = dominatorTree(ROOT, next);
    const incoming = new Map<number, number>();
    for (const { to } of edges) incoming.set(to, (incoming.get(to) ?? 0) + 1);
    this.#joins = new Set([...incoming].flatMap(([at, count]) => (count > 1 ? [at] : [])));
    const order = (at: number): number => position.get(at) ?? -1;
    this.#children = new Map(
      [...children].map(([at, each]) => [at, each.toSorted((a, b) => order(a) - order(b))]),
    );
  }

  code(): Code {
    return this.#labelled([...this.#body(ROOT, 'done'), { place: 'done' }]);
  }

  /** A block and what it dominates. `behind` is where control gets by falling through. */
  #body(at: number, behind: Target): Draft {
    const joins = (this.#children.get(at) ?? []).filter((child) => this.#joins.has(child));
    return [
      ...this.#own(at, joins[0] ?? behind),
      ...joins.flatMap((join, i) => [{ place: join }, ...this.#body(join, joins[i + 1] ?? behind)]),
    ];
  }

  #own(at: number, behind: Target): Draft {
    const { writer } = this;
    if (at === ROOT) {
      const arms = this.entries.map(({ guard, code, block }) => ({
        guard,
        code: [...code, ...this.#jump(block, behind)],
      }));
      return arms.length === 1 ? (arms[0]?.code ?? []) : [{ select: arms }];
    }
    const { instrs, end } = this.#block(at);
    const code = instrs.flatMap(
      (instr): Draft =>
        instr.do !== 'check'
          ? writer.instr(instr)
          : [
              {
                select: [
                  {
                    guard: writer.test(instr.test, true),
                    code: [...writer.failure(instr.failure), this.#goto('done')],
                  },
                  { guard: 'else', code: [] },
                ],
              },
            ],
    );
    switch (end.to) {
      case 'block':
      case 'passed':
        return [...code, ...this.#jump(end.block, behind)];
      case 'branch': {
        const [then, otherwise] = [this.#jump(end.then, behind), this.#jump(end.else, behind)];
        if (then.length === 0 && otherwise.length === 0) return code;
        const negated = then.length === 0;
        const guard = writer.test(end.test, negated);
        const [first, second] = negated ? [otherwise, then] : [then, otherwise];
        const select = [
          { guard, code: first },
          { guard: 'else', code: second },
        ];
        return [...code, { select }];
      }
      case 'boundary':
      case 'end':
        return [...code, ...writer.end(end), ...this.#leave(behind)];
      case 'failure':
        return [...code, ...writer.failure(end.failure), ...this.#leave(behind)];
      case 'disabled':
        // The guard has excluded it.
        return [...code, { do: 'assert(false)' }];
      case 'choose':
        throw new Error('a choice is left');
      default:
        return end satisfies never;
    }
  }

  #jump(to: number, behind: Target): Draft {
    if (!this.#joins.has(to)) return this.#body(to, behind);
    return to === behind ? [] : [this.#goto(to)];
  }

  #leave(behind: Target): Draft {
    return behind === 'done' ? [] : [this.#goto('done')];
  }

  #goto(to: Target): Statement {
    const label = this.#labels.get(to) ?? this.writer.label(to === 'done' ? 'done' : 'join');
    this.#labels.set(to, label);
    return { do: `goto ${label}` };
  }

  /** Puts labels where a `goto` leads. A label needs a statement behind it. */
  #labelled(draft: Draft): Code {
    const code: Statement[] = [];
    let open = false;
    for (const each of draft) {
      if ('place' in each) {
        const label = this.#labels.get(each.place);
        if (label === undefined) continue;
        code.push({ label });
        open = true;
      } else {
        if ('select' in each)
          code.push({ select: each.select.map((arm) => ({ ...arm, code: this.#labelled(arm.code) })) });
        else code.push(each);
        if (!('comment' in each || 'macro' in each)) open = false;
      }
    }
    if (open) code.push({ do: 'skip' });
    return code;
  }

  #block(at: number): Block {
    const block = this.blocks[at];
    if (block === undefined) throw new RangeError(`no block ${at}`);
    return block;
  }
}
