/**
 * Applies unified diffs to sources in memory. A variant of the model is nothing but such a patch.
 *
 * Where each hunk belongs is decided here (exactly, else with fuzz that is reported), so that the library which then
 * applies it has nothing left to guess.
 */
import { applyPatch as applyHunks, diffArrays } from 'diff';
import { type Diagnostic, InputError } from '../diagnostics.js';
import { type FilePatch, type Hunk, type Patch, readPatch } from './hunks.js';
import { type Misfit, misfitOf, type Place, placeHunks } from './placing.js';
import type { ModelSources } from './sources.js';
import { closest } from './suggest.js';

export type { Patch } from './hunks.js';

/** A hunk that did not apply exactly where its header says, with all of its context. */
export interface Fuzz {
  readonly patch: string;
  readonly file: string;
  /** Which hunk of the file, from 1. */
  readonly hunk: number;
  /** How many lines below the place that the header names. */
  readonly offset: number;
  /** How many lines of context were dropped at either end. */
  readonly fuzz: number;
}

export interface Patched {
  readonly sources: ModelSources;
  readonly fuzz: readonly Fuzz[];
}

/** Applies a patch, all of it or nothing. */
export function applyPatch(sources: ModelSources, patch: Patch): Patched {
  const texts = new Map(sources.texts);
  const fuzz: Fuzz[] = [];
  const problems: Diagnostic[] = [];
  for (const file of readPatch(patch)) {
    const problem = outside(texts, file, patch);
    if (problem !== null) {
      problems.push(problem);
      continue;
    }
    const text = file.from === null ? '' : (texts.get(file.from) ?? '');
    const placed = placeHunks(text.split('\n'), file.hunks);
    const failed = placed.flatMap((place, index) =>
      place === null
        ? [failure(patch, file, index, misfitOf(text.split('\n'), file.hunks, placed, index))]
        : [],
    );
    problems.push(...failed);
    if (failed.length > 0) continue;
    const places = placed.filter((place) => place !== null);
    const result = patchedText(text, places);
    const name = file.to ?? file.from ?? '';
    fuzz.push(
      ...places.flatMap(({ offset, fuzz }, index) =>
        offset === 0 && fuzz === 0 ? [] : [{ patch: patch.name, file: name, hunk: index + 1, offset, fuzz }],
      ),
    );
    if (file.from !== null) texts.delete(file.from);
    if (file.to !== null) texts.set(file.to, result);
    else if (result.trim() !== '') problems.push(notEmptied(patch, file));
  }
  if (problems.length > 0) throw new InputError(problems);
  return { sources: { root: sources.root, texts }, fuzz };
}

/** Applies patches one after the other, each on top of the last. */
export function applyPatches(sources: ModelSources, patches: readonly Patch[]): Patched {
  return patches.reduce<Patched>(
    (before, patch) => {
      const after = applyPatch(before.sources, patch);
      return { sources: after.sources, fuzz: [...before.fuzz, ...after.fuzz] };
    },
    { sources, fuzz: [] },
  );
}

/** Lines `from` to `to`, both included, from 1. `to` is `from - 1` where there is nothing: lines were added there. */
export interface LineRange {
  readonly from: number;
  readonly to: number;
}

/** What differs in one file: the same number of ranges in both texts, pairwise. */
export interface FileChange {
  readonly file: string;
  readonly base: readonly LineRange[];
  readonly patched: readonly LineRange[];
}

/** Which lines of which files differ between two versions of the sources. */
export function changesBetween(base: ModelSources, patched: ModelSources): FileChange[] {
  const files = new Set([...base.texts.keys(), ...patched.texts.keys()]);
  return [...files].sort().flatMap((file) => {
    const [before, after] = [base.texts.get(file) ?? '', patched.texts.get(file) ?? ''];
    return before === after ? [] : [{ file, ...changedRanges(before.split('\n'), after.split('\n')) }];
  });
}

