/** Program expressions as source text: for the messages of model errors, and for whoever speaks of a place in a program. */
import type { Expr, Function, Place } from '../ir/program.js';

/** What is said for a variable itself: its name, or what it was made from. */
export type Naming = (variable: number) => string;

/** An operand of this kind stands in parentheses; what is in parentheses or brackets already does not matter. */
const OPERATION = / (&&|\|\||[!=]==|[<>|&+*-]|\?) /;
const ENCLOSED = /\(.*\)|\[.*\]/g;

/** `kvm.pt[i].spte` */
export function placeText(fn: Function, { variable, path }: Place, naming?: Naming): string {
  const name = fn.variables[variable]?.name ?? '?';
  if (path.length === 0) return naming?.(variable) ?? name;
  return path.reduce<string>(
    (text, part) =>
      'field' in part ? `${text}.${part.field}` : `${text}[${exprText(fn, part.index, naming)}]`,
    name,
  );
}

export function exprText(fn: Function, expr: Expr, naming?: Naming): string {
  const text = (each: Expr): string => exprText(fn, each, naming);
  const operand = (each: Expr): string => {
    const inner = text(each);
    return OPERATION.test(inner.replace(ENCLOSED, '')) ? `(${inner})` : inner;
  };
  switch (expr.op) {
    case 'const':
      return typeof expr.value === 'string' ? `'${expr.value}'` : String(expr.value);
    case 'current':
      return 'current()';
    case 'config':
      return `config.${expr.name}`;
    case 'read':
      return placeText(fn, expr.place, naming);
    case 'unary':
      return `${expr.operator}${operand(expr.operand)}`;
    case 'binary':
      return `${operand(expr.left)} ${expr.operator} ${operand(expr.right)}`;
    case 'conditional':
      return `${text(expr.test)} ? ${text(expr.then)} : ${text(expr.else)}`;
    case 'record':
      return `{ ${expr.type.fields.map(({ name }, i) => fieldText(name, expr.fields[i], text)).join(', ')} }`;
    case 'field':
      return `${text(expr.record)}.${expr.field}`;
    case 'equal':
      return `equal(${text(expr.left)}, ${text(expr.right)})`;
    case 'recode':
      return text(expr.operand);
    default:
      return expr satisfies never;
  }
}

function fieldText(name: string, value: Expr | undefined, text: (value: Expr) => string): string {
  return value === undefined ? name : `${name}: ${text(value)}`;
}
