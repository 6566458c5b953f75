/** Small graphs made by hand, for the tests and benchmarks of code generation and search. */
import type {
  Block,
  CellRef,
  Domain,
  Expr,
  Frame,
  Graph,
  Instr,
  ProcessGraph,
  Terminator,
} from '../../ir/graph.js';
import type { BinaryOperator } from '../../ir/program.js';
import type { StateTree } from '../../machine.js';

export interface Toy {
  readonly graph: Graph;
  readonly initial: StateTree;
}

export const bool: Domain = { lo: 0, hi: 1, names: ['false', 'true'] };
export const int = (lo: number, hi: number): Domain => ({ lo, hi, names: null });
export const num = (value: number): Expr => ({ op: 'const', value });
export const local = (index: number): Expr => ({ op: 'local', local: index });
export const cell = (base: number, ...indexes: CellRef['indexes']): CellRef => ({ base, indexes });
export const load = (ref: CellRef): Expr => ({ op: 'load', ref });
export const op = (left: Expr, operator: BinaryOperator, right: Expr): Expr => ({
  op: 'binary',
  operator,
  left,
  right,
});
export const store = (ref: CellRef, value: Expr): Instr => ({ do: 'store', ref, value });
export const set = (index: number, value: Expr): Instr => ({ do: 'set', local: index, value });

export const nowhere = { file: 'toy.ts', line: 1, column: 1 };

/** Collects the blocks of one process. */
export class Blocks {
  readonly blocks: Block[] = [];

  add(instrs: readonly Instr[], end: Terminator): number {
    return this.blocks.push({ instrs, end }) - 1;
  }

  /** A block that goes on at `then` if the test holds and is disabled if it does not. */
  assume(test: Expr, then: number): number {
    return this.add([], { to: 'branch', test, then, else: this.add([], { to: 'disabled' }) });
  }

  /** Ends at a boundary. */
  stop(instrs: readonly Instr[], boundary: number): number {
    return this.add(instrs, { to: 'boundary', boundary });
  }

  process(
    name: string,
    entry: number,
    boundaries: readonly (number | { block: number; rest: Expr })[],
    locals: readonly (Domain | null)[] = [],
  ): ProcessGraph {
    const frames: Frame[] = [{ function: name, span: nowhere, text: name }];
    return {
      name,
      entry,
      blocks: this.blocks,
      boundaries: boundaries.map((each) =>
        typeof each === 'number' ? { block: each, frames, rest: null } : { ...each, frames },
      ),
      locals: locals.map((domain, index) => ({ name: `local${index}`, span: nowhere, domain })),
    };
  }
}

/** Peterson's mutual exclusion of two processes. `waits` false leaves out the waiting, which breaks it. */
export function peterson(waits = true): Toy {
  const flag = (process: number): CellRef => cell(process);
  const turn = cell(2);
  const inside = (process: number): CellRef => cell(3 + process);
  const processes = [0, 1].map((self) => {
    const b = new Blocks();
    const other = 1 - self;
    const free = op(op(load(flag(other)), '===', num(0)), '||', op(load(turn), '===', num(self)));
    const enter = b.stop([store(inside(self), num(1))], 3);
    return b.process(`p${self}`, b.stop([], 0), [
      b.stop([store(flag(self), num(1))], 1),
      b.stop([store(turn, num(other))], 2),
      waits ? b.assume(free, enter) : enter,
      b.stop([store(inside(self), num(0)), store(flag(self), num(0))], 0),
    ]);
  });
  const both = op(load(inside(0)), '&&', load(inside(1)));
  return {
    graph: {
      cells: [
        ...[0, 1].map((i) => ({ path: ['flag', i], domain: bool })),
        { path: ['turn'], domain: int(0, 1) },
        ...[0, 1].map((i) => ({ path: ['inside', i], domain: bool })),
      ],
      processes,
      failures: [],
      invariants: [predicate('P1', { op: 'unary', operator: '!', operand: both })],
      stepPredicates: [],
      witnesses: [predicate('someone_inside', op(load(inside(0)), '||', load(inside(1))))],
    },
    initial: { flag: [false, false], turn: 0, inside: [false, false] },
  };
}

/** Dining philosophers, each of whom takes the left fork first: they can deadlock. */
export function philosophers(count: number): Toy {
  const processes = Array.from({ length: count }, (_, self) => {
    const b = new Blocks();
    const left = cell(self);
    const right = cell((self + 1) % count);
    const take = (fork: CellRef, next: number): number =>
      b.assume(op(load(fork), '===', num(0)), b.stop([store(fork, num(1))], next));
    return b.process(`philosopher${self}`, b.stop([], 0), [
      take(left, 1),
      take(right, 2),
      b.stop([store(left, num(0))], 3),
      b.stop([store(right, num(0))], 0),
    ]);
  });
  return {
    graph: {
      cells: Array.from({ length: count }, (_, i) => ({ path: ['fork', i], domain: bool })),
      processes,
      failures: [],
      invariants: [],
      stepPredicates: [],
      witnesses: [],
    },
    initial: { fork: Array.from({ length: count }, () => false) },
  };
}

/**
 * Processes that count their own cells up to `limit` and around, a chosen one per step, and copy one into a local.
 * `columns` cells per process make the state as wide as one likes.
 */
export function counters(count: number, columns: number, limit: number): Toy {
  const domain = int(0, limit);
  const processes = Array.from({ length: count }, (_, self) => {
    const b = new Blocks();
    const chosen = (column: Expr): CellRef =>
      cell(self * columns, { value: column, stride: 1, length: columns });
    const wrapped: Expr = {
      op: 'conditional',
      test: op(load(chosen(local(0))), '===', num(limit)),
      then: num(0),
      else: op(load(chosen(local(0))), '+', num(1)),
    };
    const put = b.stop([store(chosen(local(0)), local(1))], 0);
    const read = b.stop([set(1, wrapped)], 1);
    const pick = b.add([], { to: 'choose', local: 0, count: num(columns), block: read });
    return b.process(`p${self}`, b.stop([], 0), [pick, put], [int(0, columns - 1), domain]);
  });
  return {
    graph: {
      cells: Array.from({ length: count * columns }, (_, i) => ({
        path: ['cells', Math.floor(i / columns), i % columns],
        domain,
      })),
      processes,
      failures: [],
      invariants: [],
      stepPredicates: [],
      witnesses: [],
    },
    initial: { cells: Array.from({ length: count }, () => Array.from({ length: columns }, () => 0)) },
  };
}

/** A predicate without control flow. */
export function predicate(name: string, test: Expr): Graph['invariants'][number] {
  return {
    name,
    entry: 0,
    blocks: [{ instrs: [set(0, test)], end: { to: 'end' } }],
    locals: [{ name: 'result', span: nowhere, domain: bool }],
    result: 0,
  };
}
