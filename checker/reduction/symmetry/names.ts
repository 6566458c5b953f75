/** The values before some code as diagrams: a variable or a symbol for each cell, local and choice. */
import type { Block, Graph, Local } from '../../compiler/ir/graph.js';
import { blockExprs, visitExpr } from '../../compiler/ir/traverse.js';
import type { Diagram, Diagrams } from './diagrams.js';
import { type Beginning, UNUSABLE, Unproven } from './meaning.js';
import { moves, type Renaming } from './renaming.js';

/** What has more values is a symbol, even where it must be told apart. */
const MOST_VALUES = 20;
/** What changes places is told apart if that costs little. */
const FEW_VALUES = 4;

/** The locals of some code, and which of them must be told apart by value: those that may get into an index. */
interface Flow {
  readonly blocks: readonly Block[];
  readonly locals: readonly Local[];
  readonly decided: ReadonlySet<number>;
}

export class Names {
  readonly #known = new Map<string, Diagram>();
  readonly #choices = new Map<number, { readonly variable: number; readonly alternatives: number }>();
  readonly #sources: readonly number[];
  #longest: number | null = null;

  constructor(
    readonly graph: Graph,
    readonly diagrams: Diagrams,
    readonly renaming: Renaming,
    readonly decided: ReadonlySet<number>,
  ) {
    const sources: number[] = [];
    renaming.cells.forEach((to, from) => {
      sources[to] = from;
    });
    this.#sources = sources;
  }

  beginning(flow: Flow): Beginning {
    const { cells } = this.graph;
    const isDecided = (cell: number): boolean => {
      const { lo = 0, hi = 0 } = cells[cell]?.domain ?? {};
      const isSmall = hi - lo < FEW_VALUES && moves(this.renaming, cell);
      return isSmall || this.decided.has(cell) || (this.renaming.values[cell] ?? null) !== null;
    };
    return {
      cell: (cell) => this.#named(`cell ${cell}`, cells[cell]?.domain, isDecided(cell)),
      before: (cell) => this.#named(`before ${cell}`, cells[cell]?.domain, isDecided(cell)),
      local: (local) => {
        const domain = flow.locals[local]?.domain ?? null;
        if (domain === null && flow.decided.has(local)) return this.#index(local, flow.blocks);
        return this.#named(`local ${local}`, domain ?? undefined, flow.decided.has(local));
      },
      choice: (n, _, alternatives) => this.#choice(n, alternatives),
    };
  }

  /** The same with the shared state renamed. */
  renamed(begin: Beginning): Beginning {
    const from = (cell: number): number => this.#sources[cell] ?? cell;
    return {
      ...begin,
      cell: (cell) => this.rename(from(cell), begin.cell(from(cell))),
      before: (cell) => this.rename(from(cell), begin.before(from(cell))),
    };
  }

  /** What becomes of a value of the cell. */
  rename(cell: number, value: Diagram): Diagram {
    const table = this.renaming.values[cell] ?? null;
    const lo = this.graph.cells[cell]?.domain.lo ?? 0;
    if (table === null) return value;
    return this.diagrams.map(`rename ${cell}`, value, (each) => table[each - lo] ?? each);
  }

  #named(
    name: string,
    domain: { readonly lo: number; readonly hi: number } | undefined,
    decided: boolean,
  ): Diagram {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const { lo, hi } = domain ?? { lo: 0, hi: Number.POSITIVE_INFINITY };
    const { diagrams } = this;
    const size = hi - lo + 1;
    const made =
      size > MOST_VALUES || (!decided && size > 1)
        ? diagrams.symbol(name)
        : diagrams.select(
            diagrams.variable(size),
            Array.from({ length: size }, (_, i) => diagrams.constant(lo + i)),
          );
    this.#known.set(name, made);
    return made;
  }

  /** A local without a domain: each number that may be an index, or some other. */
  #index(local: number, blocks: readonly Block[]): Diagram {
    const name = `local ${local}`;
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    this.#longest ??= longestVector(blocks);
    const { diagrams } = this;
    const values = Array.from({ length: this.#longest }, (_, i) => diagrams.constant(i));
    const made = diagrams.select(diagrams.variable(values.length + 1), [
      ...values,
      diagrams.symbol(`${UNUSABLE} ${name}`),
    ]);
    this.#known.set(name, made);
    return made;
  }

  #choice(n: number, alternatives: number): Diagram {
    const { diagrams } = this;
    const known = this.#choices.get(n) ?? { variable: diagrams.variable(alternatives), alternatives };
    this.#choices.set(n, known);
    if (known.alternatives !== alternatives) throw new Unproven('it chooses among more alternatives');
    return diagrams.select(
      known.variable,
      Array.from({ length: alternatives }, (_, i) => diagrams.constant(i)),
    );
  }
}

function longestVector(blocks: readonly Block[]): number {
  let longest = 0;
  const look = (indexes: readonly { readonly length: number }[]): void => {
    for (const { length } of indexes) longest = Math.max(longest, length);
  };
  for (const block of blocks) {
    for (const instr of block.instrs) if (instr.do === 'store') look(instr.ref.indexes);
    for (const expr of blockExprs(block))
      visitExpr(expr, (each) => {
        if (each.op === 'load') look(each.ref.indexes);
      });
  }
  return longest;
}
