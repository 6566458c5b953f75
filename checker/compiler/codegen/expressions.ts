/**
 * Expressions as JavaScript text. Numbers are int32 wherever their range allows it, tests are JavaScript booleans only
 * where they decide something, and a field of one word is compared in place, without being shifted down.
 */
import type { CellRef, Expr } from '../ir/graph.js';
import type { BinaryOperator } from '../ir/program.js';
import type { Field } from './packing.js';
import { type PlaceTree, placeTree } from './places.js';
import { type Domains, isInt32, rangeOf } from './ranges.js';

/** What an expression needs from the function that it stands in. */
export interface Scope extends Domains {
  readonly fields: readonly Field[];
  /** The variables of a state word, a local, a fresh temporary; the name of a constant table. */
  word(index: number, state: 'before' | undefined): string;
  local(local: number): string;
  temporary(): string;
  table(values: readonly number[]): string;
}

/** The expression as an integer. */
export function valueOf(expr: Expr, scope: Scope): string {
  switch (expr.op) {
    case 'const':
      return literal(expr.value);
    case 'local':
      return scope.local(expr.local);
    case 'load':
      return load(expr.ref, scope, (field, shift) =>
        plus(extract(scope.word(field.word, expr.state), field, shift), field.lo),
      );
    case 'unary':
      if (expr.operator === '!') return asInteger(testOf(expr, scope));
      if (expr.operator === '~') return `(~${valueOf(expr.operand, scope)})`;
      return `(0 - ${valueOf(expr.operand, scope)}${isInt32(rangeOf(expr, scope)) ? ' | 0' : ''})`;
    case 'binary':
      return tests.has(expr.operator) ? asInteger(testOf(expr, scope)) : arithmetic(expr, scope);
    case 'conditional':
      return `(${testOf(expr.test, scope)} ? ${valueOf(expr.then, scope)} : ${valueOf(expr.else, scope)})`;
    case 'recode': {
      const table = scope.table(expr.table.map((value) => value ?? 0));
      return `${table}[${plus(valueOf(expr.operand, scope), -expr.lo)}]`;
    }
    default:
      return expr satisfies never;
  }
}

/** The expression as a JavaScript boolean. */
export function testOf(expr: Expr, scope: Scope): string {
  if (expr.op === 'const') return expr.value === 0 ? 'false' : 'true';
  if (expr.op === 'unary' && expr.operator === '!') return `!${testOf(expr.operand, scope)}`;
  if (expr.op === 'binary') {
    const { operator, left, right } = expr;
    if (operator === '&&' || operator === '||') {
      return `(${testOf(left, scope)} ${operator} ${testOf(right, scope)})`;
    }
    if (operator === '===' || operator === '!==') return equality(operator, left, right, scope);
    if (tests.has(operator)) return `(${valueOf(left, scope)} ${operator} ${valueOf(right, scope)})`;
  }
  if (expr.op === 'conditional') {
    return `(${testOf(expr.test, scope)} ? ${testOf(expr.then, scope)} : ${testOf(expr.else, scope)})`;
  }
  return equality('!==', expr, { op: 'const', value: 0 }, scope);
}

/** The field that a reference always leads to, or null if it depends on indexes. */
export function fixedField(ref: CellRef, scope: Scope): Field | null {
  const tree = placeTree(ref, scope.fields);
  return tree.kind === 'field' && tree.factors.length === 0 ? tree.field : null;
}

/** Statements that store an integer, given as text, into a cell. */
export function store(ref: CellRef, value: string, scope: Scope): string {
  const prefix: string[] = [];
  const indexes = indexNames(ref, scope, (name, text) => prefix.push(`${name} = ${text};`));
  const tree = placeTree(ref, scope.fields);
  const stored = tree.kind === 'field' || isSimple(value) ? value : scope.temporary();
  if (stored !== value) prefix.push(`${stored} = ${value};`);
  const emit = (part: PlaceTree): string => {
    if (part.kind === 'split') {
      return `if (${indexes[part.index]} < ${part.below}) { ${emit(part.then)} } else { ${emit(part.else)} }`;
    }
    const { field } = part;
    if (field.width === 0) return '';
    const word = scope.word(field.word, undefined);
    const raw = plus(stored, -field.lo);
    if (part.factors.length === 0) return `${word} = ${insert(word, field, raw)};`;
    const mask = maskOf(field.width);
    const shift = shiftOf(part, indexes);
    const name = isSimple(shift) ? shift : scope.temporary();
    const named = name === shift ? '' : `${name} = ${shift}; `;
    const put = raw === '0' ? '' : ` | ${raw} << ${name}`;
    return `${named}${word} = ${word} & ~(${mask} << ${name})${put};`;
  };
  return [...prefix, emit(tree)].join(' ');
}

/** `word` with a field replaced by a raw (unsigned, zero-based) value. */
function insert(word: string, field: Field, raw: string): string {
  if (field.width === 32) return raw;
  const cleared = `${word} & ${~(maskOf(field.width) << field.shift)}`;
  const shifted = shiftLeft(raw, field.shift);
  return shifted === '0' ? cleared : `${cleared} | ${shifted}`;
}

export function shiftLeft(raw: string, shift: number): string {
  const constant = numberIn(raw);
  if (constant !== null) return literal(constant << shift);
  return shift === 0 ? raw : `${raw} << ${shift}`;
}

