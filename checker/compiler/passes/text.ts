/** Program expressions as source text, for the messages of model errors. */
import type { Expr, Function, Place } from '../ir/program.js';

/** `kvm.pt[i].spte` */
export function placeText(fn: Function, place: Place): string {
  const name = fn.variables[place.variable]?.name ?? '?';
  return place.path.reduce<string>(
    (text, part) => ('field' in part ? `${text}.${part.field}` : `${text}[${exprText(fn, part.index)}]`),
    name,
  );
}

export function exprText(fn: Function, expr: Expr): string {
  switch (expr.op) {
    case 'const':
      return typeof expr.value === 'string' ? `'${expr.value}'` : String(expr.value);
    case 'current':
      return 'current()';
    case 'config':
      return `config.${expr.name}`;
    case 'read':
      return placeText(fn, expr.place);
    case 'unary':
      return `${expr.operator}${exprText(fn, expr.operand)}`;
    case 'binary':
      return `${exprText(fn, expr.left)} ${expr.operator} ${exprText(fn, expr.right)}`;
    case 'conditional':
      return `${exprText(fn, expr.test)} ? ${exprText(fn, expr.then)} : ${exprText(fn, expr.else)}`;
    case 'record':
      return `{ ${expr.type.fields.map(({ name }, i) => fieldText(fn, name, expr.fields[i])).join(', ')} }`;
    case 'field':
      return `${exprText(fn, expr.record)}.${expr.field}`;
    case 'equal':
      return `equal(${exprText(fn, expr.left)}, ${exprText(fn, expr.right)})`;
    case 'recode':
      return exprText(fn, expr.operand);
    default:
      return expr satisfies never;
  }
}

function fieldText(fn: Function, name: string, value: Expr | undefined): string {
  return value === undefined ? name : `${name}: ${exprText(fn, value)}`;
}
