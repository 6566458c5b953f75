/** Program expressions as source text: for the messages of model errors, and for whoever speaks of a place in a program. */
import { ATOM, BINARY, CONDITIONAL, type Text, UNARY, within } from '../ir/precedence.js';
import type { Expr, Function, Place } from '../ir/program.js';

/** What is said for a variable itself: its name, or what it was made from. */
export type Naming = (variable: number) => Text;

/** `kvm.pt[i].spte` */
export function placeText(fn: Function, place: Place, naming?: Naming): string {
  return textOfPlace(fn, place, naming).text;
}

export function exprText(fn: Function, expr: Expr, naming?: Naming): string {
  return textOf(fn, expr, naming).text;
}

export function atom(text: string): Text {
  return { text, strength: ATOM };
}

export function textOf(fn: Function, expr: Expr, naming?: Naming): Text {
  const text = (each: Expr, wanted = 0): string => within(textOf(fn, each, naming), wanted);
  switch (expr.op) {
    case 'const':
      return atom(typeof expr.value === 'string' ? `'${expr.value}'` : String(expr.value));
    case 'current':
      return atom('current()');
    case 'config':
      return atom(`config.${expr.name}`);
    case 'read':
      return textOfPlace(fn, expr.place, naming);
    case 'unary':
      return { text: `${expr.operator}${text(expr.operand, UNARY + 1)}`, strength: UNARY };
    case 'binary': {
      const strength = BINARY[expr.operator];
      const [left, right] = [text(expr.left, strength), text(expr.right, strength + 1)];
      return { text: `${left} ${expr.operator} ${right}`, strength };
    }
    case 'conditional': {
      const [test, then] = [expr.test, expr.then].map((each) => text(each, CONDITIONAL + 1));
      return { text: `${test} ? ${then} : ${text(expr.else)}`, strength: CONDITIONAL };
    }
    case 'record':
      return atom(
        `{ ${expr.type.fields.map(({ name }, i) => fieldText(name, expr.fields[i], text)).join(', ')} }`,
      );
    case 'field':
      return atom(`${text(expr.record, ATOM)}.${expr.field}`);
    case 'equal':
      return atom(`equal(${text(expr.left)}, ${text(expr.right)})`);
    case 'recode':
      return textOf(fn, expr.operand, naming);
    default:
      return expr satisfies never;
  }
}

function textOfPlace(fn: Function, { variable, path }: Place, naming?: Naming): Text {
  const name = fn.variables[variable]?.name ?? '?';
  if (path.length === 0) return naming?.(variable) ?? atom(name);
  const parts = path.map((part) =>
    'field' in part ? `.${part.field}` : `[${exprText(fn, part.index, naming)}]`,
  );
  return atom(`${name}${parts.join('')}`);
}

function fieldText(name: string, value: Expr | undefined, text: (value: Expr) => string): string {
  return value === undefined ? name : `${name}: ${text(value)}`;
}
