/** Which reductions to use. */
import type { OptionalPasses } from '../compiler/compile.js';

/** Besides those of the search, two passes of the compiler: they are part of the graph that everybody gets. */
export interface ReductionSettings extends OptionalPasses, SearchReductions {}

export interface SearchReductions {
  /** Cells that nothing which is checked depends on disappear. */
  readonly slicing: boolean;
  /** Of the steps that are enabled only some are taken, where the others lead to nothing else. */
  readonly partialOrder: boolean;
  /** States that a renaming of processes turns into each other are one. */
  readonly symmetry: boolean;
}

export type ReductionName = keyof SearchReductions;

export const ALL_REDUCTIONS: ReductionSettings = {
  merging: true,
  liveness: true,
  slicing: true,
  partialOrder: true,
  symmetry: true,
};

/**
 * Unless somebody says otherwise. Partial order is proven, but what it decides takes longer than it saves on anything that
 * fits into memory without (README.md).
 */
export const DEFAULT_REDUCTIONS: ReductionSettings = { ...ALL_REDUCTIONS, partialOrder: false };

/** Every state and every step of the graph as it is compiled. */
export const NO_REDUCTIONS: ReductionSettings = {
  ...ALL_REDUCTIONS,
  slicing: false,
  partialOrder: false,
  symmetry: false,
};

/** What people call them, in the order in which they are applied. */
export const REDUCTION_TITLES: Readonly<Record<ReductionName, string>> = {
  slicing: 'slicing',
  partialOrder: 'partial order',
  symmetry: 'symmetry',
};
