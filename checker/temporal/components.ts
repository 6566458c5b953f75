/** Strongly connected components (Tarjan 1972) of a part of a product, with a stack of its own, so that depth is no limit. */
import type { Product } from './product.js';

/**
 * @param isIn whether a node belongs to the part
 * @param visit called with the nodes of each component that has an edge inside
 */
export function components(
  product: Product,
  nodes: Iterable<number>,
  isIn: (node: number) => boolean,
  visit: (component: Uint32Array) => void,
): void {
  const { kripke, count } = product;
  /** 0: not seen. Otherwise one more than its number in the order of visits. */
  const order = new Uint32Array(count);
  const low = new Uint32Array(count);
  const isOpen = new Uint8Array(count);
  const open: number[] = [];
  const frames: Frame[] = [];
  let seen = 0;

  const enter = (node: number): void => {
    order[node] = low[node] = ++seen;
    isOpen[node] = 1;
    open.push(node);
    frames.push({ node, edge: kripke.offsets[product.state(node)] ?? 0, move: 0, loops: false });
  };
  const leave = (frame: Frame): void => {
    const { node } = frame;
    frames.pop();
    const parent = frames.at(-1);
    if (parent !== undefined) low[parent.node] = Math.min(low[parent.node] ?? 0, low[node] ?? 0);
    if (low[node] !== order[node]) return;
    const at = open.lastIndexOf(node);
    const component = Uint32Array.from(open.splice(at));
    for (const each of component) isOpen[each] = 0;
    if (component.length > 1 || frame.loops) visit(component);
  };
  const advance = (frame: Frame): void => {
    const { node } = frame;
    const end = kripke.offsets[product.state(node) + 1] ?? 0;
    while (frame.edge < end) {
      const moves = product.movesOn(node, frame.edge);
      const move = moves[frame.move++];
      if (move === undefined) {
        frame.edge++;
        frame.move = 0;
        continue;
      }
      const target = product.find(kripke.targets[frame.edge] ?? 0, move.local);
      if (!isIn(target)) continue;
      if (target === node) frame.loops = true;
      if (order[target] === 0) {
        enter(target);
        return;
      }
      if (isOpen[target] === 1) low[node] = Math.min(low[node] ?? 0, order[target] ?? 0);
    }
    leave(frame);
  };
  for (const root of nodes) {
    if (order[root] !== 0 || !isIn(root)) continue;
    enter(root);
    for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) advance(frame);
  }
}

interface Frame {
  readonly node: number;
  /** Where its edges, and the automaton's moves on the edge, go on. */
  edge: number;
  move: number;
  /** Whether an edge leads from the node to itself. */
  loops: boolean;
}
