/** What can be said of an exported module without TLC. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomGraph } from '../../compiler/codegen/testing/random-graphs.js';
import { peterson } from '../../compiler/codegen/testing/toys.js';
import type { ExportableModel } from '../referee.js';
import { tla } from './exporter.js';
import { counting, filesOf, only } from './questions.js';

const petersonModel: ExportableModel = {
  graph: peterson().graph,
  initial: peterson().initial,
  name: 'toys/peterson',
  title: 'Mutual exclusion',
  deadlock: { property: 'T7' },
};

describe('the exported module', () => {
  const text = tla.text(petersonModel);

  it('has an action for each boundary, with its guard', () => {
    expect(text).toContain(`p0_1_3 ==
  /\\ pc.p0 = "p0_1_3"
  /\\ (~flag[1] \\/ turn = 0)
  /\\ /\\ pc' = [pc EXCEPT !.p0 = "p0_1_4"]
     /\\ inside' = [inside EXCEPT ![0] = TRUE]
     /\\ UNCHANGED <<flag, turn, p0_leaves>>`);
  });

  it('says the types of all variables, and where they begin', () => {
    expect(text).toContain('  /\\ flag \\in [0 .. 1 -> BOOLEAN]\n  /\\ turn \\in 0 .. 1\n');
    expect(text).toContain('  /\\ flag = [i \\in 0 .. 1 |-> FALSE]\n  /\\ turn = 0\n');
  });

  it('is followed by its configuration', () => {
    expect(text.split('====\n')[1]).toMatchInlineSnapshot(`
      "The configuration for TLC, to be kept as toys_peterson.cfg:

      SPECIFICATION Spec
      CHECK_DEADLOCK FALSE
      INVARIANT TypeOK
      INVARIANT P1_holds \\* P1
      INVARIANT T7_holds \\* T7
      "
    `);
  });

  it('can be asked about one property, or about none', () => {
    expect(filesOf(text).configuration).toContain('P1_holds');
    expect(counting(text).configuration).not.toContain('P1_holds');
    const { module, configuration } = only(text, 'T7', true, [{ process: 'p0', label: 'p0_finished' }]);
    expect(configuration).toContain('T7_holds');
    expect(configuration).not.toContain('P1_holds');
    expect(module).toContain('UNCHANGED <<flag, turn, inside>>');
  });
});

it('every name in a module is bound, and every bracket closed', () => {
  fc.assert(
    fc.property(randomGraph, ({ graph, tree }) => {
      const model = { graph, initial: tree, name: 'r', title: 'r', deadlock: { property: 'T7' } };
      expect(unbound(tla.text(model))).toEqual([]);
    }),
    { numRuns: 30 },
  );
  expect(unbound(tla.text(petersonModel))).toEqual([]);
});

it('notices a name that is not bound', () => {
  const text = tla.text(petersonModel);
  expect(unbound(text.replace('inside[0] /\\', 'outside[0] /\\'))).toEqual(['outside']);
  expect(unbound(text.replace('pc.p0 = "p0_1_3"', 'pc.p0 = ("p0_1_3"'))).toEqual(['1 (']);
});

/** Names that nothing defines, and kinds of brackets that are not closed. Scopes are not looked at. */
function unbound(text: string): readonly string[] {
  const module = filesOf(text)
    .module.replace(/\\\*.*$/gm, '')
    .replace(/"[^"]*"/g, '""')
    .replace(/^----.*$|^====.*$|^EXTENDS.*$/gm, '');
  const known = new Set([
    ...['LET', 'IN', 'IF', 'THEN', 'ELSE', 'CASE', 'OTHER', 'EXCEPT', 'UNCHANGED', 'ENABLED', 'RECURSIVE'],
    ...['VARIABLES', 'TRUE', 'FALSE', 'BOOLEAN', 'STRING', 'Assert', '_', '_vars', 'div', 'in', 'E'],
  ]);
  for (const [, names = ''] of module.matchAll(/^VARIABLES (.*)$/gm))
    for (const name of names.split(', ')) known.add(name);
  for (const [, name = '', parameters = ''] of module.matchAll(/(\w+)(?:\(([\w, ]*)\))? ==/g))
    for (const each of [name, ...parameters.split(', ')]) known.add(each);
  for (const [, name = ''] of module.matchAll(/(?:\\E |\[)(\w+) \\in/g)) known.add(name);
  const used = new Set<string>();
  for (const [, before = '', name = '', after = ''] of module.matchAll(
    /([.!]?)\b([A-Za-z_]\w*)\b( :|\s*\|->)?/g,
  ))
    if (before === '' && after === '') used.add(name);
  const open = ['()', '[]', '<<>>', '{}'].flatMap((pair) => {
    const [left, right] = [pair.slice(0, pair.length / 2), pair.slice(pair.length / 2)];
    const count = module.split(left).length - module.split(right).length;
    return count === 0 ? [] : [`${count} ${left}`];
  });
  return [...[...used].filter((name) => !known.has(name)), ...open];
}
