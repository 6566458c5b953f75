/**
 * Control dependence within steps: which branches decide whether a block is run (Ferrante, Ottenstein and Warren 1987).
 * Ways out of a step (a boundary, a failure, not being enabled) lead to one common exit.
 */
import type { Block, Terminator } from '../../compiler/ir/graph.js';
import { stepSuccessors } from '../../compiler/ir/traverse.js';

export interface Control {
  /** By block: the branches whose outcome decides whether it is run. */
  readonly deciding: readonly (readonly number[])[];
  /** Where a block's ways to the exit meet again; null if that is the exit, or if none leads there. */
  join(block: number): number | null;
}

/** @param isExit whether an end of the step leads to the exit; one that does not counts as leading nowhere */
export function controlOf(
  blocks: readonly Block[],
  isExit: (end: Terminator) => boolean = () => true,
): Control {
  const exit = blocks.length;
  const next = blocks.map(({ end }) => {
    const successors = stepSuccessors(end);
    return successors.length === 0 && isExit(end) ? [exit] : successors;
  });
  const previous: number[][] = Array.from({ length: exit + 1 }, () => []);
  next.forEach((successors, block) => {
    for (const to of successors) previous[to]?.push(block);
  });
  const { order, position } = postorder(exit, previous);

  // Immediate postdominators (Cooper, Harvey and Kennedy 2001), on the reversed graph.
  const above = new Int32Array(exit + 1).fill(UNKNOWN);
  above[exit] = exit;
  const meet = (a: number, b: number): number => {
    while (a !== b) {
      while ((position[a] ?? 0) < (position[b] ?? 0)) a = above[a] ?? exit;
      while ((position[b] ?? 0) < (position[a] ?? 0)) b = above[b] ?? exit;
    }
    return a;
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (const block of order) {
      if (block === exit) continue;
      let found = UNKNOWN;
      for (const to of next[block] ?? []) {
        if (above[to] === UNKNOWN) continue;
        found = found === UNKNOWN ? to : meet(found, to);
      }
      if (found === UNKNOWN || above[block] === found) continue;
      above[block] = found;
      changed = true;
    }
  }

  const deciding: number[][] = blocks.map(() => []);
  blocks.forEach(({ end }, block) => {
    if (end.to !== 'branch') return;
    for (let at of next[block] ?? []) {
      for (; at !== exit && at !== above[block] && above[at] !== UNKNOWN; at = above[at] ?? exit)
        deciding[at]?.push(block);
    }
  });
  return {
    deciding,
    join(block) {
      const found = above[block] ?? UNKNOWN;
      return found === UNKNOWN || found === exit ? null : found;
    },
  };
}

const UNKNOWN = -1;

/** From the exit backward, each block behind all those that were entered from it; and the place of each. */
function postorder(
  exit: number,
  previous: readonly (readonly number[])[],
): { readonly order: readonly number[]; readonly position: Int32Array } {
  const position = new Int32Array(exit + 1).fill(UNKNOWN);
  const entered = new Uint8Array(exit + 1);
  const finished: number[] = [];
  const stack: { readonly block: number; at: number }[] = [{ block: exit, at: 0 }];
  entered[exit] = 1;
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const from = previous[top.block]?.[top.at++];
    if (from === undefined) {
      position[top.block] = finished.push(top.block) - 1;
      stack.pop();
    } else if (entered[from] === 0) {
      entered[from] = 1;
      stack.push({ block: from, at: 0 });
    }
  }
  return { order: finished.reverse(), position };
}
