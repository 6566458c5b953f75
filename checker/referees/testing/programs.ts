/** Random programs in the model language, compiled: what the front end and the passes make is other than random graphs. */
import fc from 'fast-check';
import { compileWith } from '../../compiler/compile.js';
import { FrontEnd } from '../../compiler/frontend/frontend.js';
import { randomProgram } from '../../direct/random/program.js';
import { workspaceOf } from '../../workspace/project.js';
import { loadScenarios } from '../../workspace/scenarios.js';
import { exportable } from '../exportable.js';
import type { ExportableModel } from '../referee.js';

const FILE = 'model/scenarios/random.ts';
const frontEnd = new FrontEnd();

export const randomProgramModel: fc.Arbitrary<ExportableModel> = fc
  .array(fc.nat(999), { minLength: 60, maxLength: 400, size: 'max' })
  .map((numbers) => {
    const [scenario] = loadScenarios(workspaceOf({ [FILE]: randomProgram(numbers) }), FILE);
    if (scenario === undefined) throw new Error('no scenario');
    return { ...exportable(scenario, compileWith(frontEnd, scenario)), deadlock: { property: 'T7' } };
  });
