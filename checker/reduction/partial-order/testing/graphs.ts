/** Random graphs whose processes mostly mind their own business, so that there is something to reduce. For tests. */
import fc from 'fast-check';
import { lowest, randomGraph } from '../../../compiler/codegen/testing/random-graphs.js';
import type { Cell, CellRef, Expr, Graph, Instr, PredicateGraph } from '../../../compiler/ir/graph.js';
import type { BinaryOperator } from '../../../compiler/ir/program.js';
import type { StateTree } from '../../../compiler/machine.js';
import {
  Blocks,
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

export interface Case {
  readonly graph: Graph;
  readonly tree: StateTree;
}

/** Any control flow at all. */
export const wildCases: fc.Arbitrary<Case> = randomGraph.map(({ graph, tree }) => ({
  graph: finished(graph),
  tree,
}));

const CELLS = 6;
const VECTOR = 4;

/** Straight programs over few cells, each process with favourites; guards, choices, locks, dynamic indexes, idle tests. */
export const tameCases: fc.Arbitrary<Case> = fc
  .record({
    processes: fc.array(processes(), { minLength: 2, maxLength: 3 }),
    invariants: fc.array(fc.tuple(exprs(), fc.nat(3)), { maxLength: 2 }),
    steps: fc.array(fc.tuple(fc.nat(CELLS - 1), fc.nat(2)), { maxLength: 1 }),
  })
  .map(({ processes: all, invariants, steps }) => {
    const cells = Array.from({ length: CELLS }, (_, i): Cell => ({ path: ['v', i], domain: int(0, 2) }));
    const before = (at: number): Expr => ({ op: 'load', ref: cell(at), state: 'before' });
    return {
      graph: finished({
        cells,
        processes: all.map((make) => make()),
        failures: [0, 1].map((index) => ({
          kind: 'assertion',
          property: index === 0 ? null : 'P1',
          message: '',
          frames: [],
        })),
        invariants: invariants.map(([test, value]) => predicate(op(test, '!==', num(value)))),
        stepPredicates: steps.map(([at, value]) =>
          predicate(op(op(load(cell(at)), '!==', num(value)), '||', op(before(at), '===', num(value)))),
        ),
        witnesses: [],
      }),
      tree: lowest(cells),
    };
  });

function places(): fc.Arbitrary<CellRef> {
  return fc.oneof(
    { weight: 5, arbitrary: fc.nat(CELLS - 1).map((at) => cell(at)) },
    {
      weight: 1,
      arbitrary: fc.nat(1).map((at) => cell(at, { value: local(0), stride: 1, length: VECTOR })),
    },
  );
}

function exprs(refs: fc.Arbitrary<CellRef> = fc.nat(CELLS - 1).map((at) => cell(at))): fc.Arbitrary<Expr> {
  const leaf: fc.Arbitrary<Expr> = refs.map(load);
  const operators: readonly BinaryOperator[] = ['+', '===', '<', '&&', '||', '!=='];
  return fc.oneof(
    { weight: 3, arbitrary: leaf },
    {
      weight: 1,
      arbitrary: fc
        .tuple(leaf, fc.constantFrom(...operators), leaf)
        .map(([left, operator, right]) => op(left, operator, right)),
    },
  );
}

/** One step: what it does, between a guard and the next boundary. */
type Piece = (b: Blocks, next: number) => number;

function processes(): fc.Arbitrary<() => Graph['processes'][number]> {
  return fc.nat(CELLS - 1).chain((favourite) => {
    const ref = fc.oneof(
      { weight: 3, arbitrary: fc.constant(cell(favourite)) },
      { weight: 2, arbitrary: places() },
    );
    const value = fc.oneof(
      fc.nat(2).map(num),
      exprs(ref).map((expr) => op(expr, '%', num(3))),
      fc.constant(local(1)),
    );
    const instr: fc.Arbitrary<Instr> = fc.oneof(
      { weight: 4, arbitrary: fc.tuple(ref, value).map(([to, expr]) => store(to, expr)) },
      { weight: 2, arbitrary: value.map((expr) => set(1, expr)) },
      { weight: 1, arbitrary: fc.nat(3).map((index) => set(0, num(index))) },
      {
        weight: 1,
        arbitrary: fc.tuple(exprs(ref), fc.nat(1)).map(
          ([test, failure]): Instr => ({
            do: 'check',
            test: op(test, '!==', num(2)),
            failure,
          }),
        ),
      },
    );
    const instrs = fc.array(instr, { maxLength: 2 });
    const piece: fc.Arbitrary<Piece> = fc.oneof(
      {
        weight: 4,
        arbitrary: instrs.map(
          (all): Piece =>
            (b, next) =>
              b.stop(all, next),
        ),
      },
      {
        weight: 2,
        arbitrary: fc.tuple(exprs(ref), instrs).map(
          ([test, all]): Piece =>
            (b, next) =>
              b.assume(test, b.stop(all, next)),
        ),
      },
      {
        weight: 3,
        // A diamond; with nothing on either side it only looks as if something were read.
        arbitrary: fc.tuple(exprs(ref), instrs, instrs, instrs).map(
          ([test, holds, fails, after]): Piece =>
            (b, next) => {
              const end = b.stop(after, next);
              const sides = [holds, fails].map((each) => b.add(each, { to: 'block', block: end }));
              return b.add([], { to: 'branch', test, then: sides[0] ?? end, else: sides[1] ?? end });
            },
        ),
      },
      {
        weight: 2,
        arbitrary: fc.tuple(exprs(ref), exprs(ref), instrs).map(
          ([first, second, all]): Piece =>
            (b, next) => {
              const end = b.stop([], next);
              const then = b.add(all, { to: 'block', block: end });
              const inner = b.add([], { to: 'branch', test: second, then: end, else: then });
              return b.add([], { to: 'branch', test: first, then: end, else: inner });
            },
        ),
      },
      {
        weight: 1,
        arbitrary: instrs.map(
          (all): Piece =>
            (b, next) =>
              b.add([], { to: 'choose', local: 1, count: num(2), block: b.stop(all, next) }),
        ),
      },
    );
    return fc
      .record({
        pieces: fc.array(piece, { minLength: 2, maxLength: 4 }),
        again: fc.nat(9),
        rest: fc.option(exprs(ref), { freq: 3 }),
      })
      .map(({ pieces, again, rest }) => () => {
        const b = new Blocks();
        const blocks = pieces.map((each, index) => {
          const isLast = index === pieces.length - 1;
          return each(b, isLast && again < 4 ? 0 : index + 1);
        });
        const end = b.add([], { to: 'end' });
        const entry = b.stop([], 0);
        const boundaries = [...blocks, end].map((block) =>
          rest === null ? block : { block, rest: op(rest, '===', num(1)) },
        );
        return b.process('p', entry, boundaries, [int(0, 3), int(0, 2)]);
      });
  });
}

function predicate(test: Expr): PredicateGraph {
  return {
    name: '',
    entry: 0,
    blocks: [{ instrs: [set(0, test)], end: { to: 'end' } }],
    locals: [{ name: 'result', span: nowhere, domain: bool }],
    result: 0,
  };
}

/** Different names for what a search reports, and step predicates that hold where nothing changes. */
function finished(graph: Graph): Graph {
  const same = graph.cells.reduce<Expr>((all, _, at) => {
    const before: Expr = { op: 'load', ref: cell(at), state: 'before' };
    return op(all, '&&', op(load(cell(at)), '===', before));
  }, num(1));
  return {
    ...graph,
    invariants: graph.invariants.map((each, index) => ({ ...each, name: `invariant ${index}` })),
    stepPredicates: graph.stepPredicates.map((each, index) => {
      const end = each.blocks.length;
      return {
        ...each,
        name: `step ${index}`,
        entry: end + 1,
        blocks: [
          ...each.blocks,
          { instrs: [set(each.result, num(1))], end: { to: 'end' } },
          { instrs: [], end: { to: 'branch', test: same, then: end, else: each.entry } },
        ],
      };
    }),
  };
}
