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
  const strong = errors.filter((error) => !error.weak);
  const own = reports.filter((report) => !strong.some((error) => startsIn(report, error)));
  const others = errors.filter((error) => !error.weak || !reports.some((report) => covers(report, error)));
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
  let diagnostics = [...fromMissing, ...fromTypeScript, ...own.map(toDiagnostic)];
  if (diagnostics.length === 0) diagnostics = reporter.doubts.map(toDiagnostic);
  if (diagnostics.length > 0) throw new InputError(unique(diagnostics).sort(byPlace));
}

/** TypeScript's word on the same thing is enough. */
function startsIn(report: Report, error: TypeScriptError): boolean {
  if (report.node.getSourceFile() !== error.file) return false;
  const start = report.node.getStart();
  return start >= error.start && start < error.end;
}

function covers(report: Report, error: TypeScriptError): boolean {
  const { node } = report;
  if (node.getSourceFile() !== error.file) return false;
  // What follows from a keyword is reported at the whole function.
  const whole = node.parent ?? node;
  return error.start >= whole.getStart() && error.start < whole.end;
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
