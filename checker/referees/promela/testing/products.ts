/** Random products of small processes, for SPIN and as structures of ours. */
import fc from 'fast-check';
import type { Kripke } from '../../../temporal/kripke.js';
import { ATOMS, type RandomEdge, structure } from '../../../temporal/testing/random.js';

/** A step from one place to another, as long as some process is where it must be. */
interface Step {
  readonly from: number;
  readonly to: number;
  readonly while: { readonly process: number; readonly place: number } | null;
}

interface Process {
  readonly places: number;
  readonly steps: readonly Step[];
  /** By place: whether the process may rest there. */
  readonly rests: readonly boolean[];
  readonly isUnfair: boolean;
}

export interface Product {
  readonly processes: readonly Process[];
  /** By atom: true while this process is in one of these places. */
  readonly atoms: readonly { readonly process: number; readonly places: readonly boolean[] }[];
}

const MOST_PLACES = 3;
const anyProcess = (count: number, idle: boolean): fc.Arbitrary<Process> =>
  fc.integer({ min: 1, max: MOST_PLACES }).chain((places) =>
    fc.record({
      places: fc.constant(places),
      steps: fc.array(
        fc.record({
          from: fc.nat(places - 1),
          to: fc.nat(places - 1),
          while: fc.option(fc.record({ process: fc.nat(count - 1), place: fc.nat(MOST_PLACES - 1) }), {
            freq: 2,
          }),
        }),
        { minLength: 1, maxLength: 4 },
      ),
      rests: fc.array(idle ? fc.nat(3).map((each) => each === 0) : fc.constant(false), {
        minLength: places,
        maxLength: places,
      }),
      isUnfair: idle ? fc.nat(3).map((each) => each === 0) : fc.constant(false),
    }),
  );

/** @param idle whether processes may rest or be unfair */
export const anyProduct = (idle: boolean): fc.Arbitrary<Product> =>
  fc.integer({ min: 1, max: 3 }).chain((count) =>
    fc.record({
      processes: fc.array(anyProcess(count, idle), { minLength: count, maxLength: count }),
      atoms: fc.array(
        fc.record({
          process: fc.nat(count - 1),
          places: fc.array(fc.boolean(), { minLength: MOST_PLACES, maxLength: MOST_PLACES }),
        }),
        { minLength: ATOMS, maxLength: ATOMS },
      ),
    }),
  );

/** @param weak whether each process that is not unfair has weak fairness */
export function kripkeOf({ processes, atoms }: Product, weak: boolean): Kripke {
  const total = processes.reduce((count, { places }) => count * places, 1);
  const placesOf = (state: number): number[] => {
    let rest = state;
    return processes.map(({ places }) => {
      const place = rest % places;
      rest = Math.floor(rest / places);
      return place;
    });
  };
  const stateOf = (at: readonly number[]): number =>
    processes.reduceRight((state, { places }, index) => state * places + (at[index] ?? 0), 0);
  const requirements = processes.flatMap(({ isUnfair }, process) =>
    weak && !isUnfair ? [{ name: `p${process}`, kind: 'weak' as const, process }] : [],
  );
  const maskOf = (process: number): number => {
    const bit = requirements.findIndex((each) => each.process === process);
    return bit < 0 ? 0 : 1 << bit;
  };
  const edges: RandomEdge[][] = [];
  const kinds = Array.from({ length: total }, (_, state) => {
    const at = placesOf(state);
    let enabled = 0;
    let mustGoOn = false;
    const own = processes.flatMap(({ steps, rests, isUnfair }, process) =>
      steps.flatMap(({ from, to, while: condition }): RandomEdge[] => {
        if (from !== at[process]) return [];
        if (condition !== null && at[condition.process] !== condition.place) return [];
        if (rests[from] !== true) {
          enabled |= maskOf(process);
          if (!isUnfair) mustGoOn = true;
        }
        return [{ target: stateOf(at.with(process, to)), letter: 0, taken: maskOf(process) }];
      }),
    );
    if (!mustGoOn) own.push({ target: state, letter: 0, taken: 0 });
    edges.push(own);
    const letter = atoms.reduce(
      (bits, each, atom) => bits | (each.places[at[each.process] ?? 0] === true ? 1 << atom : 0),
      0,
    );
    return { letter, enabled };
  });
  return structure(kinds, edges, requirements);
}

/** In the form that the exporter gives its models: processes behind a status, and an `init` that stays where nobody moves. */
export function promelaOf({ processes, atoms }: Product, formulas: readonly string[]): string {
  const process = ({ steps, rests, isUnfair }: Process, index: number): string[] => [
    `active proctype P${index}() provided (status == 0) {`,
    'end_of_step:',
    '  do',
    ...steps.map(
      ({ from, to, while: condition }) =>
        `  :: d_step { at${index} == ${from}${condition === null ? '' : ` && at${condition.process} == ${condition.place}`} -> at${index} = ${to} }`,
    ),
    ...rests.flatMap((may, place) => (may ? [`  :: at${index} == ${place}`] : [])),
    ...(isUnfair ? ['  :: status == 0'] : []),
    '  od',
    '}',
  ];
  return [
    'byte status = 255;',
    ...processes.map((_, index) => `byte at${index};`),
    ...atoms.map(({ process: owner, places }, atom) => {
      const within = places.flatMap((is, place) => (is ? [`at${owner} == ${place}`] : []));
      return `#define atom${atom} (${within.join(' || ') || 'false'})`;
    }),
    ...formulas.map((text, index) => `ltl f${index} { status == 255 U (status == 0 && ${text}) }`),
    'init {',
    '  d_step { status = 0 }',
    'end_of_watch:',
    '  do',
    '  :: timeout',
    '  od',
    '}',
    ...processes.flatMap(process),
    '',
  ].join('\n');
}
