/**
 * The sources of a model as a TypeScript program in memory. A file that did not change since the last call is neither
 * parsed nor bound again; nothing is read from disk.
 */
import { posix } from 'node:path';
import { Project, ts } from 'ts-morph';
import type { ModelSources } from '../../workspace/sources.js';
import { LANGUAGE_DECLARATIONS } from './language-declarations.js';
import { LIBRARY } from './library.js';

/** Beside every root that a model can have. */
const OWN = '/.mmucheck';
const LANGUAGE = `${OWN}/language`;

export interface LoadedModel {
  readonly program: ts.Program;
  readonly checker: ts.TypeChecker;
  /** Paths in memory to names relative to the root, of the model's own files. */
  readonly names: ReadonlyMap<string, string>;
  file(name: string): ts.SourceFile | undefined;
}

export class ModelProject {
  #project: Project | null = null;
  #root: string | null = null;
  #texts: ReadonlyMap<string, string> = new Map();

  /** Parses the files named and what they import, as far as that is new. */
  load(sources: ModelSources, files: Iterable<string>): LoadedModel {
    const root = sources.root.replaceAll('\\', '/');
    const { texts } = sources;
    const pathOf = (name: string): string => posix.join(root, name);
    // What an import means is remembered with the importing file, so files that come or go invalidate all of that.
    const isSameSet =
      texts.size === this.#texts.size && [...texts.keys()].every((name) => this.#texts.has(name));
    if (this.#project === null || this.#root !== root || !isSameSet) {
      this.#project = emptyProject(root);
      this.#root = root;
      this.#texts = new Map();
    }
    const project = this.#project;
    for (const [name, text] of texts) {
      if (this.#texts.get(name) === text) continue;
      project.getFileSystem().writeFileSync(pathOf(name), text);
      // A file that was parsed is parsed again; the others when something imports them.
      if (project.getSourceFile(pathOf(name)) !== undefined) {
        project.createSourceFile(pathOf(name), text, { overwrite: true });
      }
    }
    this.#texts = new Map(texts);
    for (const name of files) {
      if (texts.has(name)) project.addSourceFileAtPath(pathOf(name));
    }
    const program = project.getProgram().compilerObject;
    return {
      program,
      checker: program.getTypeChecker(),
      names: new Map([...texts.keys()].map((name) => [pathOf(name), name])),
      file: (name) => program.getSourceFile(pathOf(name)),
    };
  }
}

/** The name of a declaration of mmucheck/language, or null for any other. */
export function languageName(declaration: ts.Declaration): string | null {
  if (!declaration.getSourceFile().fileName.startsWith(`${LANGUAGE}/`)) return null;
  const name = ts.getNameOfDeclaration(declaration);
  return name !== undefined && ts.isIdentifier(name) ? name.text : null;
}

/** Whether the declaration is one of the library's: a type or object that exists in every file. */
export function inLibrary(declaration: ts.Declaration): boolean {
  return declaration.getSourceFile().fileName === `${OWN}/library.d.ts`;
}

/** Every file of the model that the given ones import, themselves included. */
export function reachedFiles(model: LoadedModel, start: Iterable<ts.SourceFile>): ReadonlySet<ts.SourceFile> {
  const reached = new Set<ts.SourceFile>();
  const queue = [...start];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (reached.has(file) || !model.names.has(file.fileName)) continue;
    reached.add(file);
    for (const statement of file.statements) {
      if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) continue;
      if (statement.moduleSpecifier === undefined) continue;
      const target = model.checker.getSymbolAtLocation(statement.moduleSpecifier)?.declarations?.[0];
      if (target !== undefined && ts.isSourceFile(target)) queue.push(target);
    }
  }
  return reached;
}

function emptyProject(root: string): Project {
  const project = new Project({
    useInMemoryFileSystem: true,
    skipAddingFilesFromTsConfig: true,
    skipFileDependencyResolution: true,
    skipLoadingLibFiles: true,
    // As model/tsconfig.json has them, so that an editor shows the same errors.
    compilerOptions: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      noLib: true,
      types: [],
      strict: true,
      exactOptionalPropertyTypes: true,
      noImplicitOverride: true,
      noFallthroughCasesInSwitch: true,
      noPropertyAccessFromIndexSignature: true,
      isolatedModules: true,
      verbatimModuleSyntax: true,
      skipLibCheck: true,
      noEmit: true,
      paths: {
        'mmucheck/language': [`${LANGUAGE}/index.d.ts`],
        'mmucheck/*': [`${root === '/' ? '' : root}/*`],
      },
    },
  });
  project.getFileSystem().writeFileSync('/package.json', '{ "type": "module" }');
  project.createSourceFile(`${OWN}/library.d.ts`, LIBRARY);
  for (const [name, text] of Object.entries(LANGUAGE_DECLARATIONS)) {
    project.createSourceFile(`${LANGUAGE}/${name}`, text);
  }
  return project;
}