/** A field's value, with the shift as text if it depends on indexes. */
export function extract(word: string, field: Field, shift: string | null = null): string {
  if (field.width === 0) return '0';
  if (field.width === 32) return `(${word} >>> 0)`;
  if (shift !== null) return `(${word} >>> ${shift} & ${maskOf(field.width)})`;
  if (field.shift === 0) return `(${word} & ${maskOf(field.width)})`;
  if (field.shift + field.width === 32) return `(${word} >>> ${field.shift})`;
  return `(${word} >>> ${field.shift} & ${maskOf(field.width)})`;
}

export function plus(text: string, offset: number): string {
  if (offset === 0) return text;
  const constant = numberIn(text);
  if (constant !== null) return literal(constant + offset);
  return offset > 0 ? `(${text} + ${offset} | 0)` : `(${text} - ${-offset} | 0)`;
}

/** The low `width` ones. */
export function maskOf(width: number): number {
  return width === 32 ? -1 : (1 << width) - 1;
}

function load(ref: CellRef, scope: Scope, read: (field: Field, shift: string | null) => string): string {
  const prefix: string[] = [];
  const indexes = indexNames(ref, scope, (name, text) => prefix.push(`${name} = ${text}`));
  const emit = (tree: PlaceTree): string => {
    if (tree.kind === 'split') {
      return `(${indexes[tree.index]} < ${tree.below} ? ${emit(tree.then)} : ${emit(tree.else)})`;
    }
    return read(tree.field, tree.factors.length === 0 ? null : shiftOf(tree, indexes));
  };
  const code = emit(placeTree(ref, scope.fields));
  return prefix.length === 0 ? code : `(${[...prefix, code].join(', ')})`;
}

/** A name (or literal) for each index, evaluated once. */
function indexNames(ref: CellRef, scope: Scope, assign: (name: string, text: string) => void): string[] {
  return ref.indexes.map((index) => {
    const text = valueOf(index.value, scope);
    if (isSimple(text)) return text;
    const name = scope.temporary();
    assign(name, text);
    return name;
  });
}

function shiftOf(tree: PlaceTree & { kind: 'field' }, indexes: readonly string[]): string {
  const terms = tree.factors.map(({ index, factor }) => {
    const name = indexes[index] ?? '';
    if (factor === 1) return name;
    return factor > 0 && (factor & (factor - 1)) === 0
      ? `(${name} << ${31 - Math.clz32(factor)})`
      : `Math.imul(${name}, ${factor})`;
  });
  // A shift count is taken modulo 32, so no term can overflow into anything but the same count.
  return tree.field.shift === 0 && terms.length === 1
    ? (terms[0] ?? '0')
    : `(${[...terms, ...(tree.field.shift === 0 ? [] : [tree.field.shift])].join(' + ')} | 0)`;
}

function equality(operator: '===' | '!==', left: Expr, right: Expr, scope: Scope): string {
  const [load, other] = left.op === 'load' ? [left, right] : [right, left];
  if (load.op === 'load' && other.op === 'const') {
    const field = fixedField(load.ref, scope);
    if (field !== null) {
      const raw = other.value - field.lo;
      if (raw < 0 || raw >= 2 ** field.width) return operator === '===' ? 'false' : 'true';
      if (field.width === 0) return operator === '===' ? 'true' : 'false';
      const word = scope.word(field.word, load.state);
      const masked = field.width === 32 ? word : `(${word} & ${maskOf(field.width) << field.shift})`;
      return `(${masked} ${operator} ${(raw << field.shift) | 0})`;
    }
  }
  return `(${valueOf(left, scope)} ${operator} ${valueOf(right, scope)})`;
}

function arithmetic(expr: Expr & { op: 'binary' }, scope: Scope): string {
  const left = valueOf(expr.left, scope);
  const right = valueOf(expr.right, scope);
  const range = rangeOf(expr, scope);
  const small = isInt32(range);
  switch (expr.operator) {
    case '*':
      return small ? `Math.imul(${left}, ${right})` : `(${left} * ${right} + 0)`;
    case '/':
      // A zero divisor gives Infinity or NaN, which `| 0` makes zero, as the graph's `/` has it.
      return small ? `(${left} / ${right} | 0)` : `(Math.trunc(${left} / ${right}) + 0)`;
    case '%':
      return `(${left} % ${right} | 0)`;
    case '+':
    case '-':
      return small ? `(${left} ${expr.operator} ${right} | 0)` : `(${left} ${expr.operator} ${right})`;
    default:
      return `(${left} ${expr.operator} ${right})`;
  }
}

function asInteger(test: string): string {
  if (test === 'true') return '1';
  return test === 'false' ? '0' : `(${test} ? 1 : 0)`;
}

function literal(value: number): string {
  return value < 0 ? `(${value})` : String(value);
}

/** The number that a literal stands for; null for any other text. */
export function numberIn(text: string): number | null {
  const digits = /^(\d+)$|^\((-\d+)\)$/.exec(text);
  return digits === null ? null : Number(digits[1] ?? digits[2]);
}

function isSimple(text: string): boolean {
  return /^(\w+|\(-\d+\))$/.test(text);
}

const tests: ReadonlySet<BinaryOperator> = new Set(['<', '<=', '>', '>=', '===', '!==', '&&', '||']);
