/**
 * The sources of a model as a TypeScript program in memory. A file that did not change since the last call is neither
 * parsed nor bound again, and a model that did not change keeps its checker; nothing is read from disk.
 */
import { posix } from 'node:path';
import { Project, ts } from '../../typescript.js';
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

/** How many variants of a model stay parsed: the base, which keeps coming back, and others in turn. */
const KEPT = 2;

/** The models read so far, the last one first. */
export class ModelProjects {
  #projects: ModelProject[] = [];

  /** Parses the files named and what they import, as far as that is new. */
  load(sources: ModelSources, files: readonly string[]): LoadedModel {
    const same = this.#projects.find((project) => project.holds(sources));
    const oldest = this.#projects.length < KEPT ? undefined : this.#projects.at(-1);
    const project = same ?? oldest ?? new ModelProject();
    this.#projects = [project, ...this.#projects.filter((each) => each !== project)];
    return project.load(sources, files);
  }
}

class ModelProject {
  #project: Project | null = null;
  #root = '';
  #texts: ReadonlyMap<string, string> = new Map();

  /** Whether these are the sources of the last time. */
  holds(sources: ModelSources): boolean {
    const { texts } = sources;
    return (
      sources.root === this.#root &&
      texts.size === this.#texts.size &&
      [...texts].every(([name, text]) => this.#texts.get(name) === text)
    );
  }

  load(sources: ModelSources, files: readonly string[]): LoadedModel {
    const { texts } = sources;
    const pathOf = (name: string): string => posix.join(sources.root.replaceAll('\\', '/'), name);
    const isAsked = this.holds(sources);
    const project = this.#update(sources, pathOf);
    const missing = files.filter((name) => texts.has(name) && !project.getSourceFile(pathOf(name)));
    // Each new file makes a new program. Whoever asks twice goes through a catalogue: let it be the last one.
    const added = missing.length > 0 && isAsked ? texts.keys() : missing;
    for (const name of added) project.addSourceFileAtPath(pathOf(name));
    const program = project.getProgram().compilerObject;
    return {
      program,
      checker: program.getTypeChecker(),
      names: new Map([...texts.keys()].map((name) => [pathOf(name), name])),
      file: (name) => program.getSourceFile(pathOf(name)),
    };
  }

  #update({ root, texts }: ModelSources, pathOf: (name: string) => string): Project {
    // What an import means is remembered with the importing file, so files that come or go invalidate all of that.
    const isSameSet =
      texts.size === this.#texts.size && [...texts.keys()].every((name) => this.#texts.has(name));
    let project = this.#project;
    if (project === null || this.#root !== root || !isSameSet) {
      project = emptyProject(pathOf('.'));
      this.#texts = new Map();
    }
    for (const [name, text] of texts) {
      if (this.#texts.get(name) === text) continue;
      project.getFileSystem().writeFileSync(pathOf(name), text);
      // A file that was parsed is parsed again; the others when something imports them.
      if (project.getSourceFile(pathOf(name)) !== undefined) {
        project.createSourceFile(pathOf(name), text, { overwrite: true });
      }
    }
    this.#project = project;
    this.#root = root;
    this.#texts = new Map(texts);
    return project;
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
    if (reached.has(file)) continue;
    reached.add(file);
    queue.push(...importedFiles(model, file));
  }
  return reached;
}

function importedFiles(model: LoadedModel, file: ts.SourceFile): ts.SourceFile[] {
  return file.statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return [];
    if (statement.moduleSpecifier === undefined) return [];
    const target = model.checker.getSymbolAtLocation(statement.moduleSpecifier)?.declarations?.[0];
    return target !== undefined && ts.isSourceFile(target) && model.names.has(target.fileName)
      ? [target]
      : [];
  });
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
