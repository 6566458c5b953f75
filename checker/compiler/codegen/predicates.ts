/** Predicates as functions over packed words, and functions that give the masks of several. */
import type { Block, Graph, PredicateGraph } from '../ir/graph.js';
import { stepSuccessors } from '../ir/traverse.js';
import { element, lines, statements } from './blocks.js';
import { analyse, structure } from './control.js';
import { testOf } from './expressions.js';
import { members } from './sets.js';
import type { Packing } from './packing.js';
import { type Tables, Variables } from './variables.js';
import { WordChanges } from './word-changes.js';

/**
 * `name(s, at, u, ut)`: the bits of the predicates that have the value `reported` in the state `u[ut]`, where
 * `s[at]` is the state before the step. A predicate that fails to be evaluated counts as false.
 */
export function writeMask(
  name: string,
  predicates: readonly PredicateGraph[],
  reported: boolean,
  graph: Graph,
  packing: Packing,
  tables: Tables,
): string {
  if (predicates.length > 31) throw new Error(`${predicates.length} predicates do not fit into a mask`);
  const functions = predicates.map((predicate, index) =>
    writePredicate(`${name}${index}`, predicate, graph, packing, tables),
  );
  const tests = predicates.map(
    (_, index) => `if (${reported ? '' : '!'}${name}${index}(s, at, u, ut)) mask |= ${1 << index};`,
  );
  return lines(
    ...functions,
    `function ${name}(s, at, u, ut) {`,
    'let mask = 0;',
    ...tests,
    'return mask;',
    '}',
  );
}

function writePredicate(
  name: string,
  predicate: PredicateGraph,
  graph: Graph,
  packing: Packing,
  tables: Tables,
): string {
  const variables = new Variables({ cells: graph.cells, locals: predicate.locals }, packing.cells, tables);
  const blockAt = (index: number): Block => {
    const block = predicate.blocks[index];
    if (block === undefined) throw new Error(`predicate ${predicate.name} has no block ${index}`);
    return block;
  };
  const region = analyse(predicate.entry, (index) => stepSuccessors(blockAt(index).end));
  if (region.cuts.size > 0) throw new Error(`predicate ${predicate.name} is irreducible`);
  const failed = (): string => 'return false;';
  const code = structure(region, (index, jump) => {
    const { instrs, end } = blockAt(index);
    const before = statements(instrs, variables, new WordChanges(), failed);
    switch (end.to) {
      case 'block':
      case 'passed':
        return lines(...before, jump(end.block));
      case 'branch':
        return lines(
          ...before,
          `if (${testOf(end.test, variables)}) {`,
          jump(end.then),
          '} else {',
          jump(end.else),
          '}',
        );
      case 'end':
        return lines(...before, `return ${variables.local(predicate.result)} !== 0;`);
      case 'failure':
      case 'disabled':
        return lines(...before, failed());
      case 'choose':
      case 'boundary':
        throw new Error(`predicate ${predicate.name} has a ${end.to}`);
      default:
        return end satisfies never;
    }
  });
  const declared = [
    ...members(variables.words).map((word) => `w${word} = ${element('u', 'ut', word)} | 0`),
    ...members(variables.wordsBefore).map((word) => `v${word} = ${element('s', 'at', word)} | 0`),
    ...variables.usedLocals.map((local) => `l${local} = ${predicate.locals[local]?.domain?.lo ?? 0}`),
    ...variables.temporaries,
  ];
  return lines(
    `function ${name}(s, at, u, ut) {`,
    declared.length === 0 ? '' : `let ${declared.join(', ')};`,
    code,
    '}',
  );
}
