import { inspect } from 'node:util';
import fc, { type RunDetails } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generateMachine } from '../compiler/codegen/javascript.js';
import { pack } from '../compiler/codegen/packing.js';
import { requestOf } from '../compiler/compile.js';
import { FrontEnd } from '../compiler/frontend/frontend.js';
import type { Program } from '../compiler/ir/program.js';
import { buildGraph } from '../compiler/passes/index.js';
import { workspaceOf } from '../workspace/project.js';
import { loadScenarios, type Scenario } from '../workspace/scenarios.js';
import {
  type Coverage,
  compareExecutions,
  type Decision,
  type Difference,
  noCoverage,
} from './differential.js';
import { type Miscompilation, miscompilations } from './miscompilations.js';
import { randomProgram } from './random/program.js';
import { configurationOf, initialState } from './schema.js';

const frontEnd = new FrontEnd();

const programs = fc.array(fc.nat(999), { minLength: 60, maxLength: 400, size: 'max' });
const schedules: fc.Arbitrary<Decision[]> = fc.array(
  fc.record({ transition: fc.nat(999), everything: fc.nat(3).map((one) => one === 0), split: fc.boolean() }),
  { minLength: 20, maxLength: 40, size: 'max' },
);

interface Prepared {
  readonly scenario: Scenario;
  readonly program: Program;
}

function prepared(text: string): Prepared {
  const file = 'model/scenarios/random.ts';
  const [scenario] = loadScenarios(workspaceOf({ [file]: text }), file);
  if (scenario === undefined) throw new Error('no scenario');
  const { processes, invariants, steps, witnesses } = scenario.roots;
  const roots = [...processes, ...invariants, ...steps, ...witnesses];
  return { scenario, program: frontEnd.program(scenario.sources, roots, [file]) };
}

/** What the two executions differ in, or null. */
function difference(
  { scenario, program }: Prepared,
  schedule: readonly Decision[],
  coverage: Coverage = noCoverage(),
  wrong: Miscompilation = {},
): Difference | null {
  const config = configurationOf(scenario);
  const request = requestOf(scenario, program, config);
  const graph = buildGraph(wrong.program?.(program) ?? program, request, wrong.passes);
  const packing = pack(graph);
  const machine = generateMachine(
    graph,
    initialState(scenario, program.root),
    wrong.packing?.(packing) ?? packing,
  );
  return compareExecutions(scenario, program.root, machine, schedule, coverage);
}

describe('direct and compiled execution', () => {
  it('agree on random programs', () => {
    const coverage = noCoverage();
    const result = fc.check(
      fc.property(programs, schedules, (decisions, schedule) => {
        return difference(prepared(randomProgram(decisions)), schedule, coverage) === null;
      }),
      { numRuns: 100, interruptAfterTimeLimit: 8_000 },
    );
    if (result.counterexample !== null) expect.fail(describeFailure(result));
    // A slow machine gets less far, but not nowhere.
    expect(coverage.steps).toBeGreaterThan(0);
    if (!result.interrupted)
      for (const [what, count] of Object.entries(coverage)) expect(count, what).toBeGreaterThan(0);
  });
});

function describeFailure({
  counterexample,
  seed,
  errorInstance,
}: RunDetails<[number[], Decision[]]>): string {
  const [decisions, schedule] = counterexample ?? [[], []];
  const text = randomProgram(decisions);
  let what = inspect(errorInstance, { depth: 4 });
  if (errorInstance === null) what = inspect(difference(prepared(text), schedule), { depth: 4 });
  return `seed ${seed}\n${text}\n${what}\n${JSON.stringify(schedule)}`;
}

describe('a miscompilation is found', () => {
  const samples = fc.sample(fc.tuple(programs, fc.tuple(schedules, schedules, schedules)), {
    numRuns: 100,
    seed: 1,
  });
  const ready: Prepared[] = [];

  it.each(Object.entries(miscompilations))('%s', (_name, wrong) => {
    const found = samples.findIndex(([decisions, several], index) => {
      const sample = (ready[index] ??= prepared(randomProgram(decisions)));
      return several.some((schedule) => difference(sample, schedule, noCoverage(), wrong) !== null);
    });
    expect(found).toBeGreaterThanOrEqual(0);
  });
});
