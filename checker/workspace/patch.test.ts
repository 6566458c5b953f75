import { createTwoFilesPatch } from 'diff';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../diagnostics.js';
import { applyPatch, applyPatches, changesBetween } from './patch.js';
import type { ModelSources } from './sources.js';

const NUMBERS = Array.from({ length: 20 }, (_, i) => `line ${i + 1};`);

function sourcesOf(texts: Readonly<Record<string, string>>): ModelSources {
  return { root: '/project', texts: new Map(Object.entries(texts)) };
}

const model = sourcesOf({ 'model/a.ts': text(NUMBERS), 'model/b.ts': 'export const b = 1;\n' });

function text(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}

/** A patch of model/a.ts, as git prints it. */
function gitPatch(before: readonly string[], after: readonly string[], context = 3): string {
  return `diff --git a/model/a.ts b/model/a.ts\nindex 123..456 100644\n${createTwoFilesPatch(
    'a/model/a.ts',
    'b/model/a.ts',
    text(before),
    text(after),
    undefined,
    undefined,
    { context },
  ).replace(/^=+\n/, '')}`;
}

function problemsOf(
  patch: string,
  sources = model,
): readonly { span: unknown; message: string; advice: string }[] {
  try {
    applyPatch(sources, { name: 'some.patch', text: patch });
  } catch (error) {
    if (error instanceof InputError) return error.diagnostics;
    throw error;
  }
  return [];
}

const changed = NUMBERS.with(9, 'changed;');

