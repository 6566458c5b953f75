/** The initial values of the cells, out of the tree that a machine begins with. */
import type { Graph } from '../compiler/ir/graph.js';
import type { StateTree } from '../compiler/machine.js';

export function initialValues({ cells }: Graph, tree: StateTree): readonly number[] {
  return cells.map(({ path, domain: { lo, names } }) => {
    const value = path.reduce<unknown>((node, key) => Object(node)[key], tree);
    return names === null ? Number(value) : lo + names.indexOf(String(value));
  });
}
