/** From a trap to a run that a person can follow: the shortest way there, then a shortest cycle that is accepted and fair. */
import { enabledAt, Membership, type Trap } from './emptiness.js';
import type { Kripke, Lasso } from './kripke.js';
import type { Product } from './product.js';

/** Nodes times sets of what has been served, up to which the shortest cycle is looked for; above, a short one. */
const MOST_PAIRS = 2 ** 25;

export function lassoOf(product: Product, trap: Trap): Lasso {
  const prefix = product.pathTo(trap.entry);
  const needs = new Needs(product, trap);
  const cycle =
    trap.nodes.length * 2 ** needs.count <= MOST_PAIRS
      ? shortestCycle(product, trap, needs)
      : greedyCycle(product, trap, needs);
  return { prefix, cycle };
}

/** What a cycle must serve: each accepting set, and each fairness requirement that is enabled somewhere in the trap. */
class Needs {
  readonly #marks: readonly number[];
  readonly #requirements: readonly number[];
  readonly #kripke: Kripke;

  constructor(
    private readonly product: Product,
    trap: Trap,
  ) {
    this.#kripke = product.kripke;
    let enabled = 0;
    for (const node of trap.nodes) enabled |= enabledAt(product, node);
    const { allMarks } = product.automaton;
    this.#marks = bitsOf(allMarks);
    this.#requirements = bitsOf(enabled);
  }

  get count(): number {
    return this.#marks.length + this.#requirements.length;
  }

  get all(): number {
    return 2 ** this.count - 1;
  }

  /** What is served by going from a node along an edge. */
  servedBy(node: number, edge: number, marks: number): number {
    const enabled = enabledAt(this.product, node);
    const { edgeKinds, edgeKind, requirements } = this.#kripke;
    const taken = edgeKinds[edgeKind[edge] ?? 0]?.taken ?? 0;
    let served = 0;
    this.#marks.forEach((bit, index) => {
      if ((marks & bit) !== 0) served |= 1 << index;
    });
    this.#requirements.forEach((bit, index) => {
      const isWeak = requirements[31 - Math.clz32(bit)]?.kind === 'weak';
      if ((taken & bit) !== 0 || (isWeak && (enabled & bit) === 0))
        served |= 1 << (this.#marks.length + index);
    });
    return served;
  }
}

function bitsOf(mask: number): number[] {
  return Array.from({ length: 32 }, (_, index) => 1 << index).filter((bit) => (mask & bit) !== 0);
}

interface Inner {
  readonly edge: number;
  readonly target: number;
  readonly served: number;
}

/** The edges inside the trap. */
function edgesInside(product: Product, trap: Trap, needs: Needs): (node: number) => Inner[] {
  const inside = new Membership(product.count);
  inside.fill(trap.nodes);
  return (node) => {
    const edges: Inner[] = [];
    product.forEachEdge(node, (edge, move) => {
      const target = product.find(product.kripke.targets[edge] ?? 0, move.local);
      if (inside.has(target)) edges.push({ edge, target, served: needs.servedBy(node, edge, move.marks) });
    });
    return edges;
  };
}

/** Breadth first through pairs of a node and what has been served since the entry. */
function shortestCycle(product: Product, trap: Trap, needs: Needs): number[] {
  const edgesOf = edgesInside(product, trap, needs);
  const numbers = new Map([...trap.nodes].map((node, index) => [node, index]));
  const masks = 2 ** needs.count;
  const pairOf = (node: number, served: number): number => (numbers.get(node) ?? 0) * masks + served;
  /** By pair: one more than the entry in the queue. */
  const queue: {
    readonly node: number;
    readonly served: number;
    readonly from: number;
    readonly edge: number;
  }[] = [{ node: trap.entry, served: 0, from: -1, edge: -1 }];
  const seen = new Uint8Array(trap.nodes.length * masks);
  seen[pairOf(trap.entry, 0)] = 1;
  for (let at = 0; at < queue.length; at++) {
    const { node, served } = queue[at] ?? { node: 0, served: 0 };
    for (const inner of edgesOf(node)) {
      const after = served | inner.served;
      if (inner.target === trap.entry && after === needs.all) {
        const cycle = [inner.edge];
        for (let back = at; back > 0; back = queue[back]?.from ?? 0) cycle.push(queue[back]?.edge ?? 0);
        return cycle.reverse();
      }
      const pair = pairOf(inner.target, after);
      if (seen[pair] === 1) continue;
      seen[pair] = 1;
      queue.push({ node: inner.target, served: after, from: at, edge: inner.edge });
    }
  }
  throw new Error('a trap without a cycle');
}

/** Goes to the nearest edge that serves something new, again and again, and back to the entry in the end. */
function greedyCycle(product: Product, trap: Trap, needs: Needs): number[] {
  const edgesOf = edgesInside(product, trap, needs);
  const cycle: number[] = [];
  let [node, served] = [trap.entry, 0];
  for (;;) {
    const isDone = served === needs.all;
    const path = nearest(node, edgesOf, (inner) =>
      isDone ? inner.target === trap.entry : (inner.served & ~served) !== 0,
    );
    for (const inner of path) {
      cycle.push(inner.edge);
      served |= inner.served;
      node = inner.target;
    }
    if (served === needs.all && node === trap.entry) return cycle;
  }
}

function nearest(
  start: number,
  edgesOf: (node: number) => readonly Inner[],
  isGoal: (inner: Inner) => boolean,
): Inner[] {
  const queue: { readonly node: number; readonly from: number; readonly inner: Inner | null }[] = [
    { node: start, from: -1, inner: null },
  ];
  const seen = new Set([start]);
  for (let at = 0; at < queue.length; at++) {
    for (const inner of edgesOf(queue[at]?.node ?? 0)) {
      if (isGoal(inner)) {
        const path = [inner];
        for (let back = at; back > 0; back = queue[back]?.from ?? 0) {
          const taken = queue[back]?.inner;
          if (taken !== null && taken !== undefined) path.push(taken);
        }
        return path.reverse();
      }
      if (seen.has(inner.target)) continue;
      seen.add(inner.target);
      queue.push({ node: inner.target, from: at, inner });
    }
  }
  throw new Error('a trap without a way on');
}
