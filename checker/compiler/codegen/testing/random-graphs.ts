/**
 * Random graphs for tests: any control flow at all (unlike what programs compile to, with loops that have several
 * entries), over cells and locals of every width.
 */
import fc from 'fast-check';
import type {
  Block,
  Cell,
  CellRef,
  Domain,
  Expr,
  Graph,
  Instr,
  PredicateGraph,
  Terminator,
} from '../../ir/graph.js';
import { INT_MAX, INT_MIN } from '../../ir/operators.js';
import type { BinaryOperator } from '../../ir/program.js';
import type { StateTree } from '../../machine.js';
import { bool, cell, int, load, local, nowhere, num, op } from './toys.js';

export interface RandomGraph {
  readonly graph: Graph;
  readonly tree: StateTree;
}

/** Every local that lives across boundaries; the first local of a process is its fuel. */
const localDomains: readonly (Domain | null)[] = [null, int(0, 2), int(-3, 1), bool, int(5, 5), null];
const fuel = 0;
const FUEL = 9;

export const randomGraph: fc.Arbitrary<RandomGraph> = layouts().chain(({ cells, refs }) =>
  fc
    .record({
      processes: fc.array(processes(refs), { minLength: 1, maxLength: 3 }),
      invariants: fc.array(predicates(refs, false), { maxLength: 2 }),
      stepPredicates: fc.array(predicates(refs, true), { maxLength: 2 }),
      witnesses: fc.array(predicates(refs, false), { maxLength: 1 }),
    })
    .map((parts) => ({
      graph: {
        cells,
        ...parts,
        failures: [0, 1].map((index) => ({
          kind: 'assertion' as const,
          property: index === 0 ? null : 'P1',
          message: `failure ${index}`,
          frames: [],
        })),
      },
      tree: lowest(cells),
    })),
);

type Ref = (indexes: readonly Expr[]) => CellRef;
interface Target {
  readonly ref: Ref;
  readonly dimensions: readonly number[];
  readonly domain: Domain;
}

/** Scalars, vectors of records, and a matrix; the widths decide whether they share words. */
function layouts(): fc.Arbitrary<{ cells: Cell[]; refs: Target[] }> {
  const domain = fc.constantFrom(
    bool,
    int(0, 2),
    int(-2, 5),
    int(3, 3),
    int(0, 1000),
    int(-1, 0x3fff),
    int(INT_MIN, INT_MAX),
    { lo: 0, hi: 2, names: ['red', 'green', 'blue'] },
  );
  const length = fc.integer({ min: 1, max: 5 });
  return fc
    .record({
      scalars: fc.array(domain, { minLength: 1, maxLength: 4 }),
      fields: fc.array(domain, { minLength: 1, maxLength: 3 }),
      length,
      element: domain,
      rows: length,
      columns: length,
    })
    .map(({ scalars, fields, length: count, element, rows, columns }) => {
      const cells: Cell[] = [];
      const refs: Target[] = [];
      scalars.forEach((each, index) => {
        refs.push({ ref: () => cell(index), dimensions: [], domain: each });
        cells.push({ path: [`scalar${index}`], domain: each });
      });
      const records = cells.length;
      for (let i = 0; i < count; i++) {
        for (const [f, each] of fields.entries()) cells.push({ path: ['records', i, `f${f}`], domain: each });
      }
      fields.forEach((each, f) => {
        const stride = fields.length;
        const ref: Ref = ([at = num(0)]) => cell(records + f, { value: at, stride, length: count });
        refs.push({ ref, dimensions: [count], domain: each });
      });
      const matrix = cells.length;
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < columns; j++) cells.push({ path: ['matrix', i, j], domain: element });
      }
      refs.push({
        ref: ([i = num(0), j = num(0)]) =>
          cell(matrix, { value: i, stride: columns, length: rows }, { value: j, stride: 1, length: columns }),
        dimensions: [rows, columns],
        domain: element,
      });
      return { cells, refs };
    });
}

const operators: readonly BinaryOperator[] = [
  '+',
  '-',
  '*',
  '/',
  '%',
  '<<',
  '>>',
  '>>>',
  '&',
  '|',
  '^',
  '<',
  '<=',
  '>',
  '>=',
  '===',
  '!==',
]; // prettier-ignore

