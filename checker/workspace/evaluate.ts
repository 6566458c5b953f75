/**
 * Runs model files under Node: transpiled from the sources in memory, so that what runs is what the patch made of
 * them, with the checker's own `mmucheck/language`, so that its primitives are shared with the direct execution.
 */
import type { Span } from '../compiler/ir/program.js';
import { InputError } from '../diagnostics.js';
import * as language from '../language/index.js';
import { importsOf } from './imports.js';
import { Recent } from './recent.js';
import { contentHash, LANGUAGE, type ModelSources, resolveImport } from './sources.js';
import { suggestion } from './suggest.js';
import { type CompiledModule, compileModule, type Exports, spanAt, thrownAt } from './transpile.js';

/** Where a function is declared: the file and the name under which that file exports it. */
export interface Declaration {
  readonly file: string;
  readonly name: string;
}

/** The evaluated modules of some sources. A module runs when it is first asked for. */
export interface ModelModules {
  readonly sources: ModelSources;
  exportsOf(file: string): Readonly<Exports>;
  /** Null for a function that no model file exports. */
  declarationOf(value: unknown): Declaration | null;
  /** Calls `observer` whenever another file calls this exported function, until the result is called. */
  observe(declaration: Declaration, observer: () => void): () => void;
  /** The place in the model at which an error was thrown while its functions ran; null if not there. */
  placeOf(error: unknown): Span | null;
}

const evaluated = new Recent<ModelModules>(100);

/** The modules of some sources; the same ones for equal sources. */
export function modulesOf(sources: ModelSources): ModelModules {
  return evaluated.get(contentHash(sources), () => evaluator(sources));
}

function evaluator(sources: ModelSources): ModelModules {
  const modules = new Map<string, { compiled: CompiledModule; exports: Exports }>();
  const declarations = new Map<unknown, Declaration>();
  const placeOf = (error: unknown) => thrownAt(error, (file) => modules.get(file)?.compiled);

  const exportsOf = (file: string): Exports => {
    const present = modules.get(file);
    if (present !== undefined) return present.exports;
    const text = sources.texts.get(file);
    if (text === undefined)
      throw InputError.of(`there is no file ${file}`, suggestion(file, sources.texts.keys()));
    const module = { compiled: compileModule(file, text), exports: {} as Exports };
    // Registered before it runs, so that imports in a circle end.
    modules.set(file, module);
    try {
      module.compiled.run(module.exports, (specifier) => required(file, text, specifier));
    } catch (error) {
      const place = placeOf(error) ?? { file, line: 1, column: 1 };
      modules.delete(file);
      throw error instanceof InputError ? error : inputErrorOf(error, place);
    }
    for (const [name, value] of Object.entries(module.exports)) {
      // What a file passes on from another was registered when that one ran.
      if (typeof value === 'function' && !declarations.has(value)) declarations.set(value, { file, name });
    }
    return module.exports;
  };

  const required = (importer: string, text: string, specifier: string): unknown => {
    if (specifier === LANGUAGE) return language;
    const target = resolveImport(importer, specifier);
    if (target !== null && sources.texts.has(target)) return exportsOf(target);
    const position = importsOf(text).find((each) => each.specifier === specifier)?.position ?? 0;
    throw InputError.of(
      `cannot import '${specifier}'`,
      target === null
        ? `A model file may import '${LANGUAGE}', other model files by relative paths, and 'mmucheck/model/...'.`
        : suggestion(target, sources.texts.keys()),
      spanAt(importer, text, position),
    );
  };

  return {
    sources,
    exportsOf,
    declarationOf: (value) => declarations.get(value) ?? null,
    observe: ({ file, name }, observer) => {
      // Importers look exports up whenever they use them.
      exportsOf(file);
      const exports = modules.get(file)?.exports;
      const original = exports?.[name];
      if (exports === undefined || typeof original !== 'function') return () => {};
      exports[name] = (...args: unknown[]) => {
        observer();
        return Reflect.apply(original, undefined, args);
      };
      return () => {
        exports[name] = original;
      };
    },
    placeOf,
  };
}

/** What an exception of the user's own code says about the user's code: its place, and no stack. */
function inputErrorOf(error: unknown, span: Span): InputError {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return InputError.of(
    `this file cannot be evaluated: ${message}`,
    'Correct the expression at this place.',
    span,
  );
}
