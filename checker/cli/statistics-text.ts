/** What reductions saved, for people: the part of a report that `--stats` asks for. */
import { fold } from '../../counterexamples/formats/fold.js';
import type { ReductionStatistics, SearchStatistics } from '../check/statistics.js';
import { grouped, plural } from './table.js';

export function statisticsLines(statistics: ReductionStatistics, width: number): string[] {
  const { slicing, symmetry, partialOrder, searches } = statistics;
  const lines: string[] = [];
  if (slicing !== null) {
    const { removed, cells, removedCells, wordsBefore, wordsAfter } = slicing;
    const what = removed.length === 0 ? '' : `: ${removed.join(', ')}`;
    lines.push(
      `slicing: ${removedCells} of ${plural(cells, 'cell')} removed, ${wordsBefore} -> ${plural(wordsAfter, 'word')} per state${what}`,
    );
  }
  if (partialOrder !== null) {
    const parts = Object.entries(partialOrder).map(([name, value]) => `${grouped(value)} ${name}`);
    lines.push(`partial order: ${parts.join(', ')}`);
  }
  if (symmetry !== null) {
    const proven = symmetry.proven.map((processes) => processes.join(' '));
    const orbits = `up to ${plural(symmetry.order, 'state')} are one`;
    lines.push(proven.length === 0 ? 'symmetry: none' : `symmetry: ${proven.join('; ')}: ${orbits}`);
    for (const { processes, reason } of symmetry.rejected)
      lines.push(`not symmetric: ${processes.join(' ')}: ${reason}`);
  }
  const [own, ...others] = searches;
  for (const other of others) lines.push(comparison(other, own));
  return lines.flatMap((line) => fold(`  ${line}`, width, '    '));
}

function comparison(
  { reductions, states, transitions, seconds, limit }: SearchStatistics,
  own: SearchStatistics | undefined,
): string {
  const used = reductions.length === 0 ? 'no reduction' : `only ${reductions.join(' + ')}`;
  const factor = own === undefined || own.states === 0 ? 1 : states / own.states;
  const size = `${plural(states, 'state')} (${limit === null ? '' : 'at least '}${factor.toFixed(2)} times as many)`;
  const end = limit === null ? '' : `, not finished (${limit})`;
  return `with ${used}: ${size}, ${plural(transitions, 'transition')}, ${seconds.toFixed(2)} s${end}`;
}