/** Integers of any size. Local indexes are those of `localDomains`. */
function exprs(refs: readonly Target[], locals: readonly number[], before: boolean): fc.Arbitrary<Expr> {
  return fc.letrec<{ expr: Expr; small: Expr }>((tie) => ({
    expr: fc.oneof(
      { maxDepth: 2, depthSize: 'small' },
      fc.constantFrom(0, 1, 2, 5, -1, 1000).map(num),
      fc.constantFrom(...locals).map(local),
      fc.constantFrom(...refs).chain((target) =>
        fc.tuple(indexesOf(target, tie('expr')), fc.boolean()).map(([indexes, old]): Expr => {
          const loaded = { op: 'load' as const, ref: target.ref(indexes) };
          return before && old ? { ...loaded, state: 'before' } : loaded;
        }),
      ),
      fc.tuple(tie('small'), fc.constantFrom(...operators), tie('small')).map(([left, operator, right]) =>
        // A zero divisor is an error that a check would have found before.
        op(left, operator, operator === '/' ? op(right, '|', num(1)) : right),
      ),
      fc
        .tuple(tie('expr'), fc.constantFrom<BinaryOperator>('&&', '||'), tie('expr'))
        .map(([left, operator, right]) => op(op(left, '>', num(0)), operator, op(right, '!==', num(2)))),
      fc
        .tuple(fc.constantFrom('!' as const, '-' as const, '~' as const), tie('small'))
        .map(([operator, operand]): Expr => ({ op: 'unary', operator, operand })),
      fc
        .tuple(tie('expr'), tie('expr'), tie('expr'))
        .map(([test, then, otherwise]): Expr => ({ op: 'conditional', test, then, else: otherwise })),
      tie('expr').map(
        (operand): Expr => ({ op: 'recode', operand: wrapped(operand, int(1, 3)), lo: 1, table: [7, -2, 0] }),
      ),
    ),
    // Operands are kept small, because a result beyond 32 bits is an error that a check would have found before.
    small: tie('expr').map((expr) => op(expr, '&', num(0x7fff))),
  })).expr;
}

function indexesOf(target: Target, expr: fc.Arbitrary<Expr>): fc.Arbitrary<readonly Expr[]> {
  return fc.tuple(
    ...target.dimensions.map((length) =>
      fc.oneof(
        fc.nat(length - 1).map(num),
        expr.map((each) => wrapped(each, int(0, length - 1))),
      ),
    ),
  );
}

/** The expression brought into a domain. */
function wrapped(expr: Expr, { lo, hi }: Domain): Expr {
  const size = hi - lo + 1;
  if (size > INT_MAX) return op(expr, '|', num(0));
  const nonNegative = op(op(expr, '&', num(INT_MAX)), '%', num(size));
  return lo === 0 ? nonNegative : op(nonNegative, '+', num(lo));
}

function processes(refs: readonly Target[]): fc.Arbitrary<Graph['processes'][number]> {
  const locals = localDomains.map((_, index) => index).slice(1, -1);
  const expr = exprs(refs, locals, false);
  const instr: fc.Arbitrary<Instr> = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.constantFrom(...locals).chain((index) =>
        expr.map((value): Instr => {
          const domain = localDomains[index];
          return { do: 'set', local: index, value: domain == null ? value : wrapped(value, domain) };
        }),
      ),
    },
    {
      weight: 4,
      arbitrary: fc.constantFrom(...refs).chain((target) =>
        fc.tuple(indexesOf(target, expr), expr, fc.boolean()).map(([indexes, value, increment]): Instr => {
          const ref = target.ref(indexes);
          const one = op(load(ref), '-', num(target.domain.lo - 1));
          return { do: 'store', ref, value: wrapped(increment ? one : value, target.domain) };
        }),
      ),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(expr, fc.nat(1)).map(
        ([test, failure]): Instr => ({
          do: 'check',
          test: op(op(test, '&', num(15)), '!==', num(9)),
          failure,
        }),
      ),
    },
  );
  const sizes = fc.record({
    blocks: fc.integer({ min: 1, max: 9 }),
    boundaries: fc.integer({ min: 1, max: 4 }),
  });
  return sizes.chain(({ blocks: count, boundaries }) => {
    const to = fc.nat(count - 1);
    const end: fc.Arbitrary<Terminator> = fc.oneof(
      {
        weight: 8,
        arbitrary: fc.nat(boundaries - 1).map((boundary): Terminator => ({ to: 'boundary', boundary })),
      },
      { weight: 3, arbitrary: to.map((block): Terminator => ({ to: 'block', block })) },
      {
        weight: 6,
        arbitrary: fc
          .tuple(expr, to, to)
          .map(([test, then, otherwise]): Terminator => ({ to: 'branch', test, then, else: otherwise })),
      },
      {
        weight: 2,
        arbitrary: fc.tuple(fc.constantFrom(...locals.slice(0, 2)), fc.integer({ min: 0, max: 1 }), to).map(
          ([index, extra, block]): Terminator => ({
            to: 'choose',
            local: 1,
            count: op(num(extra), '+', op(local(index), '&', num(1))),
            block,
          }),
        ),
      },
      { weight: 1, arbitrary: to.map((block): Terminator => ({ to: 'passed', block })) },
      {
        weight: 1,
        arbitrary: fc.constantFrom<Terminator>(
          { to: 'end' },
          { to: 'disabled' },
          { to: 'failure', failure: 1 },
        ),
      },
    );
    const block = fc.record({ instrs: fc.array(instr, { maxLength: 3 }), end });
    return fc
      .record({
        blocks: fc.array(block, { minLength: count, maxLength: count }),
        starts: fc.array(to, { minLength: boundaries, maxLength: boundaries }),
        rests: fc.array(fc.option(expr, { freq: 3 }), { minLength: boundaries, maxLength: boundaries }),
      })
      .map(({ blocks, starts, rests }) => finish(blocks, starts, rests));
  });
}

