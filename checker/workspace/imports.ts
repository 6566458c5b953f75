/** What a source file imports, from its text alone. */
import { ts } from 'ts-morph';

export interface Import {
  readonly specifier: string;
  /** Offset of the specifier in the text. */
  readonly position: number;
}

const known = new Map<string, readonly Import[]>();

/** Every import and re-export of a file, those of types alone included. */
export function importsOf(text: string): readonly Import[] {
  let imports = known.get(text);
  if (imports === undefined) {
    imports = ts
      .preProcessFile(text, true, false)
      .importedFiles.map((each) => ({ specifier: each.fileName, position: each.pos }));
    known.set(text, imports);
  }
  return imports;
}
