/** Lowers record literals: values, and the initial content of local places. */
import { ts } from '../../typescript.js';
import type { Expr, RecordType, ValueType } from '../ir/program.js';
import { readVariable } from './build.js';
import type { Access, FunctionContext } from './context.js';
import { convert, fieldOf, isPlaceType } from './convert.js';
import { typeName } from '../ir/type-name.js';
import { problems } from './problems.js';
import { Rejected } from './report.js';

export function lowerRecord(
  cx: FunctionContext,
  node: ts.ObjectLiteralExpression,
  expected: ValueType | null,
): Expr {
  const target = expected ?? spreadType(cx, node) ?? cx.reject(node, problems.untypedRecord());
  if (target.kind !== 'record') return cx.mistyped(node, problems.recordForScalar(typeName(target)));
  for (const field of target.fields) {
    if (isPlaceType(field.type)) return cx.reject(node, problems.nestedPlace(field.name, target.name));
  }

  const members = node.properties.map((member) => cx.attempt(() => readMember(cx, member, target)));
  const complete = members.filter((member) => member !== null);
  if (complete.length < members.length) throw new Rejected();
  const operands = cx.operands(complete.map((member) => member.lower));

  const values = new Map<string, Expr>();
  for (const [position, operand] of operands.entries()) {
    const member = complete[position];
    if (member === undefined || operand.kind !== 'value')
      throw new Error('an operand of a record is a value');
    if (member.name !== null) values.set(member.name, operand.expr);
    else addSpread(cx, member.node, operand.expr, target, values);
  }
  const fields = target.fields.map(({ name }) => {
    return values.get(name) ?? cx.mistyped(node, problems.missingField(name, target.name));
  });
  return { op: 'record', type: target, fields, span: cx.span(node) };
}

interface Member {
  readonly node: ts.Node;
  /** Null for a spread. */
  readonly name: string | null;
  readonly lower: () => Access;
}

function readMember(cx: FunctionContext, member: ts.ObjectLiteralElementLike, target: RecordType): Member {
  if (ts.isSpreadAssignment(member)) {
    const lower = (): Access => {
      const access = cx.access(member.expression);
      return {
        kind: 'value',
        expr: access.kind === 'template' ? access.expr : cx.load(access, member.expression),
      };
    };
    return { node: member, name: null, lower };
  }
  if (!ts.isPropertyAssignment(member) && !ts.isShorthandPropertyAssignment(member)) {
    return cx.reject(member, problems.recordMember());
  }
  if (!ts.isIdentifier(member.name) && !ts.isStringLiteral(member.name)) {
    return cx.reject(member.name, problems.recordMember());
  }
  const name = member.name.text;
  const type = target.fields.find((field) => field.name === name)?.type;
  if (type === undefined || type.kind === 'vector') {
    return cx.mistyped(member.name, problems.noSuchField(name, target.name));
  }
  const node = ts.isPropertyAssignment(member) ? member.initializer : member.name;
  return { node: member, name, lower: () => ({ kind: 'value', expr: lowerField(cx, node, type) }) };
}

function lowerField(cx: FunctionContext, node: ts.Expression, type: ValueType): Expr {
  const expr = cx.expression(node, type);
  return convert(expr, type) ?? cx.mistyped(node, problems.typeMismatch(typeName(expr.type), typeName(type)));
}

/** Without another declaration, `{ ...old, writable: false }` has the type of `old`. */
function spreadType(cx: FunctionContext, node: ts.ObjectLiteralExpression): RecordType | null {
  const spread = node.properties.find(ts.isSpreadAssignment);
  if (spread === undefined) return null;
  const box: { type: ValueType | null } = { type: null };
  // Lowered for its type only; what it emits is emitted again when the record is made.
  cx.collect(() => {
    box.type = cx.expression(spread.expression).type;
  });
  return box.type?.kind === 'record' ? box.type : null;
}

function addSpread(
  cx: FunctionContext,
  node: ts.Node,
  source: Expr,
  target: RecordType,
  values: Map<string, Expr>,
): void {
  const type = source.type;
  if (type.kind !== 'record') return cx.mistyped(node, problems.typeMismatch(typeName(type), target.name));
  const record = reusable(cx, source);
  for (const { name, type: fieldType } of type.fields) {
    const goal = target.fields.find((field) => field.name === name)?.type;
    if (goal === undefined) return cx.reject(node, problems.extraField(name, target.name));
    if (fieldType.kind === 'vector' || goal.kind === 'vector') throw new Rejected();
    const value = convert(fieldOf(record, name, fieldType), goal);
    if (value === null) {
      return cx.mistyped(node, problems.typeMismatch(typeName(fieldType), typeName(goal)));
    }
    values.set(name, value);
  }
}

/** The record in a form whose fields can each be named without evaluating all of it each time. */
function reusable(cx: FunctionContext, record: Expr): Expr {
  if (record.op === 'read' || record.op === 'record') return record;
  const variable = cx.temporary('value', record.type, record.span);
  cx.emit({ do: 'set', variable, value: record, span: record.span });
  return readVariable(variable, record.type, record.span);
}
