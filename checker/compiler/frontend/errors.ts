/** Puts together everything that was found wrong, once each and in the order of the files. */
import { type Diagnostic, InputError } from '../../diagnostics.js';
import type { Locations, Report, Reporter } from './report.js';
import type { Missing } from './roots.js';
import type { TypeScriptError } from './typescript-errors.js';

/** Throws if anything is wrong. */
export function rejectAll(
  errors: readonly TypeScriptError[],
  reporter: Reporter,
  locations: Locations,
  missing: readonly Missing[],
): void {
  const { reports } = reporter;
  // What the language lacks is the reason for TypeScript's complaints about it, not the other way round.
  const others = errors.filter((error) => !reports.some((report) => explains(report, error)));
  const fromMissing = missing.map(({ file, problem }): Diagnostic => {
    return { span: file === null ? null : { file, line: 1, column: 1 }, ...problem };
  });
  const fromTypeScript = others.map(({ file, start, problem }): Diagnostic => {
    return { span: locations.at(file, start), ...problem };
  });
  const toDiagnostic = ({ node, problem }: Report): Diagnostic => ({
    span: locations.span(node),
    ...problem,
  });
  let diagnostics = [...fromMissing, ...fromTypeScript, ...reports.map(toDiagnostic)];
  if (diagnostics.length === 0) diagnostics = reporter.doubts.map(toDiagnostic);
  if (diagnostics.length > 0) throw new InputError(unique(diagnostics).sort(byPlace));
}

/** Whether the error stands inside what was reported, on its first line. */
function explains({ node }: Report, error: TypeScriptError): boolean {
  if (node.getSourceFile() !== error.file) return false;
  // What follows from `async` is reported all over the function.
  if (error.weak) return error.start >= node.parent.getStart() && error.start < node.parent.end;
  const start = node.getStart();
  const line = error.file.text.indexOf('\n', start);
  return error.start >= start && error.start < (line < 0 ? node.end : Math.min(line, node.end));
}

function unique(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return [...new Map(diagnostics.map((each) => [JSON.stringify([each.span, each.message]), each])).values()];
}

function byPlace(left: Diagnostic, right: Diagnostic): number {
  const [a, b] = [left.span, right.span];
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column;
}
