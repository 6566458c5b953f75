import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileScenario } from '../compiler/compile.js';
import { FrontEnd } from '../compiler/frontend/frontend.js';
import type { Passes } from '../compiler/passes/index.js';
import { InputError } from '../diagnostics.js';
import { workspaceOf } from '../workspace/project.js';
import { loadScenarios, type Scenario } from '../workspace/scenarios.js';
import { compareExecutions, type Decision, noCoverage } from './differential.js';
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

/** What the two executions differ in, or null. */
function difference(program: string, schedule: readonly Decision[], passes: Partial<Passes> = {}): unknown {
  const scenario = loaded(program);
  try {
    const { machine, root } = compileScenario(scenario, frontEnd, passes);
    return compareExecutions(scenario, root, machine, schedule, coverage);
  } catch (error) {
    return error instanceof InputError ? error.diagnostics : error;
  }
}

describe('direct and compiled execution', () => {
  it('agree on random programs', () => {
    const runs = fc.check(
      fc.property(
        programs,
        schedules,
        (program, schedule) => difference(randomProgram(program), schedule) === null,
      ),
      {
        numRuns: Number(process.env['RUNS'] ?? 60),
        interruptAfterTimeLimit: Number(process.env['LIMIT'] ?? 20_000),
      },
    );
    if (runs.counterexample !== null) {
      const [program, schedule] = runs.counterexample;
      const text = randomProgram(program);
      console.log(text.slice(text.indexOf('function mode_of')), difference(text, schedule), runs.seed);
    }
    console.log(runs.numRuns, coverage);
    expect(runs.counterexample).toBeNull();
    expect(coverage.steps).toBeGreaterThan(100);
  });
});
