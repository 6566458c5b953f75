/**
 * Whether a run exists that the automaton accepts and that is fair: a component in which both are possible for ever. Where a strong
 * requirement is not met, what would have enabled it is taken away and the rest is looked at again (Emerson and Lei 1987).
 */
import { components } from './components.js';
import type { Product } from './product.js';

/** Nodes among which a run may stay for ever, accepted and fair. */
export interface Trap {
  readonly nodes: Uint32Array;
  /** The one that is nearest to the beginning. */
  readonly entry: number;
}

/** The trap whose entry is nearest to the beginning; null if no fair run is accepted. */
export function nearestTrap(product: Product): Trap | null {
  const inside = new Membership(product.count);
  let best: Trap | null = null;
  const examine = (component: Uint32Array): void => {
    const facts = factsOf(product, component, inside);
    const { allMarks } = product.automaton;
    if ((facts.marks & allMarks) !== allMarks) return;
    let starving = 0;
    for (const [index, { kind }] of product.kripke.requirements.entries()) {
      const bit = 1 << index;
      if ((facts.taken & bit) !== 0) continue;
      if (kind === 'weak' && (facts.enabledAlways & bit) !== 0) return;
      if (kind === 'strong' && (facts.enabledSometimes & bit) !== 0) starving |= bit;
    }
    if (starving !== 0) {
      // A run that stays here and is fair to these must in the end avoid what enables them.
      const rest = component.filter((node) => (enabledAt(product, node) & starving) === 0);
      const part = new Membership(product.count);
      part.fill(rest);
      components(product, rest, (node) => part.has(node), examine);
      return;
    }
    const entry = component.reduce((least, node) => Math.min(least, node), component[0] ?? 0);
    if (best === null || entry < best.entry) best = { nodes: component, entry };
  };
  components(product, everyNode(product), () => true, examine);
  return best;
}

/** The fairness requirements whose steps can be taken in the state of a node. */
export function enabledAt(product: Product, node: number): number {
  const { stateKinds, stateKind } = product.kripke;
  return stateKinds[stateKind[product.state(node)] ?? 0]?.enabled ?? 0;
}

/** A set of nodes that is filled again and again. */
export class Membership {
  readonly #generation: Uint32Array;
  #current = 0;

  constructor(count: number) {
    this.#generation = new Uint32Array(count);
  }

  fill(nodes: Uint32Array): void {
    this.#current++;
    for (const node of nodes) this.#generation[node] = this.#current;
  }

  has(node: number): boolean {
    return this.#generation[node] === this.#current;
  }
}

interface Facts {
  readonly marks: number;
  readonly taken: number;
  readonly enabledAlways: number;
  readonly enabledSometimes: number;
}

function factsOf(product: Product, component: Uint32Array, inside: Membership): Facts {
  const { targets, edgeKind, edgeKinds } = product.kripke;
  inside.fill(component);
  let [marks, taken, enabledAlways, enabledSometimes] = [0, 0, -1, 0];
  for (const node of component) {
    const enabled = enabledAt(product, node);
    enabledAlways &= enabled;
    enabledSometimes |= enabled;
    product.forEachEdge(node, (edge, move) => {
      if (!inside.has(product.find(targets[edge] ?? 0, move.local))) return;
      marks |= move.marks;
      taken |= edgeKinds[edgeKind[edge] ?? 0]?.taken ?? 0;
    });
  }
  return { marks, taken, enabledAlways, enabledSometimes };
}

function* everyNode({ count }: Product): Generator<number> {
  for (let node = 0; node < count; node++) yield node;
}
