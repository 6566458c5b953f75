/** Which reductions the command line asks for: all of them, but for those that it switches off. */
import type { ReductionSettings } from '../reduction/index.js';
import type { Arguments } from './options.js';

export function reductionsOf(args: Pick<Arguments, 'flag'>): ReductionSettings {
  const reduce = !args.flag('no-reduction');
  return {
    merging: !args.flag('no-merge'),
    liveness: !args.flag('no-liveness'),
    slicing: reduce && !args.flag('no-slice'),
    partialOrder: reduce && !args.flag('no-por'),
    symmetry: reduce && !args.flag('no-symmetry'),
  };
}
