/** The functions that scenarios name: processes (generators) and predicates over one state, or two. */
import { ts } from '../../typescript.js';
import type { Function, RecordType } from '../ir/program.js';
import { problems, type Problem } from './problems.js';
import type { LoadedModel } from './project.js';
import { type EffectAnalysis, predicateImpurity } from './purity.js';
import type { Reporter } from './report.js';
import type { Session } from './session.js';

/** An exported function: the file's name and its own. */
export interface RootName {
  readonly file: string;
  readonly name: string;
}

export interface Root {
  readonly name: string;
  readonly declaration: ts.FunctionDeclaration;
}

/** A problem with a file as a whole, or with one that does not exist (null). */
export interface Missing {
  readonly file: string | null;
  readonly problem: Problem;
}

export function findRoots(
  model: LoadedModel,
  reporter: Reporter,
  names: readonly RootName[],
): { roots: readonly Root[]; files: readonly ts.SourceFile[]; missing: readonly Missing[] } {
  const roots = new Map<ts.FunctionDeclaration, Root>();
  const files = new Set<ts.SourceFile>();
  const missing: Missing[] = [];
  for (const { file, name } of names) {
    const source = model.file(file);
    if (source === undefined) {
      missing.push({ file: null, problem: problems.noSuchFile(file) });
      continue;
    }
    files.add(source);
    const declaration = exportedFunction(model.checker, source, name);
    if (declaration === null) missing.push({ file, problem: problems.noSuchFunction(name, file) });
    else if (ts.isFunctionDeclaration(declaration)) roots.set(declaration, { name, declaration });
    else reporter.report(declaration, problems.closure());
  }
  return { roots: [...roots.values()], files: [...files], missing };
}

/** The type of the root state, which is the first parameter of every root. */
export function readRootType(session: Session, roots: readonly Root[]): RecordType | null {
  const { types, reporter } = session;
  let first: RecordType | null = null;
  for (const { name, declaration } of roots) {
    const parameter = declaration.parameters[0];
    const node = parameter?.type;
    if (parameter === undefined || node === undefined) {
      reporter.report(parameter ?? declaration.name ?? declaration, problems.rootParameter(name));
      continue;
    }
    const type = reporter.attempt(() => (first === null ? types.readRoot(node) : types.read(node, 'local')));
    if (type === null) continue;
    if (type.kind !== 'record' || !type.mutable) {
      reporter.report(node, problems.rootParameter(name));
    } else if (first !== null && type !== first) {
      reporter.report(node, problems.otherRoot(name, type.name, first.name));
    } else {
      first = type;
      checkParameters(session, name, declaration, type);
    }
  }
  return first;
}

/** Predicates return a boolean and only look at the state. */
export function checkPredicates(
  session: Session,
  roots: readonly Root[],
  functions: ReadonlyMap<string, Function>,
  analysis: EffectAnalysis,
): void {
  for (const { name, declaration } of roots) {
    const signature = session.functions.signatureOf(declaration);
    const lowered = functions.get(signature.id);
    if (lowered === undefined || signature.operation) continue;
    const at = declaration.name ?? declaration;
    if (signature.result?.kind !== 'bool') {
      session.reporter.report(declaration.type ?? at, problems.predicateResult(name));
    }
    const effect = predicateImpurity(analysis.of(lowered, lowered.body), lowered);
    if (effect !== null) session.reporter.report(at, problems.impure(`predicate \`${name}\``, effect.what));
  }
}

function checkParameters(
  session: Session,
  name: string,
  declaration: ts.FunctionDeclaration,
  root: RecordType,
): void {
  const { types, reporter } = session;
  const [, ...others] = declaration.parameters;
  const isOperation = declaration.asteriskToken !== undefined;
  for (const [position, parameter] of others.entries()) {
    const node = parameter.type;
    if (node === undefined) continue;
    const type = reporter.attempt(() => types.read(node, 'local'));
    if (type === null) continue;
    if (isOperation) {
      const scalar = type.kind !== 'record' && type.kind !== 'vector' && type.kind !== 'configuration';
      if (!scalar) reporter.report(parameter, problems.processParameter(parameter.name.getText()));
    } else if (position > 0 || type !== root) {
      reporter.report(parameter, problems.predicateParameters(name));
    }
  }
}

/** What a file exports under a name: a function, or an initialiser of another kind. Null if nothing. */
function exportedFunction(checker: ts.TypeChecker, source: ts.SourceFile, name: string): ts.Node | null {
  const module = checker.getSymbolAtLocation(source);
  const symbol = module === undefined ? undefined : checker.tryGetMemberInModuleExports(name, module);
  const target =
    symbol !== undefined && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const declaration = target?.declarations?.[0];
  if (declaration === undefined) return null;
  if (ts.isFunctionDeclaration(declaration)) return declaration;
  return ts.isVariableDeclaration(declaration) ? declaration : null;
}
