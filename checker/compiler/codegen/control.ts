/**
 * Structured code out of a control-flow graph: nested labelled blocks and loops after Ramsey, "Beyond Relooper"
 * (ICFP 2022). A node is written inside the code of its immediate dominator: in place if control comes from one side,
 * behind a labelled block that the others break out of if it comes from several; a loop header opens a loop.
 *
 * That needs a reducible graph. A step may begin in the middle of nested loops, from where both the inner and the
 * outer one are entered, and then the graph is not: such a second entry is cut off and becomes a call of a function
 * that begins there.
 */
export interface Region {
  readonly entry: number;
  /** In reverse postorder. */
  readonly order: readonly number[];
  /** Targets of edges that must become calls. */
  readonly cuts: ReadonlySet<number>;
  readonly position: ReadonlyMap<number, number>;
  readonly children: ReadonlyMap<number, readonly number[]>;
  readonly loops: ReadonlySet<number>;
  readonly merges: ReadonlySet<number>;
}

/** @param calls blocks that have functions of their own: jumps there are calls from the start */
export function analyse(
  entry: number,
  successors: (block: number) => readonly number[],
  calls: ReadonlySet<number> = new Set(),
): Region {
  const cuts = new Set(calls);
  cuts.delete(entry);
  for (;;) {
    const next = (block: number): readonly number[] => successors(block).filter((to) => !cuts.has(to));
    const { order, position, children, edges, dominates } = dominatorTree(entry, next);
    const at = (block: number): number => position.get(block) ?? -1;
    const retreating = edges.filter(({ from, to }) => at(to) <= at(from));
    const wild = retreating.find(({ from, to }) => !dominates(to, from));
    if (wild !== undefined) {
      cuts.add(wild.to);
      continue;
    }
    const forward = new Map<number, number>();
    for (const { from, to } of edges) if (at(to) > at(from)) forward.set(to, (forward.get(to) ?? 0) + 1);
    return {
      entry,
      order,
      cuts,
      position,
      children,
      loops: new Set(retreating.map(({ to }) => to)),
      merges: new Set(order.filter((block) => (forward.get(block) ?? 0) > 1)),
    };
  }
}

export interface DominatorTree {
  /** In reverse postorder. */
  readonly order: readonly number[];
  readonly position: ReadonlyMap<number, number>;
  readonly edges: readonly { readonly from: number; readonly to: number }[];
  readonly children: ReadonlyMap<number, readonly number[]>;
  dominates(above: number, below: number): boolean;
}

export function dominatorTree(entry: number, next: (block: number) => readonly number[]): DominatorTree {
  const order = reversePostorder(entry, next);
  const position = new Map(order.map((block, index) => [block, index]));
  const at = (block: number): number => position.get(block) ?? -1;
  const edges = order.flatMap((from) => next(from).map((to) => ({ from, to })));
  const predecessors: number[][] = order.map(() => []);
  for (const { from, to } of edges) predecessors[at(to)]?.push(at(from));
  const dominators = immediateDominators(predecessors);
  const children = new Map<number, number[]>(order.map((block) => [block, []]));
  order.forEach((block, index) => {
    if (index > 0) children.get(order[dominators[index] ?? 0] ?? entry)?.push(block);
  });
  const dominates = (above: number, below: number): boolean => {
    let index = at(below);
    while (index > at(above)) index = dominators[index] ?? 0;
    return index === at(above);
  };
  return { order, position, edges, children, dominates };
}

/**
 * The text of a region. `write` gives that of one block and ends it with jumps, which `jump` makes (those to cuts
 * excepted); control never runs off the end of what it writes.
 */
export function structure(
  region: Region,
  write: (block: number, jump: (to: number) => string) => string,
): string {
  const at = (block: number): number => region.position.get(block) ?? -1;
  const tree = (block: number): string => {
    const merges = (region.children.get(block) ?? [])
      .filter((child) => region.merges.has(child))
      .toSorted((a, b) => at(a) - at(b));
    const jump = (to: number): string => {
      if (at(to) <= at(block)) return `continue L${to};`;
      return region.merges.has(to) ? `break B${to};` : tree(to);
    };
    let text = write(block, jump);
    for (const merge of merges) text = `B${merge}: {\n${text}\n}\n${tree(merge)}`;
    return region.loops.has(block) ? `L${block}: for (;;) {\n${text}\n}` : text;
  };
  return tree(region.entry);
}

function reversePostorder(entry: number, next: (block: number) => readonly number[]): number[] {
  const seen = new Set([entry]);
  const order: number[] = [];
  const stack = [{ block: entry, targets: next(entry), done: 0 }];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const to = top.targets[top.done++];
    if (to === undefined) {
      order.push(top.block);
      stack.pop();
    } else if (!seen.has(to)) {
      seen.add(to);
      stack.push({ block: to, targets: next(to), done: 0 });
    }
  }
  return order.reverse();
}

/**
 * Cooper, Harvey, Kennedy: "A simple, fast dominance algorithm" (2001). Nodes are numbered in reverse postorder, so that
 * a dominator has a smaller number; the entry is 0 and its own dominator.
 */
function immediateDominators(predecessors: readonly (readonly number[])[]): Int32Array {
  const dominators = new Int32Array(predecessors.length).fill(-1);
  dominators[0] = 0;
  const common = (a: number, b: number): number => {
    let left = a;
    let right = b;
    while (left !== right) {
      if (left > right) left = dominators[left] ?? 0;
      else right = dominators[right] ?? 0;
    }
    return left;
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (let node = 1; node < predecessors.length; node++) {
      let dominator = -1;
      for (const from of predecessors[node] ?? []) {
        if (dominators[from] === -1) continue;
        dominator = dominator === -1 ? from : common(from, dominator);
      }
      if (dominators[node] !== dominator) {
        dominators[node] = dominator;
        changed = true;
      }
    }
  }
  return dominators;
}
