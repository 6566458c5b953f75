import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generateMachine } from '../compiler/codegen/javascript.js';
import { pack } from '../compiler/codegen/packing.js';
import { compileWith } from '../compiler/compile.js';
import { FrontEnd } from '../compiler/frontend/frontend.js';
import { InputError } from '../diagnostics.js';
import { workspaceOf } from '../workspace/project.js';
import { loadScenarios, type Scenario } from '../workspace/scenarios.js';
import { type Coverage, compareExecutions, type Decision, noCoverage } from './differential.js';
import { type Miscompilation, miscompilations } from './miscompilations.js';
import { randomProgram } from './random-programs.js';
import { initialState } from './schema.js';

const frontEnd = new FrontEnd();

const programs = fc.array(fc.nat(999), { minLength: 60, maxLength: 400, size: 'max' });
const schedules: fc.Arbitrary<Decision[]> = fc.array(
  fc.record({ transition: fc.nat(999), everything: fc.nat(3).map((one) => one === 0), split: fc.boolean() }),
  { minLength: 10, maxLength: 25, size: 'max' },
);

function loaded(program: string): Scenario {
  const file = 'model/scenarios/random.ts';
  const [scenario] = loadScenarios(workspaceOf({ [file]: program }), file);
  if (scenario === undefined) throw new Error('no scenario');
  return scenario;
}

/** What the two executions differ in, or null. */
function difference(
  program: string,
  schedule: readonly Decision[],
  coverage: Coverage,
  wrong: Miscompilation = {},
): unknown {
  const scenario = loaded(program);
  const { program: change = (each) => each, packing = (each) => each } = wrong;
  try {
    const changed = {
      program: (...args: Parameters<FrontEnd['program']>) => change(frontEnd.program(...args)),
    };
    const { graph, root } = compileWith(changed, scenario, wrong.passes);
    const machine = generateMachine(graph, initialState(scenario, root), packing(pack(graph)));
    return compareExecutions(scenario, root, machine, schedule, coverage);
  } catch (error) {
    return error instanceof InputError ? error.diagnostics : error;
  }
}

describe('direct and compiled execution', () => {
  it('agree on random programs', () => {
    const coverage = noCoverage();
    const result = fc.check(
      fc.property(programs, schedules, (program, schedule) => {
        return difference(randomProgram(program), schedule, coverage) === null;
      }),
      { numRuns: 150, interruptAfterTimeLimit: 12_000 },
    );
    if (result.counterexample !== null) {
      const [program, schedule] = result.counterexample;
      const text = randomProgram(program);
      const what = JSON.stringify(difference(text, schedule, noCoverage()), null, 1);
      expect.fail(`seed ${result.seed}\n${text}\n${what}\n${JSON.stringify(schedule)}`);
    }
    for (const [what, count] of Object.entries(coverage)) expect(count, what).toBeGreaterThan(0);
  });
});

describe('a miscompilation is found', () => {
  it.each(Object.entries(miscompilations))('%s', (_name, wrong) => {
    const result = fc.check(
      fc.property(programs, schedules, (program, schedule) => {
        return difference(randomProgram(program), schedule, noCoverage(), wrong) === null;
      }),
      { numRuns: 400, seed: 1, endOnFailure: true },
    );
    console.log(
      _name,
      result.numRuns,
      JSON.stringify(
        result.counterexample &&
          difference(randomProgram(result.counterexample[0]), result.counterexample[1], noCoverage(), wrong),
      ).slice(0, 150),
    );
    expect(result.failed).toBe(true);
  });
});
