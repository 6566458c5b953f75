/** Random models of two or three processes that run the same code, with their own number in it. For tests. */
import fc from 'fast-check';
import {
  bool,
  cell,
  int,
  load,
  local,
  nowhere,
  num,
  op,
  set,
  store,
} from '../../../compiler/codegen/testing/toys.js';
import type {
  Block,
  Cell,
  Expr,
  Graph,
  Instr,
  PredicateGraph,
  ProcessGraph,
} from '../../../compiler/ir/graph.js';
import type { StateTree } from '../../../compiler/machine.js';

export interface Twins {
  readonly graph: Graph;
  readonly tree: StateTree;
  /** Whether nothing in it tells the processes apart. */
  readonly alike: boolean;
  readonly text: string;
}

/** A piece of code of process `me` of `count`. */
type Piece<T> = (me: number, count: number) => T;

const shared = 0;
const owner = 1;
const flag = (of: number): number => 2 + 2 * of;
const value = (of: number): number => 3 + 2 * of;
const at = (index: number): Expr => load(cell(index));
const others = (me: number, count: number): number[] => all(count).filter((each) => each !== me);
const all = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const either = (parts: readonly Expr[]): Expr => parts.reduce((a, b) => op(a, '||', b));

/** Pieces that are the same for all processes, and behind them some that tell them apart. */
const stores: Readonly<Record<string, Piece<readonly Instr[]>>> = {
  'flag[me] = 1': (me) => [store(cell(flag(me)), num(1))],
  'flag[me] = 0': (me) => [store(cell(flag(me)), num(0))],
  'owner = me': (me) => [store(cell(owner), num(me))],
  'owner = -1': () => [store(cell(owner), num(-1))],
  'shared++': () => [store(cell(shared), op(op(at(shared), '+', num(1)), '%', num(3)))],
  'value[me] = shared': (me) => [store(cell(value(me)), at(shared))],
  'value[*] = 0': (_, count) => all(count).map((each) => store(cell(value(each)), num(0))),
  'x = shared': () => [set(0, at(shared))],
  'x = value[me]': (me) => [set(0, at(value(me)))],
  'assert owner is no other': (me, count) =>
    others(me, count).map((each) => ({ do: 'check', test: op(at(owner), '!==', num(each)), failure: 0 })),
  'flag[x] = 0': (_, count) => [
    store(
      { base: flag(0), indexes: [{ value: op(local(0), '%', num(count)), stride: 2, length: count }] },
      num(0),
    ),
  ],
  'flag[0] = 1': () => [store(cell(flag(0)), num(1))],
  'owner = 0': () => [store(cell(owner), num(0))],
  'shared = me': (me) => [store(cell(shared), num(me))],
  'value[me] = owner + 1': (me) => [store(cell(value(me)), op(op(at(owner), '+', num(1)), '%', num(3)))],
};
const tests: Readonly<Record<string, Piece<Expr>>> = {
  'owner < 0': () => op(at(owner), '<', num(0)),
  'owner === me': (me) => op(at(owner), '===', num(me)),
  'flag[me]': (me) => at(flag(me)),
  'some flag': (_, count) => either(all(count).map((each) => at(flag(each)))),
  'some other flag': (me, count) => either(others(me, count).map((each) => at(flag(each)))),
  'shared === x': () => op(at(shared), '===', local(0)),
  'value[me] > 0': (me) => op(at(value(me)), '>', num(0)),
  'flag[0]': () => at(flag(0)),
  'owner < 1': () => op(at(owner), '<', num(1)),
};
const predicates: Readonly<Record<string, Piece<Expr>>> = {
  'at most one flag': (_, count) =>
    op(
      all(count)
        .map((each) => at(flag(each)))
        .reduce((a, b) => op(a, '+', b)),
      '<',
      num(2),
    ),
  'no value is 2': (_, count) =>
    op(num(1), '-', either(all(count).map((each) => op(at(value(each)), '===', num(2))))),
  'owned or shared is small': () => op(op(at(owner), '>=', num(0)), '||', op(at(shared), '<', num(2))),
  'value[0] is not 2': () => op(at(value(0)), '!==', num(2)),
};
const ALIKE = { stores: 10, tests: 7, predicates: 3 };

interface Step {
  /** Waits for this. */
  readonly guard: number | null;
  readonly first: number;
  readonly test: number;
  readonly then: number;
  readonly otherwise: number;
  /** Whether the local is chosen before. */
  readonly chooses: boolean;
  readonly next: number;
  readonly rests: boolean;
}

