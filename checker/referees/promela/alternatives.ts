/**
 * A step of ours may find out late that it is not enabled, and choose in its middle. A `d_step` of SPIN's is enabled or
 * not by its first statement and makes no choices. So each step becomes one alternative per sequence of choices, with
 * all that decides about it as a guard over the state before, and code in which the choices are made.
 */
import { type Domains, rangeOf } from '../../compiler/codegen/ranges.js';
import type { Block, Cell, CellRef, Expr, Instr, ProcessGraph } from '../../compiler/ir/graph.js';
import { binary, conditional, constant, foldRef, simplify, unary } from '../../compiler/ir/simplify.js';
import { mapExpr, mapRef, sameRef, stepSuccessors, visitExpr } from '../../compiler/ir/traverse.js';
import { InputError } from '../../diagnostics.js';

export interface Alternative {
  /** Over the cells and the locals that live at the boundary. */
  readonly guard: Expr;
  /** Where its code begins. */
  readonly entry: number;
}

export interface Code {
  /** Without choices. Where the guards exclude that control gets somewhere, the terminator is `disabled`. */
  readonly blocks: readonly Block[];
  readonly alternatives: readonly Alternative[];
}

/** What a step does: the code for each way of choosing. */
export interface Ways {
  readonly start: number;
  readonly ways: readonly { readonly choices: Choices; readonly guard: Expr }[];
}

/** A step that decides later than this, counted in blocks on all paths, cannot be exported. */
const VISIT_LIMIT = 20_000;
const SIZE_LIMIT = 50_000;

/** Exactly one way is enabled for each transition that there is. */
export function waysOf(process: ProcessGraph, cells: readonly Cell[], start: number): Ways {
  const ways = [...new Guards(process, cells).from(start).values()];
  return { start, ways: ways.filter(({ guard }) => guard.op !== 'const' || guard.value !== 0) };
}

/** Code for ways of several steps that make the same choices. What they have in common is there once. */
export function codeOf(
  blocks: readonly Block[],
  choices: Choices,
  ways: readonly { readonly start: number; readonly guard: Expr }[],
): Code {
  const made: Block[] = [];
  const node = specialising(blocks, choices, made);
  const alternatives = ways.map(({ start, guard }) => ({ guard, entry: node(start, 0) }));
  return { blocks: withoutDeadEnds(made), alternatives };
}

export type Choices = readonly { readonly block: number; readonly value: number }[];
type Guarded = ReadonlyMap<string, { readonly choices: Choices; readonly guard: Expr }>;

/** What has happened on the way to a block, in terms of the state before the step. */
interface Before {
  readonly locals: ReadonlyMap<number, Expr>;
  readonly stores: readonly { readonly ref: CellRef; readonly value: Expr }[];
  readonly choices: Choices;
}

class Guards {
  readonly #domains: Domains;
  readonly #decisive: ReadonlySet<number>;
  #visits = 0;
  #size = 0;

  constructor(
    readonly process: ProcessGraph,
    cells: readonly Cell[],
  ) {
    this.#domains = { cells, locals: process.locals };
    this.#decisive = blocksBefore(process.blocks, ({ end }) => end.to === 'disabled' || end.to === 'choose');
  }

  from(start: number): Guarded {
    return this.#walk(start, { locals: new Map(), stores: [], choices: [] });
  }

