/** Makes expressions of the program, and asks what they depend on. */
import type {
  BinaryOperator,
  Bound,
  Expr,
  Place,
  Scalar,
  Span,
  Stmt,
  ValueType,
  Variable,
} from '../ir/program.js';
import { BOOL, enumType, intType, NUMBER } from './convert.js';

export function numberConst(value: number, span: Span): Expr {
  return { op: 'const', value, type: intType(value, value), span };
}

export function boolConst(value: boolean, span: Span): Expr {
  return { op: 'const', value, type: BOOL, span };
}

export function stringConst(value: string, span: Span): Expr {
  return { op: 'const', value, type: enumType([value]), span };
}

export function readOf(place: Place, type: ValueType, span: Span): Expr {
  return { op: 'read', place, type, span };
}

export function readVariable(variable: number, type: ValueType, span: Span): Expr {
  return readOf({ variable, path: [], span }, type, span);
}

export function binary(operator: BinaryOperator, left: Expr, right: Expr, type: Scalar, span: Span): Expr {
  return { op: 'binary', operator, left, right, type, span };
}

export function not(operand: Expr): Expr {
  if (operand.op === 'unary' && operand.operator === '!') return operand.operand;
  return { op: 'unary', operator: '!', operand, type: BOOL, span: operand.span };
}

/** A bound as an expression: the length of a Vector. */
export function boundValue(bound: Bound, span: Span): Expr {
  if (typeof bound === 'number') return numberConst(bound, span);
  const value = { config: bound.config, plus: 0 };
  const config: Expr = { op: 'config', name: bound.config, type: intType(value, value), span };
  return bound.plus === 0 ? config : binary('+', config, numberConst(bound.plus, span), NUMBER, span);
}

/** Whether the expression has the same value whatever the functions do that are called meanwhile. */
export function isStable(expr: Expr, variables: readonly Variable[]): boolean {
  return readsOf(expr).every((place) => variables[place.variable]?.role === 'value');
}

/** Every place that the expression reads, those in indexes included. */
export function readsOf(expr: Expr): readonly Place[] {
  const inner = partsOf(expr).flatMap(readsOf);
  return expr.op === 'read' ? [expr.place, ...inner] : inner;
}

/** Whether the expression depends on which process runs it. */
export function asksCurrent(expr: Expr): boolean {
  return expr.op === 'current' || partsOf(expr).some(asksCurrent);
}

/** The expressions that a statement evaluates itself, without those of statements inside it. */
export function expressionsOf(statement: Stmt): readonly Expr[] {
  switch (statement.do) {
    case 'set':
      return [statement.value];
    case 'alias':
      return indexesOf(statement.place);
    case 'assign':
      return [...indexesOf(statement.place), statement.value];
    case 'call':
      return statement.args.flatMap((each) => ('value' in each ? [each.value] : indexesOf(each.place)));
    case 'choose':
      return [statement.count];
    case 'assume':
    case 'assert':
    case 'if':
      return [statement.test];
    case 'for':
      return [statement.from, statement.to];
    case 'return':
      return statement.value === null ? [] : [statement.value];
    case 'yield':
    case 'loop':
    case 'block':
    case 'break':
    case 'continue':
      return [];
    default:
      return statement satisfies never;
  }
}

function partsOf(expr: Expr): readonly Expr[] {
  switch (expr.op) {
    case 'const':
    case 'config':
    case 'current':
      return [];
    case 'read':
      return indexesOf(expr.place);
    case 'unary':
    case 'recode':
      return [expr.operand];
    case 'binary':
    case 'equal':
      return [expr.left, expr.right];
    case 'conditional':
      return [expr.test, expr.then, expr.else];
    case 'record':
      return expr.fields;
    case 'field':
      return [expr.record];
    default:
      return expr satisfies never;
  }
}

function indexesOf(place: Place): readonly Expr[] {
  return place.path.flatMap((part) => ('index' in part ? [part.index] : []));
}
