/** How types relate: which are the same, which value fits where, what two alternatives have in common. */
import type { Bound, Expr, RecordType, Scalar, Type, ValueType } from '../ir/program.js';

export const BOOL: Scalar = { kind: 'bool' };
export const NUMBER: Scalar = { kind: 'number' };

export function intType(lo: Bound, hi: Bound): Scalar {
  return { kind: 'int', name: null, lo, hi };
}

export function enumType(values: readonly string[]): Scalar {
  return { kind: 'enum', name: null, values };
}

export function isNumeric(type: Type): boolean {
  return type.kind === 'int' || type.kind === 'number';
}

/** Whether the type is of things that are aliased and mutated, not copied. */
export function isPlaceType(type: Type): boolean {
  return type.kind === 'vector' || (type.kind === 'record' && type.mutable);
}

/** Whether both types have the same content, under whatever name. */
export function sameType(left: Type, right: Type): boolean {
  if (left === right) return true;
  switch (left.kind) {
    case 'bool':
    case 'number':
      return left.kind === right.kind;
    case 'enum':
      return right.kind === 'enum' && sameValues(left.values, right.values);
    case 'int':
      return right.kind === 'int' && sameBound(left.lo, right.lo) && sameBound(left.hi, right.hi);
    case 'vector':
      return (
        right.kind === 'vector' &&
        sameBound(left.length, right.length) &&
        sameType(left.element, right.element)
      );
    case 'record':
      return (
        right.kind === 'record' &&
        left.mutable === right.mutable &&
        left.fields.length === right.fields.length &&
        left.fields.every((field, i) => {
          const other = right.fields[i];
          return other !== undefined && field.name === other.name && sameType(field.type, other.type);
        })
      );
    default:
      return left satisfies never;
  }
}

/** Whether a place of type `actual` may be known by the name of a parameter of type `expected`. */
export function fitsPlace(actual: Type, expected: Type): boolean {
  if (actual.kind !== 'record' || expected.kind !== 'record') return sameType(actual, expected);
  if (!actual.mutable || !expected.mutable) return sameType(actual, expected);
  return expected.fields.every((field) => {
    const own = actual.fields.find((each) => each.name === field.name);
    return own !== undefined && fitsPlace(own.type, field.type);
  });
}

/** The expression as a value of `target`: unchanged, recoded or rebuilt; null if it is of another kind. */
export function convert(expr: Expr, target: ValueType): Expr | null {
  const type = expr.type;
  if (type === target) return expr;
  if (target.kind === 'record') return type.kind === 'record' ? convertRecord(expr, type, target) : null;
  if (target.kind !== 'enum') {
    const fits = target.kind === 'bool' ? type.kind === 'bool' : isNumeric(type);
    return fits ? expr : null;
  }
  if (type.kind !== 'enum') return null;
  if (expr.op === 'const' && target.values.includes(String(expr.value))) return { ...expr, type: target };
  if (sameValues(type.values, target.values)) return expr;
  if (expr.op === 'conditional') {
    const [then, otherwise] = [convert(expr.then, target), convert(expr.else, target)];
    return then === null || otherwise === null ? null : { ...expr, then, else: otherwise, type: target };
  }
  return { op: 'recode', operand: expr, type: target, span: expr.span };
}

/** Field `name` of a record, without building the record where that can be avoided. */
export function fieldOf(record: Expr, name: string, type: ValueType, span = record.span): Expr {
  if (record.op === 'record') {
    const field = record.fields[record.type.fields.findIndex((each) => each.name === name)];
    if (field !== undefined) return field;
  }
  if (record.op === 'read') {
    const place = { ...record.place, path: [...record.place.path, { field: name }] };
    return { op: 'read', place, type, span };
  }
  return { op: 'field', record, field: name, type, span };
}

/** Both expressions with a type that has the values of either; null if they are of different kinds. */
export function unify(left: Expr, right: Expr): { left: Expr; right: Expr; type: ValueType } | null {
  const type = commonType(left.type, right.type);
  if (type === null) return null;
  const [newLeft, newRight] = [convert(left, type), convert(right, type)];
  return newLeft === null || newRight === null ? null : { left: newLeft, right: newRight, type };
}

export function commonType(left: ValueType, right: ValueType): ValueType | null {
  if (sameType(left, right)) return left;
  if (left.kind === 'enum' && right.kind === 'enum') return commonEnum(left, right);
  if (left.kind === 'int' && right.kind === 'int') return commonInt(left, right);
  return isNumeric(left) && isNumeric(right) ? NUMBER : null;
}

type Enum = Scalar & { kind: 'enum' };
type Int = Scalar & { kind: 'int' };

function commonEnum(left: Enum, right: Enum): Scalar {
  if (right.values.every((value) => left.values.includes(value))) return left;
  if (left.values.every((value) => right.values.includes(value))) return right;
  return enumType([...new Set([...left.values, ...right.values])]);
}

function commonInt(left: Int, right: Int): Scalar {
  const numeric = [left.lo, left.hi, right.lo, right.hi];
  if (numeric.every((bound) => typeof bound === 'number')) {
    return intType(Math.min(...numeric), Math.max(...numeric));
  }
  return withLiteral(left, right) ?? withLiteral(right, left) ?? NUMBER;
}

/** A range with symbolic end and a literal at, or directly below, its start: an index or -1. */
function withLiteral(range: Int, literal: Int): Scalar | null {
  if (typeof literal.lo !== 'number' || literal.lo !== literal.hi || typeof range.lo !== 'number')
    return null;
  if (literal.lo === range.lo) return range;
  return literal.lo === range.lo - 1 ? intType(literal.lo, range.hi) : null;
}

function convertRecord(expr: Expr, type: RecordType, target: RecordType): Expr | null {
  if (sameType(type, target)) return expr;
  if (target.mutable || type.fields.length !== target.fields.length) return null;
  const fields: Expr[] = [];
  for (const field of target.fields) {
    const own = type.fields.find((each) => each.name === field.name);
    if (own === undefined || own.type.kind === 'vector' || field.type.kind === 'vector') return null;
    const value = convert(fieldOf(expr, own.name, own.type), field.type);
    if (value === null) return null;
    fields.push(value);
  }
  return { op: 'record', type: target, fields, span: expr.span };
}

function sameValues(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((value, i) => value === right[i]);
}

function sameBound(left: Bound, right: Bound): boolean {
  if (typeof left === 'number' || typeof right === 'number') return left === right;
  return left.config === right.config && left.plus === right.plus;
}