function changedRanges(before: string[], after: string[]): { base: LineRange[]; patched: LineRange[] } {
  const base: LineRange[] = [];
  const patched: LineRange[] = [];
  let [oldLine, newLine] = [1, 1];
  let [oldStart, newStart] = [1, 1];
  const close = () => {
    if (oldLine === oldStart && newLine === newStart) return;
    base.push({ from: oldStart, to: oldLine - 1 });
    patched.push({ from: newStart, to: newLine - 1 });
  };
  for (const part of diffArrays(before, after)) {
    if (part.added) newLine += part.count;
    else if (part.removed) oldLine += part.count;
    else {
      close();
      [oldLine, newLine] = [oldLine + part.count, newLine + part.count];
      [oldStart, newStart] = [oldLine, newLine];
    }
  }
  close();
  return { base, patched };
}

function patchedText(text: string, places: readonly Place[]): string {
  const hunks = places.map(({ start, lines }) => ({
    oldStart: start + 1,
    oldLines: lines.filter((line) => !line.startsWith('+')).length,
    newStart: start + 1,
    newLines: lines.filter((line) => !line.startsWith('-')).length,
    lines: [...lines],
  }));
  const names = { oldFileName: '', newFileName: '', oldHeader: '', newHeader: '' };
  const result = applyHunks(text, { ...names, hunks }, { autoConvertLineEndings: false });
  if (result === false) throw new Error('a hunk that was found to fit did not apply');
  return result;
}

/** A patch may change, add and delete model files, and nothing else. */
function outside(texts: ReadonlyMap<string, string>, file: FilePatch, patch: Patch): Diagnostic | null {
  const span = { file: patch.name, line: file.line, column: 1 };
  if (file.from !== null && !texts.has(file.from)) {
    const base = file.from.slice(file.from.lastIndexOf('/') + 1);
    const near =
      [...texts.keys()].find((name) => name.endsWith(`/${base}`)) ?? closest(file.from, texts.keys());
    return {
      span,
      message: `the patch changes ${file.from}, which is not a file of the model`,
      advice: near === null ? 'Name files as git does at the root of the project.' : `Is ${near} meant?`,
    };
  }
  if (file.to === null || file.to === file.from) return null;
  if (texts.has(file.to)) {
    return {
      span,
      message: `the patch adds ${file.to}, which already exists`,
      advice: 'Make the patch against the current model.',
    };
  }
  const folders = new Set([...texts.keys()].map((name) => name.slice(0, name.indexOf('/') + 1)));
  const inside = [...folders].some((folder) => folder !== '' && file.to?.startsWith(folder));
  if (inside && /\.ts$/.test(file.to) && !/\.(test|d)\.ts$/.test(file.to)) return null;
  return {
    span,
    message: `the patch adds ${file.to}, which would be no file of the model`,
    advice: `A model file ends in .ts and lies below ${[...folders].join(' or ')}; leave the others out of the patch.`,
  };
}

function failure(patch: Patch, file: FilePatch, index: number, misfit: Misfit): Diagnostic {
  const hunk = file.hunks[index] as Hunk;
  const name = file.from ?? file.to ?? '';
  const found = misfit.found === null ? 'the end of the file' : `\`${misfit.found}\``;
  return {
    span: { file: patch.name, line: hunk.line, column: 1 },
    message: [
      `hunk ${index + 1} of ${file.hunks.length} does not apply to ${name}:`,
      ...[hunk.header, ...hunk.lines].map((line) => `  | ${line}`),
      misfit.matching === 0
        ? `none of its old lines are near ${name}:${misfit.line}, which has ${found}`
        : `${misfit.matching} of its ${misfit.of} old lines match best at ${name}:${misfit.start}, but line ${misfit.line} is`,
      ...(misfit.matching === 0 ? [] : [`  ${found}`, `and the patch expects`, `  \`${misfit.expected}\``]),
    ].join('\n'),
    advice: 'Make the patch again against the current model, or correct the lines that differ.',
  };
}

function notEmptied(patch: Patch, file: FilePatch): Diagnostic {
  return {
    span: { file: patch.name, line: file.line, column: 1 },
    message: `the patch deletes ${file.from}, which has more lines than the patch removes`,
    advice: 'Make the patch again against the current model.',
  };
}
