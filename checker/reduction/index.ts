/** Reductions: from a graph to the machine that is searched, with fewer states and the same verdicts. */
export { type Model, type Question, type Reduced, reduce } from './reduce.js';
export {
  ALL_REDUCTIONS,
  DEFAULT_REDUCTIONS,
  NO_REDUCTIONS,
  REDUCTION_TITLES,
  type ReductionName,
  type ReductionSettings,
} from './settings.js';
