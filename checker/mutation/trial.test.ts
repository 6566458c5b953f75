/** The mutants of the toy model, tried: which scenario kills which, and by what. */
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { openWorkspace, type Workspace } from '../workspace/project.js';
import { loadScenarios } from '../workspace/scenarios.js';
import { Trial } from './trial.js';
import type { Vocabulary } from './vocabulary.js';

const fixture = (name: string) =>
  openWorkspace(fileURLToPath(new URL(`../cli/fixtures/${name}`, import.meta.url)));
const VOCABULARY: Vocabulary = {
  folders: ['model'],
  sections: [{ acquire: 'latch', release: 'unlatch' }],
  primitives: [],
  bookkeeping: [],
  work: [],
  ghosts: [],
  hardware: [],
  locked: [],
};
const OPTIONS = { maxStates: 10_000, memoryBytes: 2 ** 28, signal: { aborted: false } };

async function trialOf(file: string, name: string, workspace = fixture('toy')): Promise<Trial> {
  const scenario = loadScenarios(workspace, `scenarios/${file}.ts`).find((each) => each.key === name);
  if (scenario === undefined) throw new Error(`there is no ${name}`);
  return Trial.of(scenario, VOCABULARY);
}

async function outcomes(file: string, name: string, workspace?: Workspace): Promise<Record<string, string>> {
  const trial = await trialOf(file, name, workspace);
  expect(trial.original(OPTIONS).outcome).toEqual({ outcome: 'survived' });
  return Object.fromEntries(
    trial.reached(OPTIONS).map((mutant) => {
      const outcome = trial.run(mutant, OPTIONS);
      return [mutant.key, outcome.outcome === 'killed' ? outcome.kill.property : outcome.outcome];
    }),
  );
}

it('kills what lets two visitors in, or none out', async () => {
  expect(await outcomes('doors', 'latched')).toMatchInlineSnapshot(`
    {
      "enter: drop house.inside = house.inside + 1": "error",
      "leave: drop house.inside = house.inside - 1": "T1",
      "leave: drop house.visits = house.visits + 1": "survived",
      "visit: drop enter(house)": "error",
      "visit: drop leave(house)": "T1",
      "visit: section latch(house, 0)": "T1",
      "visit: swap enter(house) and leave(house)": "error",
      "visit: swap latch(house, 0) and enter(house)": "T1",
      "visit: swap leave(house) and unlatch(house, 0)": "T1",
    }
  `);
});

it('asks the temporal properties that hold', async () => {
  expect(await outcomes('turns', 'with-fair-locks', fixture('turns'))).toMatchInlineSnapshot(`
    {
      "busy: drop give(room)": "TURN",
      "busy: drop take(room, 0)": "survived",
      "busy: swap take(room, 0) and give(room)": "survived",
      "give: drop room.holder = -1": "TURN",
      "patient: drop give(room)": "survived",
      "patient: drop room.light = true": "survived",
      "patient: drop room.waiting = false": "TURN",
      "patient: drop room.waiting = true": "survived",
      "patient: drop take(room, 1)": "survived",
      "patient: swap room.waiting = true and take(room, 1)": "TURN",
      "patient: swap take(room, 1) and give(room)": "survived",
      "take: drop room.holder = who": "survived",
      "take: wait room.holder < 0": "survived",
    }
  `);
});

it('does not count what the model as it is violates', async () => {
  const trial = await outcomes('doors', 'opposite-order');
  expect(trial['visit_by_two: section latch(house, first)']).not.toBe('deadlock');
});

it('tells what no run gets to', async () => {
  const trial = await trialOf('mistakes', 'dead-steps');
  const reached = trial.reached(OPTIONS).map(({ key }) => key);
  expect(trial.mutants.map(({ key }) => key).filter((key) => !reached.includes(key))).toMatchInlineSnapshot(`
    [
      "visit_by_back_door: drop enter(house)",
      "visit_by_back_door: drop leave(house)",
      "visit_by_back_door: drop enter(house) #2",
      "visit_by_back_door: drop leave(house) #2",
      "visit_by_back_door: section latch(house, back)",
      "visit_by_back_door: swap if (back < config.doors) latch(house, back) and latch(house, 0)",
      "visit_by_back_door: swap latch(house, 0) and if (house.inside > 1) enter(house)",
      "visit_by_back_door: swap if (house.inside > 1) enter(house) and unlatch(house, 0)",
      "visit_by_back_door: swap latch(house, back) and enter(house)",
      "visit_by_back_door: swap enter(house) and leave(house)",
      "visit_by_back_door: swap leave(house) and unlatch(house, back)",
      "visit_by_back_door: swap enter(house) and leave(house) #2",
    ]
  `);
});

it('tries fewer mutants with the same results', async () => {
  const trial = await trialOf('doors', 'latched');
  const [first] = trial.reached(OPTIONS).filter((each) => trial.run(each, OPTIONS).outcome === 'killed');
  const key = first?.key ?? '';
  const alone = trial.only((each) => each === key);
  expect(alone.identity).toBe(trial.identity);
  expect(alone.mutants.map((each) => each.key)).toEqual([key]);
  expect(alone.mutants.map((each) => alone.run(each, OPTIONS).outcome)).toEqual(['killed']);
});
