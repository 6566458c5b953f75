/** Predicates: as one expression where that is short, and as a function of C. */
import type { Block, CellRef, Expr, PredicateGraph } from '../../compiler/ir/graph.js';
import { binary, conditional, constant, simplify, unary } from '../../compiler/ir/simplify.js';
import { mapExpr, visitExpr } from '../../compiler/ir/traverse.js';
import type { Declarations } from './declarations.js';
import { exprText, type Names } from './expressions.js';

/** Longer expressions are functions of C. */
const VISIT_LIMIT = 2000;
const SIZE_LIMIT = 4000;

/** What the predicate says of a state, or null if that is too much for an expression. An error in it counts as false. */
export function predicateExpr({ blocks, entry, result }: PredicateGraph): Expr | null {
  let visits = 0;
  const walk = (at: number, given: ReadonlyMap<number, Expr>): Expr | null => {
    const block = blocks[at];
    if (block === undefined || ++visits > VISIT_LIMIT) return null;
    const locals = new Map(given);
    const value = (expr: Expr): Expr =>
      mapExpr(expr, (each) => (each.op === 'local' ? (locals.get(each.local) ?? each) : simplify(each)));
    const tests: Expr[] = [];
    for (const instr of block.instrs) {
      if (instr.do === 'check') tests.push(value(instr.test));
      else if (instr.do === 'set') locals.set(instr.local, value(instr.value));
      else return null;
    }
    const after = ending(block, locals, value);
    return after === null
      ? null
      : tests.reduceRight((rest, test) => conditional(test, rest, constant(0)), after);
  };
  const ending = (
    { end }: Block,
    locals: ReadonlyMap<number, Expr>,
    value: (expr: Expr) => Expr,
  ): Expr | null => {
    if (end.to === 'end') return locals.get(result) ?? constant(0);
    if (end.to === 'failure') return constant(0);
    if (end.to === 'block') return walk(end.block, locals);
    if (end.to !== 'branch') return null;
    const test = value(end.test);
    if (test.op === 'const') return walk(test.value !== 0 ? end.then : end.else, locals);
    const [then, otherwise] = [walk(end.then, locals), walk(end.else, locals)];
    return then === null || otherwise === null ? null : conditional(test, then, otherwise);
  };
  const found = walk(entry, new Map());
  const whole = found === null ? null : formula(found);
  let size = 0;
  if (whole !== null) visitExpr(whole, () => size++);
  return size > SIZE_LIMIT ? null : whole;
}

/** Where only the truth matters, a decision between constants is an `and` or an `or`. */
function formula(expr: Expr): Expr {
  if (expr.op === 'unary' && expr.operator === '!') return unary('!', formula(expr.operand));
  if (expr.op === 'binary' && (expr.operator === '&&' || expr.operator === '||'))
    return binary(expr.operator, formula(expr.left), formula(expr.right));
  if (expr.op !== 'conditional') return expr;
  const [test, then, otherwise] = [expr.test, expr.then, expr.else].map(formula) as [Expr, Expr, Expr];
  const isConstant = (each: Expr, truth: boolean): boolean =>
    each.op === 'const' && (each.value !== 0) === truth;
  if (isConstant(then, true)) return binary('||', test, otherwise);
  if (isConstant(then, false)) return binary('&&', unary('!', test), otherwise);
  if (isConstant(otherwise, true)) return binary('||', unary('!', test), then);
  if (isConstant(otherwise, false)) return binary('&&', test, then);
  return conditional(test, then, otherwise);
}

/** Whether a formula of linear temporal logic may contain it: it knows neither conditionals nor what is made of them. */
export function isPlain(expr: Expr): boolean {
  let plain = true;
  visitExpr(expr, ({ op }) => {
    if (op === 'conditional' || op === 'recode') plain = false;
  });
  return plain;
}

/** The same as a function without parameters. */
export function predicateFunction(
  { predicates, model, place, ...declarations }: Declarations,
  predicate: PredicateGraph,
): string {
  const { blocks, entry, locals, result } = predicate;
  const { locals: own = [], function: name } = predicates.get(predicate) ?? {};
  const cNames: Names = {
    ...declarations,
    domains: { cells: model.graph.cells, locals },
    local: (local) => own[local] ?? 'none',
    place: (ref: CellRef, index, before) => `${before ? 'before' : 'now'}.${place(ref, index)}`,
    // Definitions of Promela's preprocessor are none of C's.
    constant: (value) => (value < 0 ? `(${value})` : String(value)),
    arrow: ['?', ':'],
  };
  const lines = blocks.flatMap(({ instrs, end }, at) => {
    const code = instrs.map((instr) => {
      if (instr.do === 'check') return `if (!(${exprText(instr.test, cNames)})) return 0;`;
      if (instr.do === 'set') return `${cNames.local(instr.local)} = ${exprText(instr.value, cNames)};`;
      throw new Error(`${predicate.name} stores`);
    });
    switch (end.to) {
      case 'block':
      case 'passed':
        code.push(`goto block_${end.block};`);
        break;
      case 'branch':
        code.push(`if (${exprText(end.test, cNames)}) goto block_${end.then}; else goto block_${end.else};`);
        break;
      case 'end':
        code.push(`return ${cNames.local(result)} != 0;`);
        break;
      default:
        code.push('return 0;');
    }
    return [`block_${at}:`, ...code.map((each) => `  ${each}`)];
  });
  const variables = own.length === 0 ? [] : [`  int ${own.map((each) => `${each} = 0`).join(', ')};`];
  return [`static int ${name}(void) {`, ...variables, `  goto block_${entry};`, ...lines, '}']
    .map((line) => `  ${line}`)
    .join('\n');
}
