/** TypeScript text becomes a function that Node can call, with a way back from its errors to lines of the source. */
import { SourceMap } from 'node:module';
import { compileFunction } from 'node:vm';
import type { ts as TypeScript } from 'ts-morph';
import { remembered } from '../build-cache.js';
import type { Span } from '../compiler/ir/program.js';
import { InputError } from '../diagnostics.js';
import { typeScript } from './lazy-typescript.js';
import { Recent } from './recent.js';

export type Exports = Record<string, unknown>;

export interface CompiledModule {
  /** The body of the module, as Node wraps CommonJS modules. */
  readonly run: (exports: Exports, require: (specifier: string) => unknown) => void;
  /** Made when it is asked for: writing it takes a third of the time, and it is needed only when something goes wrong. */
  readonly map: () => SourceMap;
}

/** How a source file is called in stack traces. */
const SCHEME = 'mmucheck-model:';

const compiled = new Recent<CompiledModule>(500);

/** Compiles a file, once for each text that it has in any variant. Its syntax errors are InputErrors. */
export function compileModule(file: string, text: string): CompiledModule {
  return compiled.get(`${file}\n${text}`, () => transpile(file, text));
}

/** The innermost place in source files at which an error was thrown, or null if no source file was involved. */
export function thrownAt(
  error: unknown,
  moduleOf: (file: string) => CompiledModule | undefined,
): Span | null {
  if (!(error instanceof Error)) return null;
  for (const frame of (error.stack ?? '').matchAll(/mmucheck-model:(.+?):(\d+):(\d+)/g)) {
    const [file, line, column] = [frame[1] ?? '', Number(frame[2]), Number(frame[3])];
    const origin = moduleOf(file)
      ?.map()
      .findEntry(line - 1, column - 1);
    if (origin !== undefined && 'originalLine' in origin) {
      return { file, line: origin.originalLine + 1, column: origin.originalColumn + 1 };
    }
  }
  return null;
}

function transpile(file: string, text: string): CompiledModule {
  const code = remembered('module', [file, text], () => transpiled(file, text, false).outputText);
  let map: SourceMap | null = null;
  return {
    run: compileFunction(code, ['exports', 'require'], { filename: SCHEME + file }) as CompiledModule['run'],
    map: () => {
      map ??= new SourceMap(JSON.parse(transpiled(file, text, true).sourceMapText ?? '{}'));
      return map;
    },
  };
}

function transpiled(file: string, text: string, sourceMap: boolean): TypeScript.TranspileOutput {
  const ts = typeScript();
  const output = ts.transpileModule(text, {
    fileName: file,
    reportDiagnostics: true,
    compilerOptions: {
      module: ts.ModuleKind.CommonJS,
      target: ts.ScriptTarget.ES2022,
      verbatimModuleSyntax: false,
      sourceMap,
    },
  });
  const errors = (output.diagnostics ?? []).filter((each) => each.category === ts.DiagnosticCategory.Error);
  if (errors.length > 0) {
    throw new InputError(
      errors.map((error) => ({
        span: spanAt(file, text, error.start ?? 0),
        message: ts.flattenDiagnosticMessageText(error.messageText, '\n'),
        advice: 'This is no valid TypeScript; correct the syntax.',
      })),
    );
  }
  return output;
}

/** The line and column of an offset in a text. */
export function spanAt(file: string, text: string, offset: number): Span {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return { file, line, column: offset - before.lastIndexOf('\n') };
}
