/** Which reductions the command line asks for: the usual ones, with those that it switches on and off. */
import { InputError } from '../diagnostics.js';
import { DEFAULT_REDUCTIONS, type ReductionSettings } from '../reduction/index.js';
import type { Arguments } from './options.js';
import { UnsoundError } from './unsound.js';

export function reductionsOf(args: Pick<Arguments, 'flag' | 'value'>): ReductionSettings {
  const por = args.flag('por');
  const reduce = !args.flag('no-reduction');
  if (por && (args.flag('no-por') || !reduce))
    throw InputError.of('--por asks for what another option switches off', 'Give one of them.');
  if (por && args.value('max-depth') !== undefined)
    throw new UnsoundError(
      '--por with --max-depth',
      'Partial order takes steps in another order, so that a violation within so many steps may first be met behind more of them and be missed.',
      'Leave out one of them.',
    );
  return {
    merging: !args.flag('no-merge'),
    liveness: !args.flag('no-liveness'),
    slicing: reduce && !args.flag('no-slice'),
    partialOrder: reduce && (por || DEFAULT_REDUCTIONS.partialOrder) && !args.flag('no-por'),
    symmetry: reduce && !args.flag('no-symmetry'),
  };
}
