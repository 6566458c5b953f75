/**
 * Remembers which files had no type errors, by their text and that of all files that they import.
 *
 * A variant of a model changes a file or two; TypeScript need not check the others again. (It would have to if a
 * model file declared globals, which none has a reason to do: its names would be unknown to the direct execution.)
 */
import type { ts } from 'ts-morph';
import { type LoadedModel, reachedFiles } from './project.js';

export class CleanFiles {
  /** A number for each text of each file. */
  readonly #versions = new Map<string, number>();
  readonly #clean = new Set<string>();

  /** Those of the files that are not known to be clean, with a way to say that one is. */
  unknown(
    model: LoadedModel,
    files: ReadonlySet<ts.SourceFile>,
  ): readonly { readonly file: ts.SourceFile; readonly isClean: () => void }[] {
    return [...files].flatMap((file) => {
      const key = [...reachedFiles(model, [file])].map((each) => this.#versionOf(each)).join();
      return this.#clean.has(key) ? [] : [{ file, isClean: () => this.#clean.add(key) }];
    });
  }

  #versionOf(file: ts.SourceFile): number {
    const key = `${file.fileName}\n${file.text}`;
    const known = this.#versions.get(key);
    if (known !== undefined) return known;
    this.#versions.set(key, this.#versions.size);
    return this.#versions.size - 1;
  }
}
