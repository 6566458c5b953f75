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
      'typedef Holds {',
      ...[...names.properties.values()].map((name) => `  bool ${name};`),
      '}',
      'hidden Holds holds;',
      '',
      'byte status = unborn;',
      ...(functions.length === 0 ? [] : ['', 'c_code {', ...functions, '}']),
      '',
      stepText(declarations),
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

/** What compares two states: Promela has no word for the state before a step. */
function stepText(declarations: Declarations): string {
  const { model, processes } = declarations;
  const { graph, deadlock } = model;
  const predicates = graph.stepPredicates.flatMap((predicate) => {
    const own = declarations.predicates.get(predicate);
    if (own === undefined) return [];
    return [{ ...own, id: predicate.name, code: predicateFunction(declarations, predicate) }];
  });
  const reported = [
    ...graph.stepPredicates.map(({ name }) => name),
    ...(deadlock === null ? [] : [deadlock.property]),
  ];
  const number = new Map([...new Set(reported)].map((property, i) => [property, i]));
  const unfinished = processes.map(({ name, process, finished, points, locals, isKept }, i) => {
    const own: Names = {
      domains: { cells: graph.cells, locals: process.locals },
      local: (local) => (isKept(local) ? `P${name}->${locals[local]}` : '0'),
      place: (ref, index) => `now.${declarations.place(ref, index)}`,
      constant: (value) => String(value),
      arrow: ['?', ':'],
    };
    const rests = process.boundaries.flatMap(({ rest }, at) =>
      rest === null
        ? []
        : [`      case ${at} /* ${points[at]} */: if (!(${exprText(rest, own)})) return 1; break;`],
    );
    return [
      `    _this = own[${i}]; /* ${name} */`,
      `    switch (P${name}->at) {`,
      `      case ${process.boundaries.length} /* ${finished} */: break;`,
      ...rests,
      '      default: return 1;',
      '    }',
    ].join('\n');
  });
  return [
    '/*',
    ' * Properties of steps and deadlock: with -DSTEPS for SPIN and -DBFS for the compiler. They need the state before, and',
    ' * that the steps from one state are tried one after the other.',
    ' */',
    '#ifdef STEPS',
    'c_code {',
    '  static State before;',
    `  static const char *const judged[] = { ${[...number.keys()]
      .map((each) => JSON.stringify(each))
      .concat('0')
      .join(', ')} };`,
    `  static long found[${number.size + 1}], failures, progress;`,
    '',
    '  static void report(int property, long steps) {',
    '    if (found[property]++ == 0) printf("judged: %s violated after %ld steps\\n", judged[property], steps);',
    '  }',
    '',
    '  static void begin_step(unsigned long size) {',
    '    memcpy(&before, &now, size);',
    '  }',
    '',
    ...predicates.flatMap(({ code }) => [code, '']),
    '  static void end_step(unsigned long size, long steps) {',
    '    if (!temp.rests && memcmp(&before, &now, size) != 0) progress = 1;',
    `    if (now.status != ${0}) return;`,
    ...predicates.map((each) => `    if (!${each.function}()) report(${number.get(each.id)}, steps);`),
    '  }',
    '',
    '  /* Whether some process is neither finished nor at rest. */',
    '  static int unfinished(uchar *own[]) {',
    '    uchar *_this;',
    ...unfinished,
    '    return 0;',
    '  }',
    '',
    '  static void sum_up(void) {',
    '    printf("judged: %ld states in which a step has failed\\n", failures);',
    '  }',
    '',
    '  /* When all steps from a state have been tried. Never enabled. */',
    `  static int settle(long steps, ${processes.map((_, i) => `uchar *p${i}`).join(', ')}) {`,
    '    static int begun;',
    `    uchar *own[] = { ${processes.map((_, i) => `p${i}`).join(', ')} };`,
    '    if (!begun) { begun = 1; atexit(sum_up); }',
    '    if (now.status != 0) failures++;',
    ...(deadlock === null
      ? []
      : [`    else if (!progress && unfinished(own)) report(${number.get(deadlock.property)}, steps);`]),
    '    progress = 0;',
    '    return 0;',
    '  }',
    '}',
    '#define BEGIN(resting) temp.rests = (resting) != 0; c_code { begin_step(vsize); };',
    '#define END ; c_code { end_step(vsize, depth); }',
    '#else',
    '#define BEGIN(resting)',
    '#define END',
    '#endif',
  ].join('\n');
}
