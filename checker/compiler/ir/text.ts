/** Expressions and places of a graph as text in the manner of C, with the names that cells and locals have. */
import type { Cell, CellRef, Domain, Expr, Local } from './graph.js';
import { BINARY, CONDITIONAL, UNARY } from './precedence.js';
import type { BinaryOperator } from './program.js';

/** What an expression may refer to. */
export interface Names {
  readonly cells: readonly Cell[];
  readonly locals: readonly Local[];
  /** By local: its name without the function's, made unique; of a shared slot the first of its names and a mark. */
  readonly localNames: readonly string[];
}

export function namesOf(cells: readonly Cell[], locals: readonly Local[]): Names {
  const short = locals.map(({ name }) => {
    const [first = name, ...others] = name.split(' | ');
    return first.slice(first.indexOf('.') + 1) + (others.length > 0 ? '~' : '');
  });
  const counts = new Map<string, number>();
  for (const name of short) counts.set(name, (counts.get(name) ?? 0) + 1);
  return {
    cells,
    locals,
    localNames: short.map((name, i) => (counts.get(name) === 1 ? name : `${name}#${i}`)),
  };
}

export function exprText(expr: Expr, names: Names): string {
  return text(expr, names, 0);
}

/** `table[walk.i].spte[0].pfn` */
export function refText(ref: CellRef, names: Names): string {
  const cell = names.cells[ref.base];
  if (cell === undefined) return `cell ${ref.base}`;
  const path = cell.path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`));
  for (const { value, stride, length } of ref.indexes) {
    // The next element's path differs where this index belongs. A vector of one element has no next.
    const next = length > 1 ? names.cells[ref.base + stride] : undefined;
    const position = next?.path.findIndex((part, i) => part !== cell.path[i]) ?? -1;
    if (position >= 0) path[position] = `[${exprText(value, names)}]`;
  }
  return path.join('').replace(/^\./, '');
}

export function domainText({ lo, hi, names }: Domain): string {
  return names === null ? `${lo}..${hi}` : names.join(' | ');
}

/** A value as its domain names it. */
export function valueText(value: number, domain: Domain | null | undefined): string {
  return domain?.names?.[value - domain.lo] ?? String(value);
}

/** The domain of a local or cell that an expression is, or null for any other expression. */
export function domainOf(expr: Expr, names: Names): Domain | null {
  if (expr.op === 'local') return names.locals[expr.local]?.domain ?? null;
  return expr.op === 'load' ? (names.cells[expr.ref.base]?.domain ?? null) : null;
}

/** The text of a value that goes where this domain holds. */
export function textIn(expr: Expr, domain: Domain | null, names: Names): string {
  return expr.op === 'const' ? valueText(expr.value, domain) : exprText(expr, names);
}

const spelling: Readonly<Partial<Record<BinaryOperator, string>>> = { '===': '==', '!==': '!=' };

/** `around`: how strongly the context binds; weaker text gets parentheses. */
function text(expr: Expr, names: Names, around: number): string {
  const inside = (own: number, body: string): string => (own < around ? `(${body})` : body);
  switch (expr.op) {
    case 'const':
      return String(expr.value);
    case 'local':
      return names.localNames[expr.local] ?? `local ${expr.local}`;
    case 'load':
      return (expr.state === 'before' ? 'before.' : '') + refText(expr.ref, names);
    case 'unary':
      return inside(UNARY, expr.operator + text(expr.operand, names, UNARY));
    case 'binary': {
      const own = BINARY[expr.operator];
      const isEquality = expr.operator === '===' || expr.operator === '!==';
      const [left, right] = [expr.left, expr.right].map((side, i) => {
        const other = i === 0 ? expr.right : expr.left;
        if (isEquality && side.op === 'const') return valueText(side.value, domainOf(other, names));
        return text(side, names, i === 0 ? own : own + 1);
      });
      return inside(own, `${left} ${spelling[expr.operator] ?? expr.operator} ${right}`);
    }
    case 'conditional': {
      const [test, then] = [expr.test, expr.then].map((each) => text(each, names, CONDITIONAL + 1));
      return inside(CONDITIONAL, `${test} ? ${then} : ${text(expr.else, names, CONDITIONAL)}`);
    }
    case 'recode': {
      const entries = expr.table.map((entry, i) => `${expr.lo + i}:${entry ?? 'none'}`);
      return `{${entries.join(' ')}}[${text(expr.operand, names, 0)}]`;
    }
    default:
      return expr satisfies never;
  }
}
