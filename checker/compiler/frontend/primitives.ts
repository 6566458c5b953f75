/** Lowers the functions of mmucheck/language. */
import { ts } from '../../typescript.js';
import type { Bound, Expr, Scalar, ValueType } from '../ir/program.js';
import { binary, numberConst, readVariable } from './build.js';
import type { FunctionContext } from './context.js';
import { BOOL, commonType, convert, intType, NUMBER, unify } from './convert.js';
import { typeName } from '../ir/type-name.js';
import { problems } from './problems.js';

/** The result of the call, or null if it has none. */
export function lowerPrimitive(
  cx: FunctionContext,
  node: ts.CallExpression,
  name: string,
  expected: ValueType | null,
): Expr | null {
  if (cx.form === 'constant') return cx.reject(node, problems.notConstant(`${name}()`));
  const spread = node.arguments.find(ts.isSpreadElement);
  if (spread !== undefined) return cx.reject(spread, problems.spreadArgument());
  switch (name) {
    case 'choose':
      return lowerChoose(cx, node, expected);
    case 'chooseBelow':
      return lowerChooseBelow(cx, node);
    case 'assume': {
      const test = cx.condition(argument(cx, node, 0));
      cx.emit({ do: 'assume', test, span: cx.span(node) });
      return null;
    }
    case 'assert':
      lowerAssert(cx, node);
      return null;
    case 'equal':
      return lowerEqual(cx, node);
    case 'current':
      return { op: 'current', type: NUMBER, span: cx.span(node) };
    case 'rest':
      return cx.reject(node, problems.restOutsideYield());
    default:
      return cx.reject(node, problems.scenarioOnly(name));
  }
}

function lowerChoose(cx: FunctionContext, node: ts.CallExpression, expected: ValueType | null): Expr {
  const span = cx.span(node);
  argument(cx, node, 0);
  let alternatives = cx.values(node.arguments.map((each) => () => cx.expression(each, expected)));
  const [first] = alternatives;
  if (first === undefined) throw new Error('choose has an alternative');
  let type: ValueType | null = first.type;
  for (const each of alternatives) type = type === null ? null : commonType(type, each.type);
  if (type === null || type.kind === 'record') return cx.reject(node, problems.choiceArguments());
  const common = type;
  alternatives = alternatives.map((each) => convert(each, common) ?? each);
  // Alternatives are evaluated before the choice; nothing comes between that and the result.
  const choice = cx.temporary('choice', intType(0, alternatives.length - 1), span);
  cx.emit({ do: 'choose', variable: choice, count: numberConst(alternatives.length, span), span });
  const chosen = readVariable(choice, intType(0, alternatives.length - 1), span);
  return alternatives.slice(0, -1).reduceRight<Expr>((otherwise, then, position) => {
    const test = binary('===', chosen, numberConst(position, span), BOOL, span);
    return { op: 'conditional', test, then, else: otherwise, type: common, span };
  }, alternatives.at(-1) ?? first);
}

function lowerChooseBelow(cx: FunctionContext, node: ts.CallExpression): Expr {
  const span = cx.span(node);
  const count = cx.expression(argument(cx, node, 0));
  const type = belowType(count);
  const variable = cx.temporary('choice', type, span);
  cx.emit({ do: 'choose', variable, count, span });
  return readVariable(variable, type, span);
}

/** The domain of a number below `count`, if that is a number of the configuration or a literal. */
function belowType(count: Expr): Scalar {
  if (count.type.kind !== 'int') return NUMBER;
  const hi = minusOne(count.type.hi);
  return typeof hi === 'number' && hi < 0 ? NUMBER : intType(0, hi);
}

function minusOne(bound: Bound): Bound {
  return typeof bound === 'number' ? bound - 1 : { ...bound, plus: bound.plus - 1 };
}

function lowerAssert(cx: FunctionContext, node: ts.CallExpression): void {
  const test = cx.attempt(() => cx.condition(argument(cx, node, 0)));
  const property = textOf(cx, argument(cx, node, 1));
  const message = textOf(cx, argument(cx, node, 2));
  if (test === null) return;
  cx.emit({ do: 'assert', test, property: property === '' ? null : property, message, span: cx.span(node) });
}

function textOf(cx: FunctionContext, node: ts.Expression): string {
  const expr = cx.session.reporter.quietly(() => cx.session.constants.evaluate(node, null));
  if (expr?.op !== 'const' || typeof expr.value !== 'string') return cx.reject(node, problems.assertText());
  return expr.value;
}

function lowerEqual(cx: FunctionContext, node: ts.CallExpression): Expr {
  const [a, b] = [argument(cx, node, 0), argument(cx, node, 1)];
  // A literal has the type of the other side.
  const typeFrom = (each: ts.Expression, other: ts.Expression): ValueType | null =>
    ts.isObjectLiteralExpression(each) && !ts.isObjectLiteralExpression(other) ? typeOf(cx, other) : null;
  const [left, right] = cx.values([
    () => cx.expression(a, typeFrom(a, b)),
    () => cx.expression(b, typeFrom(b, a)),
  ]);
  if (left === undefined || right === undefined) throw new Error('two operands have two values');
  const span = cx.span(node);
  if (left.type.kind !== 'record' && right.type.kind !== 'record') {
    const both = unify(left, right);
    if (both !== null) return binary('===', both.left, both.right, BOOL, span);
  } else {
    const converted = convert(right, left.type);
    if (converted !== null) return { op: 'equal', left, right: converted, type: BOOL, span };
  }
  return cx.reject(node, problems.typeMismatch(typeName(right.type), typeName(left.type)));
}

/** The type of an expression, which is lowered again afterwards. */
function typeOf(cx: FunctionContext, node: ts.Expression): ValueType {
  const box: { type: ValueType } = { type: NUMBER };
  cx.collect(() => {
    box.type = cx.expression(node).type;
  });
  return box.type;
}

function argument(cx: FunctionContext, node: ts.CallExpression, position: number): ts.Expression {
  return (
    node.arguments[position] ?? cx.mistyped(node, problems.missingField(String(position), 'the arguments'))
  );
}
