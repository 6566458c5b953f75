/** The machine that is all mutants of a scenario, and its states in which a search for one of them begins. */
import { generateMachine } from '../compiler/codegen/javascript.js';
import { type Packing, pack } from '../compiler/codegen/packing.js';
import { type Lowered, type Purpose, requestOf } from '../compiler/compile.js';
import type { Machine } from '../compiler/machine.js';
import { buildGraph, identity } from '../compiler/passes/index.js';
import { initialState } from '../direct/schema.js';
import { askForSteps } from '../temporal/atoms.js';
import type { Scenario } from '../workspace/scenarios.js';
import type { Mutant } from './mutant.js';
import { ORIGINAL, SWITCH, type Switched, switched } from './switched.js';

export interface MutantMachine {
  readonly packing: Packing;
  readonly places: Switched['places'];
  /** With the mutant of this number as its initial state. */
  of(number: number): Machine;
}

export function mutantMachine(
  scenario: Scenario,
  { program, configuration }: Lowered,
  mutants: readonly Mutant[],
  purpose: Purpose,
): MutantMachine {
  const request = requestOf(scenario, program, configuration, purpose);
  const meta = switched(program, request, mutants);
  const isWhole = purpose === 'temporal' && askForSteps(scenario.spec.properties);
  const graph = buildGraph(meta.program, meta.request, isWhole ? { merge: identity } : {});
  const packing = pack(graph);
  const tree = { ...initialState(scenario, program.root), [SWITCH]: ORIGINAL };
  const machine = generateMachine(graph, tree, packing);
  const field = packing.cells[graph.cells.findIndex(({ path }) => path[0] === SWITCH)];
  if (field === undefined) throw new Error('the state has lost its switch');
  return {
    packing,
    places: meta.places,
    of(number) {
      const initial = machine.initial.slice();
      initial[field.word] = (initial[field.word] ?? 0) | ((number - field.lo) << field.shift);
      return { ...machine, initial };
    },
  };
}
