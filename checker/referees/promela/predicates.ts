/** Predicates: as one expression where that is short, and as a function of C. */
import type { Block, CellRef, Expr, PredicateGraph } from '../../compiler/ir/graph.js';
import { conditional, constant, simplify } from '../../compiler/ir/simplify.js';
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
  const whole = walk(entry, new Map());
  let size = 0;
  if (whole !== null) visitExpr(whole, () => size++);
  return size > SIZE_LIMIT ? null : whole;
}

/** The same as a function without parameters. */
export function predicateFunction(
  { names, predicateLocals, model, place, ...declarations }: Declarations,
  predicate: PredicateGraph,
  name: string,
): string {
  const { blocks, entry, locals, result } = predicate;
  const own = predicateLocals.get(predicate) ?? [];
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
