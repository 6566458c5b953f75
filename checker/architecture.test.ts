/** The rules about who may import whom, checked over the sources themselves. */
import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ts } from 'ts-morph';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDERS = ['checker', 'counterexamples', 'model', 'properties'];

/** What each file imports: files of this project by path, everything else by name. */
const imports = new Map(
  FOLDERS.flatMap(sourceFiles).map((file) => {
    const { importedFiles } = ts.preProcessFile(readFileSync(posix.join(ROOT, file), 'utf8'), true, false);
    return [file, importedFiles.map(({ fileName }) => resolve(file, fileName))] as const;
  }),
);

it('finds the sources and their imports', () => {
  expect(imports.size).toBeGreaterThan(20);
  expect(imports.get('checker/cli/run.ts')).toContain('checker/cli/commands.ts');
  expect(imports.get('checker/cli/commands.ts'), 'imports on demand count').toContain('checker/cli/check.ts');
});

it('the checker knows no model', () => {
  for (const [file, targets] of imports) {
    if (!/^(checker|counterexamples)\//.test(file)) continue;
    const forbidden = targets.filter((target) => /^(model|properties|bench)\//.test(target));
    expect(forbidden, `imports of ${file}`).toEqual([]);
  }
});

it('the model knows nothing of the checker but its language; scenarios build on properties, and properties on the rest of it', () => {
  for (const [file, targets] of imports) {
    if (!/^(model|properties)\//.test(file)) continue;
    const isScenario = /^model\/(scenarios|costs|claims)\//.test(file);
    const isProperty = file.startsWith('properties/');
    const allowed = isScenario
      ? /^(mmucheck\/language$|model\/|properties\/)/
      : isProperty
        ? /^(mmucheck\/language$|model\/(?!scenarios|costs|claims)|properties\/)/
        : /^(mmucheck\/language$|model\/(?!scenarios|costs|claims))/;
    expect(
      targets.filter((target) => !allowed.test(target)),
      `imports of ${file}`,
    ).toEqual([]);
  }
});

it('only the command line, the workspace and the tools of referees and mutants touch files, processes and threads', () => {
  const outside =
    /^(node:)?(fs|fs\/promises|child_process|worker_threads|process|os|readline|http|https|net)$/;
  for (const [file, targets] of imports) {
    if (/^checker\/(cli|workspace|(?:referees|mutation)\/tools)\//.test(file)) continue;
    expect(
      targets.filter((target) => outside.test(target)),
      `imports of ${file}`,
    ).toEqual([]);
  }
});

it('imports never run in a circle', () => {
  expect(
    circles(new Map([...imports].filter(([file]) => /^(checker|counterexamples)\//.test(file)))),
  ).toEqual([]);
});

it('what the model runs is not imported in a circle; types, which are of one state, may be', () => {
  const values = ['model', 'properties']
    .flatMap(sourceFiles)
    .map((file) => [file, valueImports(file).map((target) => resolve(file, target))] as const);
  expect(values.length).toBeGreaterThan(100);
  expect(circles(new Map(values))).toEqual([]);
});

it('notices a circle', () => {
  const circular = new Map([
    ['a', ['b']],
    ['b', ['c', 'd']],
    ['c', []],
    ['d', ['b']],
  ]);
  expect(circles(circular)).toEqual(['b -> d -> b']);
});

function sourceFiles(folder: string): string[] {
  return readdirSync(posix.join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = posix.join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'fixtures' ? [] : sourceFiles(path);
    return entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts') ? [path] : [];
  });
}

/** Without those of types alone. */
function valueImports(file: string): string[] {
  const source = ts.createSourceFile(
    file,
    readFileSync(posix.join(ROOT, file), 'utf8'),
    ts.ScriptTarget.Latest,
  );
  return source.statements.flatMap((each) => {
    if (!ts.isImportDeclaration(each) && !ts.isExportDeclaration(each)) return [];
    if (each.moduleSpecifier === undefined || !ts.isStringLiteral(each.moduleSpecifier)) return [];
    if (ts.isExportDeclaration(each)) return each.isTypeOnly ? [] : [each.moduleSpecifier.text];
    const { isTypeOnly = false, namedBindings } = each.importClause ?? {};
    const isOfTypes =
      namedBindings !== undefined &&
      ts.isNamedImports(namedBindings) &&
      namedBindings.elements.every((one) => one.isTypeOnly);
    return isTypeOnly || isOfTypes ? [] : [each.moduleSpecifier.text];
  });
}

function resolve(importer: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier;
  return posix.join(posix.dirname(importer), specifier).replace(/\.js$/, '.ts');
}

function circles(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = [];
  const finished = new Set<string>();
  const walk = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) found.push([...path.slice(path.indexOf(file)), file].join(' -> '));
    if (finished.has(file) || path.includes(file)) return;
    for (const target of graph.get(file) ?? []) walk(target, [...path, file]);
    finished.add(file);
  };
  for (const file of graph.keys()) walk(file, []);
  return found;
}
