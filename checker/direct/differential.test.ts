import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileScenario } from '../compiler/compile.js';
import { FrontEnd } from '../compiler/frontend/frontend.js';
import type { Passes } from '../compiler/passes/index.js';
import { workspaceOf } from '../workspace/project.js';
import { loadScenarios, type Scenario } from '../workspace/scenarios.js';
import { compareExecutions, type Decision, type Difference, noCoverage } from './differential.js';
import { randomProgram } from './random-programs.js';

const frontEnd = new FrontEnd();

function loaded(program: string): Scenario {
  const file = 'model/scenarios/random.ts';
  const [scenario] = loadScenarios(workspaceOf({ [file]: program }), file);
  if (scenario === undefined) throw new Error('no scenario');
  return scenario;
}

const programs = fc.array(fc.nat(999), { minLength: 60, maxLength: 500, size: 'max' });
const schedules: fc.Arbitrary<Decision[]> = fc.array(
  fc.record({ transition: fc.nat(999), everything: fc.nat(3).map((one) => one === 0) }),
  { minLength: 20, maxLength: 40, size: 'max' },
);

const coverage = noCoverage();

function difference(program: string, schedule: readonly Decision[], passes: Partial<Passes> = {}): Difference | null {
  const scenario = loaded(program);
  const { machine, root } = compileScenario(scenario, frontEnd, passes);
  return compareExecutions(scenario, root, machine, schedule, coverage);
}

describe('direct and compiled execution', () => {
  it('agree on random programs', () => {
    fc.assert(
      fc.property(programs.map(randomProgram), schedules, (program, schedule) => {
        expect(difference(program, schedule)).toBeNull();
      }),
      { numRuns: 60 },
    );
    expect(coverage.steps).toBeGreaterThan(100);
  });
});