/** Gives every step a little fuel and takes some at every jump, so that each ends. */
function finish(
  plain: readonly Block[],
  starts: readonly number[],
  rests: readonly (Expr | null)[],
): Graph['processes'][number] {
  const blocks: Block[] = [...plain];
  const disabled = blocks.push({ instrs: [], end: { to: 'disabled' } }) - 1;
  const gates = plain.map((_, index) => {
    const burn: Instr = { do: 'set', local: fuel, value: op(local(fuel), '-', num(1)) };
    return (
      blocks.push({
        instrs: [burn],
        end: { to: 'branch', test: op(local(fuel), '>', num(0)), then: index, else: disabled },
      }) - 1
    );
  });
  const gate = (index: number): number => gates[index] ?? disabled;
  plain.forEach(({ instrs, end }, index) => {
    const gated: Terminator =
      end.to === 'branch'
        ? { ...end, then: gate(end.then), else: gate(end.else) }
        : 'block' in end
          ? { ...end, block: gate(end.block) }
          : end;
    blocks[index] = { instrs, end: gated };
  });
  const boundaries = starts.map((start, index) => {
    const block =
      blocks.push({
        instrs: [{ do: 'set', local: fuel, value: num(FUEL) }],
        end: { to: 'block', block: start },
      }) - 1;
    return { block, frames: [], rest: rests[index] ?? null };
  });
  const entry = blocks.push({ instrs: [], end: { to: 'boundary', boundary: 0 } }) - 1;
  return {
    name: 'p',
    entry,
    blocks,
    boundaries,
    locals: localDomains.map((domain, index) => ({ name: `l${index}`, span: nowhere, domain })),
  };
}

function predicates(refs: readonly Target[], before: boolean): fc.Arbitrary<PredicateGraph> {
  const expr = exprs(refs, [1], before);
  return fc.tuple(expr, expr, expr).map(([test, first, second]) => ({
    name: 'P1',
    entry: 0,
    blocks: [
      {
        instrs: [{ do: 'set', local: 1, value: wrapped(first, int(0, 2)) }],
        end: { to: 'branch', test, then: 1, else: 2 },
      },
      { instrs: [{ do: 'set', local: 0, value: op(second, '>', num(1)) }], end: { to: 'block', block: 3 } },
      {
        instrs: [
          { do: 'check', test: op(second, '!==', num(0)), failure: 0 },
          { do: 'set', local: 0, value: op(local(1), '===', num(1)) },
        ],
        end: { to: 'block', block: 3 },
      },
      { instrs: [], end: { to: 'end' } },
    ],
    locals: [
      { name: 'result', span: nowhere, domain: bool },
      { name: 'x', span: nowhere, domain: int(0, 2) },
    ],
    result: 0,
  }));
}

/** The state of lowest values. */
export function lowest(cells: readonly Cell[]): StateTree {
  const root: Record<string, unknown> = {};
  for (const { path, domain } of cells) {
    let node: Record<string | number, unknown> = root;
    path.forEach((key, depth) => {
      if (depth === path.length - 1) node[key] = domain.names?.[0] ?? domain.lo;
      else node = Object((node[key] ??= {}));
    });
  }
  return root;
}
