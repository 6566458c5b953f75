/** What each reduction saved: what it did to the model, and how large the search is with some of them only. */
import type { CompiledScenario } from '../compiler/compile.js';
import type { Cell } from '../compiler/ir/graph.js';
import { type SearchOptions, type SearchResult, searchAsync } from '../engine/index.js';
import {
  NO_REDUCTIONS,
  type Question,
  REDUCTION_TITLES,
  type Reduced,
  type ReductionName,
  type ReductionSettings,
  reduce,
} from '../reduction/index.js';
import type { LimitName } from './verdict.js';

export interface ReductionStatistics {
  /** The fields of the shared state that slicing has removed, `*` for an index, and the words of a state. */
  readonly slicing: {
    readonly removed: readonly string[];
    readonly cells: number;
    readonly removedCells: number;
    readonly wordsBefore: number;
    readonly wordsAfter: number;
  } | null;
  readonly symmetry: {
    /** The most states that become one. */
    readonly order: number;
    readonly proven: readonly (readonly string[])[];
    readonly rejected: readonly { readonly processes: readonly string[]; readonly reason: string }[];
  } | null;
  /** What partial order tells of itself. */
  readonly partialOrder: Readonly<Record<string, number>> | null;
  /** The search itself first, then others for comparison. */
  readonly searches: readonly SearchStatistics[];
}

export interface SearchStatistics {
  readonly reductions: readonly string[];
  readonly states: number;
  readonly transitions: number;
  readonly seconds: number;
  /** Null if it has seen everything. */
  readonly limit: LimitName | null;
}

/** Searches for comparison stop there, unless they are to stop before. */
const MOST_STATES = 5_000_000;

/** Searches without any reduction, and without each one of those that were used. */
export async function reductionStatistics(
  compiled: CompiledScenario,
  question: Question,
  settings: ReductionSettings,
  reduced: Reduced,
  result: SearchResult,
  options: SearchOptions,
): Promise<ReductionStatistics> {
  const { applied, removed, chased, symmetry, plain } = reduced;
  const others: ReductionSettings[] = [];
  if (applied.length > 0) others.push({ ...settings, ...NO_REDUCTIONS });
  if (applied.length > 1) for (const name of applied) others.push({ ...settings, [name]: false });
  const searches = [searchStatistics(applied, result)];
  const maxStates = Math.min(options.maxStates ?? MOST_STATES, MOST_STATES);
  for (const other of others) {
    const smaller = reduce(compiled, question, other);
    const compared = await searchAsync(smaller.machine, { ...options, maxStates });
    searches.push(searchStatistics(smaller.applied, compared));
    compared.release();
  }
  const { cells } = compiled.graph;
  return {
    slicing: applied.includes('slicing')
      ? {
          removed: [...new Set(removed.map((cell) => fieldOf(cells[cell])))],
          cells: cells.length,
          removedCells: removed.length,
          wordsBefore: compiled.machine.words,
          wordsAfter: plain.machine.words,
        }
      : null,
    symmetry: symmetry && {
      order: symmetry.order,
      proven: symmetry.proven,
      rejected: symmetry.rejected,
    },
    partialOrder: chased && {
      'transitions between states that were not stored': chased.transitions,
    },
    searches,
  };
}

function searchStatistics(
  applied: readonly ReductionName[],
  { states, transitions, seconds, end }: SearchResult,
): SearchStatistics {
  return {
    reductions: applied.map((name) => REDUCTION_TITLES[name]),
    states,
    transitions,
    seconds: Math.round(seconds * 1000) / 1000,
    limit: end === 'exhausted' || end === 'decided' ? null : end,
  };
}

/** `pt.*.spte.*.accessed` as `pt[].spte[].accessed`. */
function fieldOf(cell: Cell | undefined): string {
  return (cell?.path ?? [])
    .map((part, i) => (typeof part === 'number' ? '[]' : i === 0 ? part : `.${part}`))
    .join('');
}
