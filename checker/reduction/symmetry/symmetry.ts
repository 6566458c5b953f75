/**
 * Symmetry: which processes may change places, shown by proof, and the representative of each orbit of states.
 * Everything here is data, so that it can be remembered and sent to other threads.
 */
import type { Packing } from '../../compiler/codegen/packing.js';
import type { Graph } from '../../compiler/ir/graph.js';
import type { Machine } from '../../compiler/machine.js';
import { canonicalSource, renamingSource } from './canonical.js';
import { candidates } from './candidates.js';
import { refute } from './proof.js';
import { groupOf, type Renaming } from './renaming.js';

export interface Symmetry {
  /** The number of renamings, the identity included: the most states that become one. */
  readonly order: number;
  /** The processes of each renaming that was proven. */
  readonly proven: readonly (readonly string[])[];
  /** Those that were not, and why. */
  readonly rejected: readonly { readonly processes: readonly string[]; readonly reason: string }[];
  /** The body of a function that returns `(words, at) => void`, which replaces a state by its representative in place. */
  readonly source: string;
  readonly group: readonly Renaming[];
}

/** More renamings cost more than they save. */
const MOST_RENAMINGS = 24;

/** @param initial the packed state that the search begins with, which must be its own image */
export function symmetryOf(
  graph: Graph,
  packing: Packing,
  initial: Uint32Array,
  prove: typeof refute = refute,
): Symmetry {
  const proven: { readonly names: readonly string[]; readonly renaming: Renaming }[] = [];
  const rejected: { processes: readonly string[]; reason: string }[] = [];
  let group: readonly Renaming[] = groupOf(graph, [], MOST_RENAMINGS) ?? [];
  for (const { names, renaming, reason: unknown } of candidates(graph)) {
    const reason = renaming === null ? unknown : prove(graph, packing, renaming);
    if (renaming === null || reason !== null) {
      rejected.push({ processes: names, reason: reason ?? unknown });
      continue;
    }
    const larger = groupOf(graph, [...proven.map((each) => each.renaming), renaming], MOST_RENAMINGS);
    if (larger === null) rejected.push({ processes: names, reason: `more than ${MOST_RENAMINGS} renamings` });
    else if (!isItsOwnImage(initial, renamingSource(graph, packing, renaming)))
      rejected.push({ processes: names, reason: 'they begin differently' });
    else {
      proven.push({ names, renaming });
      group = larger;
    }
  }
  return {
    order: group.length,
    proven: proven.map(({ names }) => names),
    rejected,
    source: canonicalSource(graph, packing, group),
    group,
  };
}

/** Replaces the state at `words[at]` by its representative. */
export type Canonical = (words: Uint32Array, at: number) => void;

/** The machine, with a search that stores one state of each orbit. */
export function withSymmetry(machine: Machine, { source }: Symmetry): Machine {
  const { portable = null } = machine;
  const text = (code: string): string => `(function (T) {\n${code}\n})(T)`;
  return {
    ...machine,
    canonical: canonicalOf(source),
    portable: portable && {
      ...portable,
      source: `return { ...${text(portable.source)}, canonical: ${text(source)} };`,
    },
  };
}

export function canonicalOf(source: string): Canonical {
  return new Function(source)() as Canonical;
}

function isItsOwnImage(state: Uint32Array, source: string): boolean {
  const image = state.slice();
  canonicalOf(source)(image, 0);
  return image.every((word, i) => word === state[i]);
}
