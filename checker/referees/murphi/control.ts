/**
 * The control flow of a step in a language with `if`, `while` and `return`, but without jumps: the structure is that of
 * the dominator tree. Where control meets again behind a decision, the code just goes on; where that does not do,
 * because several such places are near, a variable says which is meant.
 */
import { analyse, type Region } from '../../compiler/codegen/control.js';
import type { Block, Expr, Terminator } from '../../compiler/ir/graph.js';
import { stepSuccessors } from '../../compiler/ir/traverse.js';

export type Statement =
  | { readonly line: string }
  /** Assignments that mean the same wherever they stand. */
  | { readonly run: readonly string[] }
  | {
      readonly test: Expr;
      readonly then: readonly Statement[];
      readonly else: readonly Statement[];
    }
  /** With a condition on the variable that says where control goes on. */
  | {
      readonly word: 'if' | 'while';
      readonly condition: string;
      readonly body: readonly Statement[];
    };

type Jump = Extract<Terminator, { readonly to: 'block' | 'passed' | 'choose' }>;
type Stop = Exclude<Terminator, Jump | { readonly to: 'branch' }>;

export interface Writing {
  readonly blocks: readonly Block[];
  /** The instructions of a block, and what its terminator does before it jumps on. */
  readonly statements: (block: number) => readonly Statement[];
  /** What happens on the way from one block to another. */
  readonly edge?: (from: number, to: number) => readonly string[];
  /** What ends the step. */
  readonly stop: (end: Stop, block: number) => readonly string[];
  /**
   * How the code is left there: `stop` writes a return itself, one may be added, or control must come to the end of
   * the code.
   */
  readonly leaving: 'by itself' | 'by return' | 'at the end';
  /** What ends the step where nothing more is to be found out; null where it goes on. */
  readonly settled?: (block: number) => readonly string[] | null;
  /** Whether control cannot get there, by the guard. */
  readonly isExcluded: (block: number) => boolean;
}

export interface Written {
  readonly code: readonly Statement[];
  /** Whether the code uses the variable `next`, whose values are block numbers. */
  readonly usesNext: boolean;
}

/** Where control goes if it runs off the end of a piece of code. */
interface Beyond {
  /** The block whose code follows, or null for the end of it all. */
  readonly block: number | null;
  /** Whether nothing is executed there that does not ask `next` first. */
  readonly quiet: boolean;
}

export function writeStep(start: number, writing: Writing): Written {
  const successors = (at: number): readonly number[] => targetsOf(writing, at);
  const region = analyse(start, successors);
  return region.cuts.size > 0 ? new Dispatch(writing).write(region) : new Nest(writing, region).write();
}

export interface Wording {
  readonly test: (expr: Expr) => string;
  readonly falsity: (expr: Expr) => string;
  readonly run?: (lines: readonly string[]) => readonly string[];
}

export function linesOf(code: readonly Statement[], wording: Wording): readonly string[] {
  const { test, falsity, run } = wording;
  const lines = (body: readonly Statement[]): readonly string[] => linesOf(body, wording);
  return joinRuns(code).flatMap((each): readonly string[] => {
    if ('line' in each) return [each.line];
    if ('run' in each) return run?.(each.run) ?? each.run;
    if ('word' in each) {
      const opening = each.word === 'if' ? `if ${each.condition} then` : `while ${each.condition} do`;
      return [opening, ...indented(lines(each.body)), 'end;'];
    }
    if (each.then.length === 0 && each.else.length === 0) return [];
    if (each.then.length === 0)
      return [`if ${falsity(each.test)} then`, ...indented(lines(each.else)), 'end;'];
    const head = [`if ${test(each.test)} then`, ...indented(lines(each.then))];
    const otherwise = lines(each.else);
    if (otherwise.length === 0) return [...head, 'end;'];
    const [only, ...others] = each.else;
    const isChain = only !== undefined && others.length === 0 && 'test' in only;
    if (isChain) return [...head, `els${otherwise[0]}`, ...otherwise.slice(1)];
    return [...head, 'else', ...indented(otherwise), 'end;'];
  });
}

