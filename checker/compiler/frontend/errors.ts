/** Puts together everything that was found wrong, once each and in the order of the files. */
import { ts } from '../../typescript.js';
import { type Diagnostic, InputError } from '../../diagnostics.js';
import type { Locations, Report, Reporter } from './report.js';
import type { Missing } from './roots.js';
import { ASSIGNABILITY, MISSING_GLOBAL, type TypeScriptError } from './typescript-errors.js';

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

/** Whether the error follows from what was reported: it stands inside that, or is about using its result. */
function explains({ node }: Report, { file, start, code }: TypeScriptError): boolean {
  if (node.getSourceFile() !== file) return false;
  // What follows from `async` is reported all over the function, or nowhere in particular.
  if (MISSING_GLOBAL.has(code)) return true;
  const whole = ts.isToken(node) && ts.isBinaryExpression(node.parent) ? node.parent : node;
  const lineEnd = file.text.indexOf('\n', whole.getStart());
  const end = lineEnd < 0 ? whole.end : Math.min(lineEnd, whole.end);
  const lineStart = file.text.lastIndexOf('\n', whole.getStart()) + 1;
  return start >= (ASSIGNABILITY.has(code) ? lineStart : whole.getStart()) && start < end;
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
