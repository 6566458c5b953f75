/**
 * When a step is enabled, as one expression over the state in which it begins: for languages in which a step has a
 * guard. Only what does not depend on the step's own stores can be said like that.
 */
import type { Block, Expr, ProcessGraph } from '../../compiler/ir/graph.js';
import { binary, conditional, constant, simplify, unary } from '../../compiler/ir/simplify.js';
import { mapExpr, stepSuccessors, visitExpr } from '../../compiler/ir/traverse.js';
import type { Choices } from './choices.js';

/** A guard that would be longer than this says less than the step itself. */
const SIZE_LIMIT = 80;

/**
 * The step is enabled with these choices exactly where this holds; null if that cannot be said beforehand. A choice that
 * a path does not make must be 0.
 * @param parameter the local that stands for a parameter of the choices
 */
export function enablingOf(
  process: ProcessGraph,
  start: number,
  { counts, parameterOf }: Choices,
  parameter: (index: number) => number,
): Expr | null {
  const { blocks } = process;
  const decisive = blocksBefore(blocks, start, ({ end }) => end.to === 'disabled' || end.to === 'choose');
  let size = 0;
  const walk = (at: number, given: ReadonlyMap<number, Expr>, stored: boolean, path: Path): Expr => {
    const block = blocks[at];
    if (block === undefined || path.blocks.includes(at)) throw new Unsayable();
    const done = (): Expr =>
      counts.reduce((all, _, index) => {
        if (path.chosen.includes(index)) return all;
        const chosen: Expr = { op: 'local', local: parameter(index) };
        return binary('&&', all, binary('===', chosen, constant(0)));
      }, constant(1));
    if (!decisive.has(at)) return done();
    const values = new Map(given);
    const substituted = (expr: Expr): Expr => {
      if (stored && readsState(expr)) throw new Unsayable();
      const result = mapExpr(expr, (each) => {
        const value = each.op === 'local' ? values.get(each.local) : undefined;
        return value ?? simplify(each);
      });
      visitExpr(result, (each) => {
        if (each === LOST) throw new Unsayable();
        size++;
      });
      if (size > SIZE_LIMIT) throw new Unsayable();
      return result;
    };
    const checks: Expr[] = [];
    for (const instr of block.instrs) {
      if (instr.do === 'check') checks.push(substituted(instr.test));
      else if (instr.do === 'store') stored = true;
      else if (stored && readsState(instr.value)) values.set(instr.local, LOST);
      else values.set(instr.local, substituted(instr.value));
    }
    const next = (to: number, chosen = path.chosen): Expr =>
      walk(to, values, stored, { blocks: [...path.blocks, at], chosen });
    const { end } = block;
    const rest = ((): Expr => {
      switch (end.to) {
        case 'block':
        case 'passed':
          return next(end.block);
        case 'branch':
          return either(substituted(end.test), next(end.then), next(end.else));
        case 'choose': {
          const index = parameterOf.get(at) ?? 0;
          const chosen: Expr = { op: 'local', local: parameter(index) };
          const count = substituted(end.count);
          values.set(end.local, chosen);
          const after = next(end.block, [...path.chosen, index]);
          const isAny = count.op === 'const' && count.value >= (counts[index] ?? 1);
          return isAny ? after : binary('&&', binary('<', chosen, count), after);
        }
        case 'disabled':
          return constant(0);
        case 'boundary':
        case 'end':
        case 'failure':
          return done();
        default:
          return end satisfies never;
      }
    })();
    // A step that fails is enabled.
    return checks.reduceRight((after, test) => either(test, after, done()), rest);
  };
  try {
    return walk(start, new Map(), false, { blocks: [], chosen: [] });
  } catch (error) {
    if (error instanceof Unsayable) return null;
    throw error;
  }
}

/** The blocks of a step from which every path ends in `disabled`: where the guard holds, none is reached. */
export function hopeless(blocks: readonly Block[], region: readonly number[]): ReadonlySet<number> {
  const found = new Set<number>();
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const at of region) {
      const block = blocks[at];
      if (block === undefined || block.instrs.some((instr) => instr.do === 'check')) continue;
      const next = stepSuccessors(block.end);
      if (block.end.to === 'disabled' || (next.length > 0 && next.every((to) => found.has(to))))
        found.add(at);
    }
  }
  return found;
}

interface Path {
  readonly blocks: readonly number[];
  /** The parameters whose choices it has made. */
  readonly chosen: readonly number[];
}

class Unsayable extends Error {}

/** Stands for a value that depends on a store. */
const LOST: Expr = { op: 'load', ref: { base: 0, indexes: [] } };

function readsState(expr: Expr): boolean {
  let found = false;
  visitExpr(expr, ({ op }) => {
    if (op === 'load') found = true;
  });
  return found;
}

function either(test: Expr, then: Expr, otherwise: Expr): Expr {
  const [yes, no] = [then, otherwise].map((each) => (each.op === 'const' ? each.value : null));
  if (yes !== null && yes === no) return then;
  if (yes === 0) return binary('&&', unary('!', test), otherwise);
  if (yes === 1) return binary('||', test, otherwise);
  if (no === 0) return binary('&&', test, then);
  if (no === 1) return binary('||', unary('!', test), then);
  return conditional(test, then, otherwise);
}

/** The blocks of a step from which it may come to one of those. */
function blocksBefore(
  blocks: readonly Block[],
  start: number,
  isOne: (block: Block) => boolean,
): ReadonlySet<number> {
  const region = new Map<number, Block>();
  const pending = [start];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    const block = blocks[at];
    if (block === undefined || region.has(at)) continue;
    region.set(at, block);
    pending.push(...stepSuccessors(block.end));
  }
  const found = new Set([...region].flatMap(([at, block]) => (isOne(block) ? [at] : [])));
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const [at, { end }] of region) if (stepSuccessors(end).some((to) => found.has(to))) found.add(at);
  }
  return found;
}
