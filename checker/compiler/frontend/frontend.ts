/**
 * The front end: from the TypeScript sources of a model to the Program, or to everything that is wrong with them.
 *
 * TypeScript parses, resolves names and checks types. What remains is to read the declared domains, to lower each
 * function that the roots reach, and to say no to everything that has no finite meaning.
 */
import { ts } from '../../typescript.js';
import { InputError } from '../../diagnostics.js';
import type { ModelSources } from '../../workspace/sources.js';
import type { Program, RecordType } from '../ir/program.js';
import { CleanFiles } from './clean-files.js';
import { Constants } from './constants.js';
import { rejectAll } from './errors.js';
import { Functions } from './functions.js';
import { lowering } from './lowering.js';
import { type LoadedModel, ModelProjects, reachedFiles } from './project.js';
import { EffectAnalysis, guardImpurity } from './purity.js';
import { problems } from './problems.js';
import { Locations, Reporter } from './report.js';
import { checkPredicates, findRoots, type Root, type RootName, readRootType } from './roots.js';
import type { Session } from './session.js';
import { TypeReader } from './types.js';
import { typeScriptErrors } from './typescript-errors.js';

/** Keep one for as long as there are models to read: files that do not change are parsed once. */
export class FrontEnd {
  readonly #projects = new ModelProjects();
  readonly #clean = new CleanFiles();

  /**
   * Lowers the roots (processes and predicates, as exported functions) and all that they call.
   * @param checked further files of which only the types are checked: those that declare scenarios
   * @throws InputError with all diagnostics of the run
   */
  program(sources: ModelSources, roots: readonly RootName[], checked: readonly string[] = []): Program {
    if (roots.length === 0) {
      throw InputError.of('nothing is to be run or checked', 'Give the scenario a process and a property.');
    }
    const model = this.#projects.load(sources, [...roots.map(({ file }) => file), ...checked]);
    const reporter = new Reporter();
    const locations = new Locations(model.names);
    const found = findRoots(model, reporter, roots);
    const files = reachedFiles(model, [...found.files, ...checked.flatMap((name) => model.file(name) ?? [])]);
    const typeScript = typeScriptErrors(model, files, this.#clean);
    if (typeScript.areSyntax) rejectAll(typeScript.errors, reporter, locations, found.missing);

    const session = newSession(model, reporter, locations, files);
    const root = lowerRoots(session, found.roots);
    const functions = session.functions.lowered;
    if (!reporter.hasFailed) checkPurity(session, found.roots);
    rejectAll(typeScript.errors, reporter, locations, found.missing);
    if (root === null || reporter.hasFailed) throw new Error('something was given up without a reason');
    return {
      version: 1,
      root,
      configuration: [...session.types.configuration].map(([name, type]) => ({ name, type })),
      functions: Object.fromEntries([...functions].sort(byKey)),
      callTexts: Object.fromEntries([...session.callTexts].sort(byKey)),
    };
  }
}

interface WholeSession extends Session {
  readonly functions: Functions;
}

function newSession(
  model: LoadedModel,
  reporter: Reporter,
  locations: Locations,
  files: ReadonlySet<ts.SourceFile>,
): WholeSession {
  const { checker } = model;
  const session: WholeSession = {
    checker,
    reporter,
    locations,
    types: new TypeReader(checker, reporter, locations),
    constants: new Constants(() => session, lowering),
    functions: new Functions(() => session, lowering, ambiguousNames(files)),
    callTexts: new Map(),
  };
  return session;
}

function lowerRoots(session: WholeSession, roots: readonly Root[]): RecordType | null {
  const root = readRootType(session, roots);
  for (const { declaration } of roots) {
    session.reporter.attempt(() => session.functions.signatureOf(declaration));
  }
  session.functions.lowerAll();
  if (root !== null && !session.reporter.hasFailed) session.types.checkConfigurationFields(root);
  return root;
}

/** Guards and predicates may look at the state, and do nothing else. */
function checkPurity(session: WholeSession, roots: readonly Root[]): void {
  const { functions, reporter } = session;
  const analysis = new EffectAnalysis(functions.lowered);
  for (const guard of functions.guards) {
    const within = functions.lowered.get(guard.function);
    const effect = within === undefined ? null : guardImpurity(analysis.of(within, guard.body));
    if (effect !== null) reporter.report(guard.node, problems.impure('a guard', effect.what));
  }
  checkPredicates(session, roots, functions.lowered, analysis);
}

/** Names of functions that more than one of the files declares. */
function ambiguousNames(files: ReadonlySet<ts.SourceFile>): ReadonlySet<string> {
  const seen = new Set<string>();
  const ambiguous = new Set<string>();
  for (const file of files) {
    for (const statement of file.statements) {
      const name = ts.isFunctionDeclaration(statement) ? statement.name?.text : undefined;
      if (name === undefined) continue;
      if (seen.has(name)) ambiguous.add(name);
      seen.add(name);
    }
  }
  return ambiguous;
}

function byKey([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
