/**
 * The process that sets the state up and then watches it. It moves only where a property is violated, so that states and
 * transitions are those of the model.
 */
import { initialState } from '../../compiler/ir/interpret.js';
import type { Expr } from '../../compiler/ir/graph.js';
import { unary } from '../../compiler/ir/simplify.js';
import type { Declarations } from './declarations.js';
import { exprText, type Names } from './expressions.js';
import { isPlain, predicateExpr, predicateFunction } from './predicates.js';
import { judgingText } from './judging.js';

export interface Watch {
  /** What the other processes use: before them. */
  readonly declarations: string;
  /** The process itself: before all others, because SPIN tries the last one first. */
  readonly process: string;
}

export function watch(declarations: Declarations): Watch {
  const { model, failed, names, processes } = declarations;
  const { graph } = model;
  const invariants = graph.invariants.flatMap((predicate) => {
    const own = declarations.predicates.get(predicate);
    if (own === undefined) return [];
    const expr = predicateExpr(predicate);
    const call = `c_expr { ${own.function} () }`;
    const proposition = expr === null || !isPlain(expr) ? call : stateText(declarations, expr, false);
    const violated = expr === null ? `!(${call})` : stateText(declarations, unary('!', expr), true);
    const code = predicateFunction(declarations, predicate);
    return [{ ...own, proposition, violated, code, isCalled: [proposition, violated].join().includes(call) }];
  });
  const functions = invariants.flatMap(({ code, isCalled }) => (isCalled ? [code] : []));
  const temporaries = new Set(processes.flatMap(({ locals, isKept }) => locals.filter((_, i) => !isKept(i))));
  const options = [
    ...[...failed].map(
      ([property, { name }]) =>
        `  :: d_step { status == ${name} -> assert(holds.${names.properties.get(property)}) }`,
    ),
    ...when('#ifndef COUNT', [
      ...invariants.map(
        ({ property, violated }) =>
          `  :: d_step { status == running && ${violated} -> assert(holds.${property}) }`,
      ),
    ]),
    ...when(
      '#ifdef TEMPORAL',
      model.temporal === undefined ? [] : ['  :: timeout /* Nobody moves, for ever. */'],
    ),
    '#ifdef STEPS',
    `  :: c_expr { settle (depth - 1, ${processes.map((_, i) => `pptr(BASE + ${i + 1})`).join(', ')}) }`,
    '#else',
    '  :: false',
    '#endif',
  ];
  return {
    declarations: [
      '/* Values within one step, and what an assertion names when it is violated: no part of the state. */',
      'typedef Temp {',
      ...[...temporaries].map((name) => `  int ${name};`),
      '  bool rests;',
      '}',
      'hidden Temp temp;',
      '',
      ...(names.properties.size === 0
        ? []
        : [
            'typedef Holds {',
            ...[...names.properties.values()].map((name) => `  bool ${name};`),
            '}',
            'hidden Holds holds;',
          ]),
      '',
      'byte status = unborn;',
      // One block for each: SPIN reads 64 KiB at most.
      ...functions.flatMap((each) => ['', 'c_code {', each, '}']),
      '',
      judgingText(declarations),
      ...when('\n#ifdef LTL', [
        ...invariants.map(
          ({ formula, proposition }) => `ltl ${formula} { [] (status != running || ${proposition}) }`,
        ),
      ]),
    ].join('\n'),
    process: [
      'init {',
      '  d_step {',
      ...setup(declarations),
      '    status = running',
      '  }',
      'end_of_watch:',
      '  do',
      ...options,
      '  od',
      '}',
    ].join('\n'),
  };
}

/** Lines that only count under a condition, if there are any. */
function when(condition: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [condition, ...lines, '#endif'];
}

function setup({ model, place, constant }: Declarations): readonly string[] {
  const { cells } = initialState(model.graph, model.initial);
  const index = (expr: Expr): string => (expr.op === 'const' ? String(expr.value) : '');
  return model.graph.cells.flatMap(({ domain }, base) => {
    const value = cells[base] ?? 0;
    return value === 0 ? [] : [`    ${place({ base, indexes: [] }, index)} = ${constant(value, domain)};`];
  });
}

function stateText({ model, place, constant }: Declarations, expr: Expr, operand: boolean): string {
  const names: Names = {
    domains: { cells: model.graph.cells, locals: [] },
    local: () => '0',
    place,
    constant,
    arrow: ['->', ':'],
  };
  const text = exprText(expr, names);
  return operand ? `(${text})` : text;
}
