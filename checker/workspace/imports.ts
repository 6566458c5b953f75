/** What a source file imports, from its text alone. */
import { ts } from 'ts-morph';
import { Recent } from './recent.js';

export interface Import {
  readonly specifier: string;
  /** Offset of the specifier in the text. */
  readonly position: number;
}

const known = new Recent<readonly Import[]>(500);

/** Every import and re-export of a file, those of types alone included. */
export function importsOf(text: string): readonly Import[] {
  return known.get(text, () =>
    ts
      .preProcessFile(text, true, false)
      .importedFiles.map(({ fileName, pos }) => ({ specifier: fileName, position: pos })),
  );
}