  #walk(at: number, before: Before): Guarded {
    const done = (): Guarded => only(before.choices, constant(1));
    const block = this.process.blocks[at];
    if (block === undefined || !this.#decisive.has(at)) return done();
    if (++this.#visits > VISIT_LIMIT) throw tooLate(this.process);
    const locals = new Map(before.locals);
    const stores = [...before.stores];
    const tests: Expr[] = [];
    const value = (expr: Expr): Expr => this.#evaluate(expr, locals, stores);
    for (const instr of block.instrs) {
      if (instr.do === 'check') tests.push(value(instr.test));
      else if (instr.do === 'set') locals.set(instr.local, value(instr.value));
      else {
        const stored = value(instr.value);
        stores.push({
          ref: foldRef(mapRef(instr.ref, (each) => this.#rule(each, locals, stores))),
          value: stored,
        });
      }
    }
    // A step that fails is enabled.
    return tests.reduceRight<Guarded>(
      (after, test) => either(test, after, done()),
      this.#end(block, at, { locals, stores, choices: before.choices }),
    );
  }

  #end({ end }: Block, at: number, before: Before): Guarded {
    const value = (expr: Expr): Expr => this.#evaluate(expr, before.locals, before.stores);
    switch (end.to) {
      case 'block':
      case 'passed':
        return this.#walk(end.block, before);
      case 'branch': {
        const test = value(end.test);
        if (test.op === 'const') return this.#walk(test.value !== 0 ? end.then : end.else, before);
        return either(test, this.#walk(end.then, before), this.#walk(end.else, before));
      }
      case 'choose': {
        const count = value(end.count);
        const most = rangeOf(count, this.#domains).hi;
        if (most > VISIT_LIMIT) throw tooLate(this.process);
        const all = new Map<string, { choices: Choices; guard: Expr }>();
        for (let i = 0; i < most; i++) {
          const locals = new Map(before.locals).set(end.local, constant(i));
          const choices = [...before.choices, { block: at, value: i }];
          const possible = this.#decided(binary('<', constant(i), count));
          for (const [key, each] of this.#walk(end.block, { ...before, locals, choices }))
            all.set(key, { ...each, guard: binary('&&', possible, each.guard) });
        }
        return all;
      }
      case 'disabled':
        return new Map();
      case 'boundary':
      case 'end':
      case 'failure':
        return only(before.choices, constant(1));
      default:
        return end satisfies never;
    }
  }

  /** The value that an expression has after what has happened. */
  #evaluate(expr: Expr, locals: Before['locals'], stores: Before['stores']): Expr {
    const result = mapExpr(expr, (each) => this.#rule(each, locals, stores));
    visitExpr(result, () => this.#size++);
    if (this.#size > SIZE_LIMIT * 20) throw tooLate(this.process);
    return result;
  }

  #rule(each: Expr, locals: Before['locals'], stores: Before['stores']): Expr {
    if (each.op === 'local') return locals.get(each.local) ?? each;
    if (each.op !== 'load') return this.#decided(simplify(each));
    const ref = foldRef(each.ref);
    return stores.reduce<Expr>(
      (old, store) => conditional(this.#decided(isSamePlace(ref, store.ref)), store.value, old),
      { op: 'load', ref },
    );
  }

  /** A comparison whose outcome follows from the domains is a constant: loops up to a bound come to an end. */
  #decided(expr: Expr): Expr {
    if (expr.op !== 'binary') return expr;
    const [left, right] = [rangeOf(expr.left, this.#domains), rangeOf(expr.right, this.#domains)];
    const known = ((): boolean | null => {
      const apart = left.hi < right.lo || right.hi < left.lo;
      switch (expr.operator) {
        case '<':
          return left.hi < right.lo ? true : left.lo >= right.hi ? false : null;
        case '<=':
          return left.hi <= right.lo ? true : left.lo > right.hi ? false : null;
        case '>':
          return left.lo > right.hi ? true : left.hi <= right.lo ? false : null;
        case '>=':
          return left.lo >= right.hi ? true : left.hi < right.lo ? false : null;
        case '===':
          return apart ? false : null;
        case '!==':
          return apart ? true : null;
        default:
          return null;
      }
    })();
    return known === null ? expr : constant(known ? 1 : 0);
  }
}

function only(choices: Choices, guard: Expr): Guarded {
  return new Map([[choices.map(({ block, value }) => `${block}:${value}`).join(), { choices, guard }]]);
}

function either(test: Expr, then: Guarded, otherwise: Guarded): Guarded {
  const never = constant(0);
  const all = new Map<string, { choices: Choices; guard: Expr }>();
  for (const [key, { choices }] of [...then, ...otherwise]) {
    const [yes, no] = [then, otherwise].map((each) => each.get(key)?.guard ?? never) as [Expr, Expr];
    all.set(key, { choices, guard: decision(test, yes, no) });
  }
  return all;
}

function decision(test: Expr, then: Expr, otherwise: Expr): Expr {
  if (otherwise.op === 'const' && otherwise.value === 0) return binary('&&', test, then);
  if (then.op === 'const' && then.value === 0) return binary('&&', unary('!', test), otherwise);
  if (then.op === 'const' && then.value === 1) return binary('||', test, otherwise);
  if (otherwise.op === 'const' && otherwise.value === 1) return binary('||', unary('!', test), then);
  return conditional(test, then, otherwise);
}

/** Whether two references mean one cell. */
function isSamePlace(a: CellRef, b: CellRef): Expr {
  if (sameRef(a, b)) return constant(1);
  const reach = ({ base, indexes }: CellRef): number =>
    indexes.reduce((sum, { stride, length }) => sum + stride * (length - 1), base);
  if (reach(a) < b.base || reach(b) < a.base) return constant(0);
  const address = ({ base, indexes }: CellRef): Expr =>
    indexes.reduce(
      (sum, { value, stride }) => binary('+', sum, binary('*', value, constant(stride))),
      constant(base),
    );
  return binary('===', address(a), address(b));
}

/** Makes the blocks that are reached if these choices are made and no others; gives the index of one. */
function specialising(
  blocks: readonly Block[],
  choices: Choices,
  made: Block[],
): (at: number, count: number) => number {
  const known = new Map<string, number>();
  const node = (at: number, count: number): number => {
    const key = `${at}:${count}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const index = made.push({ instrs: [], end: { to: 'disabled' } }) - 1;
    known.set(key, index);
    const block = blocks[at];
    if (block === undefined) throw new RangeError(`no block ${at}`);
    const { end } = block;
    const complete = count === choices.length;
    // Before the last choice nothing fails: a run that did would have made fewer.
    const instrs: Instr[] = complete ? [...block.instrs] : block.instrs.filter((each) => each.do !== 'check');
    const set = (made_: Block): number => {
      made[index] = made_;
      return index;
    };
    switch (end.to) {
      case 'choose': {
        const choice = choices[count];
        if (choice?.block !== at) return set({ instrs, end: { to: 'disabled' } });
        instrs.push({ do: 'set', local: end.local, value: constant(choice.value) });
        return set({ instrs, end: { to: 'block', block: node(end.block, count + 1) } });
      }
      case 'block':
      case 'passed':
        return set({ instrs, end: { to: 'block', block: node(end.block, count) } });
      case 'branch':
        return set({ instrs, end: { ...end, then: node(end.then, count), else: node(end.else, count) } });
      case 'boundary':
      case 'end':
      case 'failure':
        return set({ instrs, end: complete ? end : { to: 'disabled' } });
      case 'disabled':
        return set({ instrs, end });
      default:
        return end satisfies never;
    }
  };
  return node;
}

/** A branch of which one side is excluded by the guard is none. */
function withoutDeadEnds(blocks: readonly Block[]): readonly Block[] {
  const alive = blocksBefore(
    blocks,
    ({ instrs, end }) =>
      end.to === 'boundary' ||
      end.to === 'end' ||
      end.to === 'failure' ||
      instrs.some((each) => each.do === 'check'),
  );
  return blocks.map((block) => {
    const { end, instrs } = block;
    if (end.to === 'block' && !alive.has(end.block)) return { instrs, end: { to: 'disabled' } };
    if (end.to !== 'branch') return block;
    if (alive.has(end.then) && alive.has(end.else)) return block;
    if (!alive.has(end.then) && !alive.has(end.else)) return { instrs, end: { to: 'disabled' } };
    return { instrs, end: { to: 'block', block: alive.has(end.then) ? end.then : end.else } };
  });
}

/** The blocks from which control may come to one of those within the step. */
function blocksBefore(blocks: readonly Block[], isOne: (block: Block) => boolean): ReadonlySet<number> {
  const previous: number[][] = blocks.map(() => []);
  for (const [at, { end }] of blocks.entries()) for (const to of stepSuccessors(end)) previous[to]?.push(at);
  const found = new Set<number>();
  const pending = blocks.flatMap((block, at) => (isOne(block) ? [at] : []));
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    if (found.has(at)) continue;
    found.add(at);
    pending.push(...(previous[at] ?? []));
  }
  return found;
}

function tooLate({ name }: ProcessGraph): InputError {
  return InputError.of(
    `a step of ${name} decides too late whether it is enabled: Promela needs that as a guard`,
    'Put a yield between what the step computes and its condition or choice.',
  );
}
