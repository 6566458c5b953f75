/** TypeScript's own errors as diagnostics, with advice where this language has a better one than "correct the type". */
import { ts } from '../../typescript.js';
import type { CleanFiles } from './clean-files.js';
import { globalAdvice } from './globals.js';
import { problems, type Problem } from './problems.js';
import type { LoadedModel } from './project.js';

export interface TypeScriptError {
  readonly file: ts.SourceFile;
  readonly start: number;
  readonly end: number;
  readonly problem: Problem;
  readonly code: number;
}

/** Syntax errors of the files, or if there are none, their type errors. */
export function typeScriptErrors(
  model: LoadedModel,
  files: ReadonlySet<ts.SourceFile>,
  clean: CleanFiles,
): { readonly errors: readonly TypeScriptError[]; readonly areSyntax: boolean } {
  const { program } = model;
  const syntax = [...files].flatMap((file) => errorsOf(file, program.getSyntacticDiagnostics(file)));
  if (syntax.length > 0) return { errors: syntax, areSyntax: true };
  const semantic = clean.unknown(model, files).flatMap(({ file, isClean }) => {
    const errors = errorsOf(file, program.getSemanticDiagnostics(file));
    if (errors.length === 0) isClean();
    return errors;
  });
  return { errors: semantic, areSyntax: false };
}

function errorsOf(file: ts.SourceFile, diagnostics: readonly ts.Diagnostic[]): TypeScriptError[] {
  return diagnostics.flatMap((diagnostic) => fromDiagnostic(diagnostic, file));
}

function fromDiagnostic(diagnostic: ts.Diagnostic, file: ts.SourceFile): TypeScriptError[] {
  if (diagnostic.category !== ts.DiagnosticCategory.Error) return [];
  const start = diagnostic.start ?? 0;
  const end = start + (diagnostic.length ?? 0);
  const { code } = diagnostic;
  const text = file.text.slice(start, end);
  const problem =
    (text === 'yield' && code < 3000) || code === 1163
      ? problems.yieldInPlain()
      : UNKNOWN_NAME.has(code)
        ? unknownName(text)
        : { message: firstLines(diagnostic.messageText), advice: ADVICE.get(code) ?? adviceByKind(code) };
  return [{ file, start, end, problem, code }];
}

/** A chain of messages down to its reason, on one line. */
function firstLines(text: string | ts.DiagnosticMessageChain): string {
  const lines = ts.flattenDiagnosticMessageText(text, '\n').split('\n');
  return lines
    .slice(0, 3)
    .map((line) => line.trim().replace(/\.$/, ''))
    .join(': ');
}

function unknownName(name: string): Problem {
  const advice = globalAdvice(name);
  return advice === undefined ? problems.unknownName(name) : problems.global(name, advice);
}

/** "Cannot find name ...", in all its forms. */
const UNKNOWN_NAME: ReadonlySet<number> = new Set([
  2304, 2580, 2581, 2582, 2583, 2584, 2585, 2591, 2592, 2593, 2868,
]);

/** A value does not fit where it goes. */
export const ASSIGNABILITY: ReadonlySet<number> = new Set([2322, 2345]);

/** A Promise or another global type is missing, because of `async` and the like. */
export const MISSING_GLOBAL: ReadonlySet<number> = new Set([
  1055, 1058, 1062, 1064, 1065, 2318, 2468, 2520, 2529, 2697, 2705, 2712, 18028,
]);

const READONLY =
  'A value is replaced as a whole: `x = { ...x, field: ... }`. Only places (mutable fields) change in place.';
const FIELDS =
  'Give every field that the interface declares, and no others; begin with `...old` to keep the rest.';
const NARROWED =
  'TypeScript assumes that nothing changed since an earlier check. Compare in a function of its own, or copy the field into a variable declared with its type.';

const ADVICE: ReadonlyMap<number, string> = new Map([
  [1484, 'Write `import type { ... }`, or `type` in front of the name.'],
  [2307, "Imports end in .js and are relative (`./state.js`), or name 'mmucheck/language'."],
  [2305, 'Export it there, or correct the name.'],
  [2552, 'Correct the name, or declare or import it.'],
  [2322, 'Store a value of the declared type, or change the declaration.'],
  [2339, 'Use a field that the interface declares, or declare it there.'],
  [2345, 'Pass a value of the type that the parameter declares.'],
  [2353, FIELDS],
  [2366, 'Return a value at the end as well; a switch over all strings of an enumeration needs none.'],
  [2367, NARROWED],
  [2362, 'Compute with numbers only: turn a boolean into one with `flag ? 1 : 0`.'],
  [2363, 'Compute with numbers only: turn a boolean into one with `flag ? 1 : 0`.'],
  [2447, 'Write `flag = f() || flag` to always call f, or `flag ||= f()` to call it only if flag is false.'],
  [2454, 'Give it a value where it is declared.'],
  [2488, 'Count through a Vector: `for (let i = 0; i < v.length; i++)`.'],
  [2540, READONLY],
  [2542, READONLY],
  [2551, 'Use a field that the interface declares, or declare it there.'],
  [2554, 'Pass one argument for each parameter.'],
  [2588, 'Declare it with `let`.'],
  [2739, FIELDS],
  [2740, FIELDS],
  [2741, FIELDS],
  [2835, 'Imports end in .js: `./state.js` for the file state.ts.'],
  [7006, 'Write the type of the parameter.'],
  [7029, 'End the case with `break` or `return`; only empty cases may share the statements of the next.'],
  [7030, 'Return a value on every path.'],
]);

function adviceByKind(code: number): string {
  if (code < 2000) return 'This is no valid TypeScript; correct the syntax.';
  return 'Model files are checked like any strict TypeScript; correct the types.';
}
