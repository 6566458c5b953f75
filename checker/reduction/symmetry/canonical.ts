/**
 * The representative of an orbit: of all renamings of a packed state the one with the least words. As JavaScript that is
 * made for the group, because it runs once per successor.
 */
import type { Field, Packing } from '../../compiler/codegen/packing.js';
import type { Graph } from '../../compiler/ir/graph.js';
import type { Renaming } from './renaming.js';

/** The body of a function of no argument that returns `(words, at) => void`, which works in place. */
export function canonicalSource(graph: Graph, packing: Packing, group: readonly Renaming[]): string {
  const images = group.map((renaming) => imageOf(graph, packing, renaming)).filter((words) => words.size > 0);
  const touched = [...new Set(images.flatMap((words) => [...words.keys()]))].sort((a, b) => a - b);
  const each = (text: (word: number) => string, separator: string): string =>
    touched.map(text).join(separator);
  // Compared from the first word on; what comes out least is kept.
  const least = (words: readonly number[]): string => {
    const [word, ...rest] = words;
    if (word === undefined) return 'false';
    const behind = rest.length === 0 ? '' : ` || c${word} === b${word} && (${least(rest)})`;
    return `c${word} < b${word}${behind}`;
  };
  const attempts = images.map(
    (words) => `{
    const ${each((word) => `c${word} = ${words.get(word) ?? `w${word}`}`, ', ')};
    if (${least(touched)}) { ${each((word) => `b${word} = c${word};`, ' ')} }
  }`,
  );
  if (touched.length === 0) return 'return () => {};';
  return `"use strict";
return (words, at) => {
  const ${each((word) => `w${word} = words[at + ${word}] | 0`, ', ')};
  let ${each((word) => `b${word} = w${word}`, ', ')};
  ${attempts.join('\n  ')}
  ${each((word) => `words[at + ${word}] = b${word};`, ' ')}
};`;
}

/** The body of a function of no argument that returns `(words, at) => void`, which renames a state in place. */
export function renamingSource(graph: Graph, packing: Packing, renaming: Renaming): string {
  const image = [...imageOf(graph, packing, renaming)];
  const words = Array.from({ length: packing.words }, (_, word) => `w${word} = words[at + ${word}]`);
  return `"use strict";
return (words, at) => {
  const ${words.join(', ')};
  ${image.map(([word, text]) => `words[at + ${word}] = ${text};`).join('\n  ')}
};`;
}

/** By word that changes: its text after the renaming, out of the words `w0`, `w1`, ... */
function imageOf(graph: Graph, packing: Packing, renaming: Renaming): ReadonlyMap<number, string> {
  const moved: { readonly from: Field; readonly to: Field; readonly table: readonly number[] | null }[] = [];
  const move = (from: Field | undefined, to: Field | undefined, table: readonly number[] | null): void => {
    if (from === undefined || to === undefined || from.width !== to.width)
      throw new Error('what changes places is not packed alike');
    const stays = from.word === to.word && from.shift === to.shift && table === null;
    if (from.width > 0 && !stays) moved.push({ from, to, table });
  };
  renaming.cells.forEach((to, from) => {
    const lo = graph.cells[from]?.domain.lo ?? 0;
    const table = renaming.values[from]?.map((value) => value - lo) ?? null;
    move(packing.cells[from], packing.cells[to], table);
  });
  renaming.processes.forEach((to, from) => {
    if (from === to) return;
    const [own, other] = [packing.processes[from], packing.processes[to]];
    move(own?.counter, other?.counter, null);
    own?.slots.forEach(({ field }, slot) => {
      move(field, other?.slots[slot]?.field, null);
    });
  });

  const words = new Map<
    number,
    { cleared: number; readonly shifts: Map<string, number>; readonly maps: string[] }
  >();
  for (const { from, to, table } of moved) {
    const word = words.get(to.word) ?? { cleared: 0, shifts: new Map<string, number>(), maps: [] };
    words.set(to.word, word);
    const mask = maskOf(from);
    word.cleared |= mask << to.shift;
    if (table === null) {
      const key = `${from.word},${to.shift - from.shift}`;
      word.shifts.set(key, (word.shifts.get(key) ?? 0) | (mask << from.shift));
    } else word.maps.push(`(${mapped(`w${from.word} >>> ${from.shift} & ${mask}`, table)}) << ${to.shift}`);
  }
  return new Map(
    [...words].map(([word, { cleared, shifts, maps }]) => {
      const parts = [...shifts].map(([key, mask]) => {
        const [from, by] = key.split(',').map(Number);
        const picked = `w${from} & ${mask}`;
        return by === 0
          ? `(${picked})`
          : (by ?? 0) > 0
            ? `((${picked}) << ${by})`
            : `((${picked}) >>> ${-(by ?? 0)})`;
      });
      return [word, [`w${word} & ${~cleared}`, ...parts, ...maps].join(' | ')];
    }),
  );
}

/** A value of a field with some values exchanged. */
function mapped(value: string, table: readonly number[]): string {
  return table.reduceRight(
    (rest, to, from) => (to === from ? rest : `(${value}) === ${from} ? ${to} : ${rest}`),
    `(${value})`,
  );
}

function maskOf({ width }: Field): number {
  return width === 32 ? -1 : (1 << width) - 1;
}
