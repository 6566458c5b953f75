/** Which reductions to use. All are on unless somebody says otherwise. */

export interface ReductionSettings {
  /** Compiler passes: boundaries whose step touches only locals are taken out; dead locals are given one value. */
  readonly merging: boolean;
  readonly liveness: boolean;
  /** Cells that nothing which is checked depends on disappear. */
  readonly slicing: boolean;
  /** Of the steps that are enabled only some are taken, where the others lead to nothing else. */
  readonly partialOrder: boolean;
  /** States that a renaming of processes turns into each other are one. */
  readonly symmetry: boolean;
}

export type ReductionName = keyof ReductionSettings;

export const ALL_REDUCTIONS: ReductionSettings = {
  merging: true,
  liveness: true,
  slicing: true,
  partialOrder: true,
  symmetry: true,
};

export const NO_REDUCTIONS: ReductionSettings = {
  merging: false,
  liveness: false,
  slicing: false,
  partialOrder: false,
  symmetry: false,
};

/** What people call them, in the order in which they are applied. */
export const REDUCTION_TITLES: Readonly<Record<ReductionName, string>> = {
  merging: 'merging',
  liveness: 'liveness',
  slicing: 'slicing',
  partialOrder: 'partial order',
  symmetry: 'symmetry',
};

export const REDUCTION_NAMES = Object.keys(REDUCTION_TITLES) as readonly ReductionName[];