describe('a patch that fits', () => {
  it('changes, adds, renames and deletes files, whatever stands around the hunks', () => {
    const patch = [
      'From 1234 Mon Sep 17 00:00:00 2001\nSubject: [PATCH] split\n\n  @@ quoted @@\n---\n model/a.ts | 2 +-\n',
      gitPatch(NUMBERS, changed),
      'diff --git a/model/b.ts b/model/b.ts\ndeleted file mode 100644\n--- a/model/b.ts\n+++ /dev/null',
      '@@ -1 +0,0 @@\n-export const b = 1;',
      'diff --git a/model/c.ts b/model/c.ts\nnew file mode 100644\n--- /dev/null\n+++ b/model/c.ts',
      '@@ -0,0 +1,2 @@\n+export const c = 1;\n+export const d = 1;\n-- \n2.39.5\n',
    ].join('\n');
    const { sources, fuzz } = applyPatch(model, { name: 'all.patch', text: patch });
    expect([...sources.texts]).toEqual([
      ['model/a.ts', text(changed)],
      ['model/c.ts', 'export const c = 1;\nexport const d = 1;\n'],
    ]);
    expect(fuzz).toEqual([]);
    const rename =
      'diff --git a/model/b.ts b/model/e.ts\nsimilarity index 100%\nrename from model/b.ts\nrename to model/e.ts\n';
    expect(applyPatch(model, { name: 'r', text: rename }).sources.texts.get('model/e.ts')).toBe(
      'export const b = 1;\n',
    );
  });

  it('may come with other line ends, without prefixes, and with a missing newline at the end', () => {
    const patch = gitPatch(NUMBERS, changed)
      .replace(/ [ab]\//g, ' ')
      .replace(/\n/g, '\r\n');
    expect(applyPatch(model, { name: 'p', text: patch }).sources.texts.get('model/a.ts')).toBe(text(changed));
    const noNewline =
      '--- a/model/b.ts\n+++ b/model/b.ts\n@@ -1 +1 @@\n-export const b = 1;\n+export const b = 2;\n\\ No newline at end of file\n';
    expect(applyPatch(model, { name: 'p', text: noNewline }).sources.texts.get('model/b.ts')).toBe(
      'export const b = 2;\n',
    );
  });

  it('turns one text into the other, for any two texts', () => {
    const lines = fc.array(
      fc.constantFrom('', 'a', 'b', '}', '  return;', '-- ', '@@ -1 +1 @@', '--- a', '+x'),
      {
        maxLength: 30,
      },
    );
    fc.assert(
      fc.property(lines, lines, fc.nat(3), (before, after, context) => {
        fc.pre(text(before) !== text(after));
        const patch = gitPatch(before, after, context);
        const { sources, fuzz } = applyPatch(sourcesOf({ 'model/a.ts': text(before) }), {
          name: 'p',
          text: patch,
        });
        expect(sources.texts.get('model/a.ts')).toBe(text(after));
        expect(fuzz).toEqual([]);
      }),
    );
  });
});

describe('a patch that fits elsewhere', () => {
  it('applies with the offset reported', () => {
    const shifted = ['new;', 'new;', ...NUMBERS];
    const { sources, fuzz } = applyPatch(sourcesOf({ 'model/a.ts': text(shifted) }), {
      name: 'p',
      text: gitPatch(NUMBERS, changed),
    });
    expect(sources.texts.get('model/a.ts')).toBe(text(['new;', 'new;', ...changed]));
    expect(fuzz).toEqual([{ patch: 'p', file: 'model/a.ts', hunk: 1, offset: 2, fuzz: 0 }]);
  });

  it('applies with up to two lines of context dropped at each end, and reported', () => {
    for (const [line, expected] of [
      [6, 1],
      [7, 2],
      [11, 2],
      [12, 1],
    ] as const) {
      const { sources, fuzz } = applyPatch(sourcesOf({ 'model/a.ts': text(NUMBERS.with(line, 'other;')) }), {
        name: 'p',
        text: gitPatch(NUMBERS, changed),
      });
      expect(sources.texts.get('model/a.ts')).toBe(text(changed.with(line, 'other;')));
      expect(fuzz).toEqual([{ patch: 'p', file: 'model/a.ts', hunk: 1, offset: 0, fuzz: expected }]);
    }
  });

  it('follows patches one after the other', () => {
    const once = gitPatch(NUMBERS, ['new;', ...NUMBERS]);
    const { sources, fuzz } = applyPatches(model, [
      { name: 'one', text: once },
      { name: 'two', text: gitPatch(NUMBERS, changed) },
    ]);
    expect(sources.texts.get('model/a.ts')).toBe(text(['new;', ...changed]));
    expect(fuzz.map(({ patch, offset }) => [patch, offset])).toEqual([['two', 1]]);
  });
});

describe('a patch that does not fit', () => {
  it('shows the hunk and what stands in its place', () => {
    const [problem, ...others] = problemsOf(
      gitPatch(NUMBERS, changed),
      sourcesOf({ 'model/a.ts': text(NUMBERS.with(9, 'moved on;')) }),
    );
    expect(others).toEqual([]);
    expect(problem?.span).toEqual({ file: 'some.patch', line: 5, column: 1 });
    expect(problem?.message).toBe(
      [
        'hunk 1 of 1 does not apply to model/a.ts:',
        '  | @@ -7,7 +7,7 @@',
        '  |  line 7;',
        '  |  line 8;',
        '  |  line 9;',
        '  | -line 10;',
        '  | +changed;',
        '  |  line 11;',
        '  |  line 12;',
        '  |  line 13;',
        '6 of its 7 old lines match best at model/a.ts:7, but line 10 is',
        '  `moved on;`',
        'and the patch expects',
        '  `line 10;`',
      ].join('\n'),
    );
  });

  it('never drops all that a place is recognised by', () => {
    expect(problemsOf(gitPatch(NUMBERS, changed, 1), sourcesOf({ 'model/a.ts': 'else;\n' }))).toHaveLength(1);
  });

  it('is refused whole, with every reason', () => {
    const two = `${gitPatch(NUMBERS, changed)}--- a/checker/x.ts\n+++ b/checker/x.ts\n@@ -1 +1 @@\n-a\n+b\n`;
    const problems = problemsOf(two, sourcesOf({ 'model/a.ts': 'nothing of it\n' }));
    expect(problems.map((each) => each.message.split('\n')[0])).toEqual([
      'hunk 1 of 1 does not apply to model/a.ts:',
      'the patch changes checker/x.ts, which is not a file of the model',
    ]);
  });

  it.each([
    ['empty', '', 1, 'contains no changes'],
    ['prose', 'please flush\n', 1, 'contains no changes'],
    [
      'miscounted',
      '--- a/model/b.ts\n+++ b/model/b.ts\n@@ -1,3 +1,2 @@\n-export const b = 1;\n+x\n',
      3,
      'malformed',
    ],
    ['anonymous', '@@ -1 +1 @@\n-export const b = 1;\n+x\n', 1, 'before any line that names a file'],
    ['half named', '--- a/model/b.ts\n@@ -1 +1 @@\n-export const b = 1;\n+x\n', 1, 'malformed'],
    ['new outside', '--- /dev/null\n+++ b/etc/x.ts\n@@ -0,0 +1 @@\n+x\n', 3, 'would be no file of the model'],
    ['new but there', '--- /dev/null\n+++ b/model/b.ts\n@@ -0,0 +1 @@\n+x\n', 3, 'already exists'],
    [
      'misspelt',
      '--- a/modle/b.ts\n+++ b/modle/b.ts\n@@ -1 +1 @@\n-export const b = 1;\n+x\n',
      3,
      'not a file of',
    ],
    ['half deleted', '--- a/model/a.ts\n+++ /dev/null\n@@ -1 +0,0 @@\n-line 1;\n', 3, 'more lines than'],
  ])('is refused when %s', (_name, patch, line, message) => {
    const problems = problemsOf(patch);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.span).toEqual({ file: 'some.patch', line, column: 1 });
    expect(problems[0]?.message).toContain(message);
    expect(problems[0]?.advice).not.toBe('');
  });
});

describe('changesBetween', () => {
  it('names the ranges that differ in both texts', () => {
    const after = ['new;', ...changed.slice(0, 15), ...changed.slice(16)];
    const patched = sourcesOf({ 'model/a.ts': text(after), 'model/c.ts': 'c' });
    expect(changesBetween(model, patched).slice(0, 1)).toEqual([
      {
        file: 'model/a.ts',
        base: [
          { from: 1, to: 0 },
          { from: 10, to: 10 },
          { from: 16, to: 16 },
        ],
        patched: [
          { from: 1, to: 1 },
          { from: 11, to: 11 },
          { from: 17, to: 16 },
        ],
      },
    ]);
    expect(changesBetween(model, patched).map((each) => each.file)).toEqual([
      'model/a.ts',
      'model/b.ts',
      'model/c.ts',
    ]);
    expect(changesBetween(model, model)).toEqual([]);
  });
});
