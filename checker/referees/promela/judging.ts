/**
 * What compares two states, in C: Promela has no word for the state before a step. While SPIN searches breadth first it
 * takes the steps from one state one after the other, and `init` last, so deadlock can be told by what they did.
 */
import type { Declarations } from './declarations.js';
import { exprText, type Names } from './expressions.js';
import { predicateFunction } from './predicates.js';

export function judgingText(declarations: Declarations): string {
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
    // A block may not be longer than 64 KiB.
    ...predicates.flatMap(({ code }) => ['}', '', 'c_code {', code]),
    '}',
    '',
    'c_code {',
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