/** @param apart whether pieces that tell processes apart may be among them */
export function twins(apart: boolean): fc.Arbitrary<Twins> {
  const pick = (table: object, alike: number): fc.Arbitrary<number> =>
    fc.nat((apart ? Object.keys(table).length : alike) - 1);
  const piece = pick(stores, ALIKE.stores);
  const test = pick(tests, ALIKE.tests);
  const step = fc.record({
    guard: fc.option(test, { freq: 2 }),
    first: piece,
    test,
    then: piece,
    otherwise: piece,
    chooses: fc.nat(3).map((each) => each === 0),
    next: fc.nat(3),
    rests: fc.boolean(),
  });
  return fc
    .record({
      count: fc.integer({ min: 2, max: 3 }),
      steps: fc.array(step, { minLength: 2, maxLength: 4 }),
      invariant: pick(predicates, ALIKE.predicates),
      witness: pick(predicates, ALIKE.predicates),
    })
    .map(({ count, steps, invariant, witness }) => modelOf(count, steps, invariant, witness));
}

function modelOf(count: number, steps: readonly Step[], invariant: number, witness: number): Twins {
  const cells: Cell[] = [
    { path: ['shared'], domain: int(0, 2) },
    { path: ['owner'], domain: int(-1, count - 1) },
    ...all(count).flatMap((each): Cell[] => [
      { path: ['own', each, 'flag'], domain: bool },
      { path: ['own', each, 'value'], domain: int(0, 2) },
    ]),
  ];
  const used = steps.flatMap(({ guard, first, test, then, otherwise }) => [
    guard !== null && guard >= ALIKE.tests,
    test >= ALIKE.tests,
    [first, then, otherwise].some((each) => each >= ALIKE.stores),
  ]);
  const own = all(count).map(() => ({ flag: 'false', value: 0 }));
  return {
    graph: {
      cells,
      processes: all(count).map((me) => processOf(steps, me, count)),
      failures: [{ kind: 'assertion', property: 'A', message: 'owned by another', frames: [] }],
      invariants: [predicateOf('I', invariant, count)],
      stepPredicates: [],
      witnesses: [predicateOf('W', witness, count)],
    },
    tree: { shared: 0, owner: -1, own },
    alike: !used.includes(true) && Math.max(invariant, witness) < ALIKE.predicates,
    text: JSON.stringify({
      steps: steps.map(({ guard, first, test, then, otherwise, ...rest }) => ({
        guard: guard === null ? null : nth(tests, guard)[0],
        first: nth(stores, first)[0],
        test: nth(tests, test)[0],
        then: nth(stores, then)[0],
        otherwise: nth(stores, otherwise)[0],
        ...rest,
      })),
      invariant: nth(predicates, invariant)[0],
    }),
  };
}

function processOf(steps: readonly Step[], me: number, count: number): ProcessGraph {
  const blocks: Block[] = [{ instrs: [], end: { to: 'boundary', boundary: 0 } }];
  const add = (block: Block): number => blocks.push(block) - 1;
  const code = (piece: number): readonly Instr[] => nth(stores, piece)[1](me, count);
  const disabled = add({ instrs: [], end: { to: 'disabled' } });
  const boundaries = steps.map((step) => {
    const boundary = step.next % (steps.length + 1);
    const end: Block['end'] = boundary === steps.length ? { to: 'end' } : { to: 'boundary', boundary };
    const then = add({ instrs: code(step.then), end });
    const otherwise = add({ instrs: code(step.otherwise), end });
    const test = nth(tests, step.test)[1](me, count);
    const body = add({ instrs: code(step.first), end: { to: 'branch', test, then, else: otherwise } });
    const chosen = step.chooses
      ? add({ instrs: [], end: { to: 'choose', local: 0, count: num(2), block: body } })
      : body;
    const guard = step.guard === null ? null : nth(tests, step.guard)[1](me, count);
    const block =
      guard === null
        ? chosen
        : add({ instrs: [], end: { to: 'branch', test: guard, then: chosen, else: disabled } });
    return { block, frames: [], rest: step.rests ? at(flag(me)) : null };
  });
  return {
    name: `p${me}`,
    entry: 0,
    blocks,
    boundaries,
    locals: [{ name: 'x', span: nowhere, domain: int(0, 2) }],
  };
}

function predicateOf(name: string, index: number, count: number): PredicateGraph {
  const result = nth(predicates, index)[1](0, count);
  return {
    name,
    entry: 0,
    blocks: [{ instrs: [set(0, op(result, '!==', num(0)))], end: { to: 'end' } }],
    locals: [{ name: 'result', span: nowhere, domain: bool }],
    result: 0,
  };
}

function nth<T>(table: Readonly<Record<string, T>>, index: number): readonly [string, T] {
  const entry = Object.entries(table)[index];
  if (entry === undefined) throw new RangeError(`no piece ${index}`);
  return entry;
}
