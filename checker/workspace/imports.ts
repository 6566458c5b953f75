/** What a source file imports, from its text alone. */
import { remembered } from '../build-cache.js';
import { typeScript } from './lazy-typescript.js';
import { Recent } from './recent.js';

export interface Import {
  readonly specifier: string;
  /** Offset of the specifier in the text. */
  readonly position: number;
}

const known = new Recent<readonly Import[]>(500);

/** Every import and re-export of a file, those of types alone included, and what its reference directives name. */
export function importsOf(text: string): readonly Import[] {
  return known.get(text, () => remembered('imports', [text], () => parsedImports(text)));
}

function parsedImports(text: string): Import[] {
  const { importedFiles, referencedFiles } = typeScript().preProcessFile(text, true, false);
  // A reference is a path from the file's folder, whether or not it says so.
  const references = referencedFiles.map(({ fileName, pos }) => ({
    fileName: fileName.startsWith('.') ? fileName : `./${fileName}`,
    pos,
  }));
  return [...importedFiles, ...references].map(({ fileName, pos }) => ({
    specifier: fileName,
    position: pos,
  }));
}