export function indented(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`);
}

/** Runs that stand together are one. */
function joinRuns(code: readonly Statement[]): readonly Statement[] {
  const joined: Statement[] = [];
  for (const each of code) {
    const last = joined.at(-1);
    if ('run' in each && last !== undefined && 'run' in last)
      joined[joined.length - 1] = { run: [...last.run, ...each.run] };
    else joined.push(each);
  }
  return joined;
}

function targetsOf({ blocks, settled, isExcluded }: Writing, block: number): readonly number[] {
  if (settled?.(block) != null) return [];
  return stepSuccessors(blocks[block]?.end ?? { to: 'end' }).filter((to) => !isExcluded(to));
}

class Nest {
  #usesNext = false;

  constructor(
    readonly writing: Writing,
    readonly region: Region,
  ) {}

  write(): Written {
    const code = this.#tree(this.region.entry, { block: null, quiet: true });
    return { code, usesNext: this.#usesNext };
  }

  /** A block with all that it dominates. */
  #tree(block: number, beyond: Beyond): readonly Statement[] {
    const merges = (this.region.children.get(block) ?? [])
      .filter((child) => this.region.merges.has(child))
      .toSorted((a, b) => this.#at(a) - this.#at(b));
    if (!this.region.loops.has(block)) return this.#behind(block, merges, beyond);
    const body = this.#behind(block, merges, beyond);
    const round = this.#next(block);
    return [
      round,
      {
        word: 'while',
        condition: `next = ${block}`,
        body: [this.#next(this.writing.blocks.length), ...body],
      },
    ];
  }

  #behind(block: number, merges: readonly number[], beyond: Beyond): readonly Statement[] {
    const [merge, ...others] = merges;
    if (merge === undefined) return this.#block(block, beyond);
    if (others.length === 0 && this.#staysBefore(block, merge))
      return [...this.#block(block, { block: merge, quiet: false }), ...this.#tree(merge, beyond)];
    return [
      ...this.#block(block, beyond),
      ...merges.map(
        (each): Statement => ({
          word: 'if',
          condition: `next = ${each}`,
          body: this.#tree(each, beyond),
        }),
      ),
    ];
  }

  /** Whether the code of a block, without that of `merge`, jumps nowhere outside but to `merge`. */
  #staysBefore(block: number, merge: number): boolean {
    const inside = new Set<number>();
    const pending = [block];
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      inside.add(at);
      for (const child of this.region.children.get(at) ?? []) if (child !== merge) pending.push(child);
    }
    const { blocks, leaving } = this.writing;
    const mayStop = (at: number): boolean => {
      const to = blocks[at]?.end.to;
      return leaving !== 'at the end' || (to !== 'boundary' && to !== 'end');
    };
    return [...inside].every(
      (at) =>
        mayStop(at) && this.#targets(at).every((to) => to === merge || (inside.has(to) && to !== block)),
    );
  }

  #targets(block: number): readonly number[] {
    return targetsOf(this.writing, block);
  }

  #block(index: number, beyond: Beyond): readonly Statement[] {
    const { blocks, statements, stop } = this.writing;
    const block = blocks[index];
    if (block === undefined) throw new RangeError(`no block ${index}`);
    const settled = this.writing.settled?.(index);
    if (settled != null) return settled.map((line) => ({ line }));
    const own = statements(index);
    const { end } = block;
    const jump = (to: number): readonly Statement[] => this.#jump(index, to, beyond);
    switch (end.to) {
      case 'block':
      case 'passed':
      case 'choose':
        return [...own, ...jump(end.block)];
      case 'branch': {
        const [only, ...others] = new Set(this.#targets(index));
        if (only !== undefined && others.length === 0) return [...own, ...jump(only)];
        return [...own, { test: end.test, then: jump(end.then), else: jump(end.else) }];
      }
      case 'boundary':
      case 'end':
      case 'disabled':
      case 'failure': {
        const lines = stop(end, index);
        const isOut = beyond.quiet || end.to === 'disabled' || end.to === 'failure';
        const isReturn = this.writing.leaving === 'by return' && !isOut;
        return [...own, ...[...lines, ...(isReturn ? ['return;'] : [])].map((line) => ({ line }))];
      }
      default:
        return end satisfies never;
    }
  }

  #jump(from: number, to: number, beyond: Beyond): readonly Statement[] {
    const way = (this.writing.edge?.(from, to) ?? []).map((line) => ({ line }));
    const isBack = this.#at(to) <= this.#at(from);
    if (!isBack && !this.region.merges.has(to)) return [...way, ...this.#tree(to, beyond)];
    return to === beyond.block ? way : [...way, this.#next(to)];
  }

  #next(block: number): Statement {
    this.#usesNext = true;
    return { line: `next := ${block};` };
  }

  #at(block: number): number {
    return this.region.position.get(block) ?? -1;
  }
}

/** Loops that are entered in several places: one loop around all blocks. */
class Dispatch {
  constructor(readonly writing: Writing) {}

  write({ entry }: Region): Written {
    const { blocks } = this.writing;
    const nowhere = blocks.length;
    const order: number[] = [];
    const pending = [entry];
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      if (order.includes(at)) continue;
      order.push(at);
      pending.push(...targetsOf(this.writing, at));
    }
    const body = order
      .toSorted((a, b) => a - b)
      .map((at): Statement => ({ word: 'if', condition: `next = ${at}`, body: this.#block(at) }));
    return {
      code: [{ line: `next := ${entry};` }, { word: 'while', condition: `next != ${nowhere}`, body }],
      usesNext: true,
    };
  }

  #block(index: number): readonly Statement[] {
    const { blocks, statements, stop } = this.writing;
    const end = blocks[index]?.end ?? { to: 'end' };
    const settled = this.writing.settled?.(index);
    if (settled != null) return settled.map((line) => ({ line }));
    const own = statements(index);
    const jump = (to: number): readonly Statement[] =>
      [...(this.writing.edge?.(index, to) ?? []), `next := ${to};`].map((line) => ({ line }));
    if (end.to === 'branch') return [...own, { test: end.test, then: jump(end.then), else: jump(end.else) }];
    if ('block' in end) return [...own, ...jump(end.block)];
    return [...own, ...jump(blocks.length), ...stop(end, index).map((line) => ({ line }))];
  }
}
