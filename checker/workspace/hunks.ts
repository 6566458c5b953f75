/** A patch as text becomes hunks that know where in the patch file they stand, with errors at their line. */
import { parsePatch } from 'diff';
import { InputError } from '../diagnostics.js';

export interface Patch {
  /** For messages: the name of the patch file. */
  readonly name: string;
  readonly text: string;
}

export interface Hunk {
  /** Line of the header in the patch file. */
  readonly line: number;
  readonly header: string;
  /** Where the old lines begin, from 0. */
  readonly start: number;
  /** With their leading ' ', '-' or '+'. */
  readonly lines: readonly string[];
}

/** What a patch does to one file. */
export interface FilePatch {
  /** Null for a new file. */
  readonly from: string | null;
  /** Null for a deleted file. */
  readonly to: string | null;
  /** Line of its first hunk in the patch file. */
  readonly line: number;
  readonly hunks: readonly Hunk[];
}

/** Reads a unified diff as git makes it: commit message, `diff --git` lines and a signature may stand around it. */
export function readPatch(patch: Patch): FilePatch[] {
  const lines = withoutSignatures(patch.text.replace(/\r\n/g, '\n').split('\n'));
  const headers = lines.flatMap((line, index) =>
    HUNK.test(line) && !inHunk(lines, index) ? [index + 1] : [],
  );
  let next = 0;
  const files = parse(patch.name, lines).flatMap((file): FilePatch[] => {
    const hunks = file.hunks.map((hunk): Hunk => {
      const line = headers[next++] ?? 1;
      return {
        line,
        header: lines[line - 1] ?? '',
        start: hunk.oldStart - 1,
        // Whether a file ends in a newline means nothing in a model.
        lines: hunk.lines.filter((each) => !each.startsWith('\\')).map((each) => (each === '' ? ' ' : each)),
      };
    });
    const line = hunks[0]?.line ?? 1;
    if (file.isBinary === true) throw malformed(patch.name, line, 'changes a binary file');
    if (hunks.length === 0 && file.isRename !== true) return [];
    if (file.oldFileName === undefined || file.newFileName === undefined) {
      throw malformed(
        patch.name,
        line,
        'has a hunk before any line that names a file (--- a/... and +++ b/...)',
      );
    }
    const from = file.isCreate === true ? null : withoutPrefix(file.oldFileName);
    return [{ from, to: file.isDelete === true ? null : withoutPrefix(file.newFileName), line, hunks }];
  });
  if (files.length === 0) throw malformed(patch.name, 1, 'contains no changes');
  return files;
}

const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;

function parse(name: string, lines: readonly string[]): ReturnType<typeof parsePatch> {
  try {
    return parsePatch(lines.join('\n'));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const line = Number(/line (\d+)/.exec(message)?.[1] ?? 1);
    throw malformed(name, line, `is malformed: ${message.charAt(0).toLowerCase()}${message.slice(1)}`);
  }
}

function malformed(name: string, line: number, what: string): InputError {
  return InputError.of(
    `the patch ${what}`,
    'Give a unified diff as `git diff` or `git format-patch` prints it, made at the root of the project.',
    { file: name, line, column: 1 },
  );
}

/** Takes out what `git format-patch` writes below the last hunk: `-- ` and a version look like deleted lines. */
function withoutSignatures(lines: readonly string[]): string[] {
  return lines.map((line, index) => (line === '-- ' && !inHunk(lines, index) ? '' : line));
}

/** Whether a line belongs to the body of a hunk, by the line counts in the hunk's header. */
function inHunk(lines: readonly string[], index: number): boolean {
  for (let at = index - 1; at >= 0; at--) {
    const header = HUNK.exec(lines[at] ?? '');
    if (header === null) continue;
    let old = Number(header[2] ?? 1);
    let now = Number(header[4] ?? 1);
    for (let body = at + 1; body < index; body++) {
      const mark = (lines[body] ?? '').charAt(0);
      if (mark !== '+' && mark !== '\\') old--;
      if (mark !== '-' && mark !== '\\') now--;
    }
    return old > 0 || now > 0;
  }
  return false;
}

/** `a/model/state.ts` is `model/state.ts`; `/dev/null` is no file. */
function withoutPrefix(name: string): string | null {
  return name === '/dev/null' ? null : name.replace(/^[ab]\//, '');
}
