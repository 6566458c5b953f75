/** Finds where in a scenario file a part of a scenario is written, so that a complaint about it has a line. */
import type { ts as TypeScript } from 'ts-morph';
import type { Span } from '../compiler/ir/program.js';
import { typeScript } from './lazy-typescript.js';

/**
 * The place of the default export's member at `path` (`['with-flush', 'processes', 1]`), or of the innermost part
 * around it that is written as a literal.
 */
export function spanOfMember(file: string, text: string, path: readonly (string | number)[]): Span {
  const ts = typeScript();
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  let node: TypeScript.Node = source;
  let value = defaultExport(source);
  for (const key of path) {
    const found = value === null ? null : member(source, value, key);
    if (found === null) break;
    [node, value] = [found.at, found.value];
  }
  if (node === source && value !== null) node = value;
  const { line, character } = source.getLineAndCharacterOfPosition(node.getStart(source));
  return { file, line: line + 1, column: character + 1 };
}

function defaultExport(source: TypeScript.SourceFile): TypeScript.Expression | null {
  const ts = typeScript();
  const assignment = source.statements.find(ts.isExportAssignment);
  return assignment === undefined ? null : unwrapped(source, assignment.expression);
}

function member(
  source: TypeScript.SourceFile,
  value: TypeScript.Expression,
  key: string | number,
): { at: TypeScript.Node; value: TypeScript.Expression | null } | null {
  const ts = typeScript();
  if (ts.isArrayLiteralExpression(value)) {
    const element = typeof key === 'number' ? value.elements[key] : undefined;
    return element === undefined ? null : { at: element, value: unwrapped(source, element) };
  }
  if (!ts.isObjectLiteralExpression(value)) return null;
  for (const each of value.properties) {
    if (each.name === undefined || ts.isComputedPropertyName(each.name) || each.name.text !== key) continue;
    return { at: each, value: ts.isPropertyAssignment(each) ? unwrapped(source, each.initializer) : null };
  }
  return null;
}

/** Looks through `scenarios(...)`, `as const`, parentheses and the names of constants of the same file. */
function unwrapped(source: TypeScript.SourceFile, expression: TypeScript.Expression): TypeScript.Expression {
  const ts = typeScript();
  if (
    ts.isCallExpression(expression) &&
    expression.arguments.length === 1 &&
    expression.arguments[0] !== undefined
  ) {
    return unwrapped(source, expression.arguments[0]);
  }
  if (
    ts.isParenthesizedExpression(expression) ||
    ts.isAsExpression(expression) ||
    ts.isSatisfiesExpression(expression)
  ) {
    return unwrapped(source, expression.expression);
  }
  if (!ts.isIdentifier(expression)) return expression;
  const declaration = source.statements
    .filter(ts.isVariableStatement)
    .flatMap((statement) => [...statement.declarationList.declarations])
    .find((each) => ts.isIdentifier(each.name) && each.name.text === expression.text);
  return declaration?.initializer === undefined ? expression : unwrapped(source, declaration.initializer);
}
