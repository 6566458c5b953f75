/** `mmucheck trace replay` */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Trace } from '../../counterexamples/trace.js';
import { ownPatches, replayScenario } from '../check/replay-scenario.js';
import { selectScenarios } from '../check/select.js';
import { type CompiledScenario, compileScenario } from '../compiler/compile.js';
import { countsSteps } from '../temporal/atoms.js';
import type { Scenario } from '../workspace/scenarios.js';
import type { RunCommand } from './command.js';
import { framed } from './errors.js';
import { EXIT } from './exit-codes.js';
import { openProject, readPatches } from './project.js';
import { type Look, styleFor } from './style.js';
import { readTraceFile } from './trace-file.js';

export const traceReplay: RunCommand = async (args, environment) => {
  const { stdout, cwd } = environment;
  const trace = readTraceFile(args, cwd);
  const project = openProject(environment);
  const added = readPatches(args.values('patch'), cwd);
  const patches = [...ownPatches(trace, project), ...added];
  const { name, file } = trace.scenario;
  const path = join(project.root, file);
  const { entries } = selectScenarios(project, [name], patches, () =>
    // A scenario from outside the catalogue is known by its file.
    !project.sources.texts.has(file) && existsSync(path) ? path : null,
  );
  const scenario = entries.find((each) => each.name === name) ?? entries[0];
  if (scenario === undefined) throw new Error(`there is no scenario ${name}`);
  const textOf = (wanted: string) =>
    patches.find((each) => each.name === wanted)?.text ??
    ('error' in scenario ? project : scenario).sources.texts.get(wanted);
  try {
    if ('error' in scenario) throw scenario.error;
    const { result, sameModel } = replayScenario(trace, scenario, await compileFor(trace, scenario));
    const { outcome, step, reason } = { step: null, reason: null, ...result };
    if (args.flag('json')) {
      const { sentence, notes } = result;
      const property = `${trace.property.id} ${trace.property.title}`;
      const names = patches.map((each) => each.name);
      const document = {
        version: 1,
        scenario: name,
        property,
        patches: names,
        outcome,
        step,
        reason,
        sentence,
        notes,
      };
      stdout.write(`${JSON.stringify(document, null, 2)}\n`);
    } else {
      const style = styleFor(stdout);
      stdout.write(`${style('bold', `${name}: ${trace.property.id} ${trace.property.title}`)}\n`);
      if (!sameModel && added.length === 0)
        stdout.write('  The model is not the one that the trace was recorded on.\n');
      for (const note of result.notes) stdout.write(`  ${note}\n`);
      stdout.write(`${style(LOOKS[outcome], result.sentence)}\n`);
    }
    return outcome === 'violated' ? EXIT.violation : EXIT.ok;
  } catch (error) {
    throw framed(error, textOf);
  }
};

const LOOKS: Readonly<Record<'violated' | 'impossible' | 'no violation', Look>> = {
  violated: 'red',
  impossible: 'green',
  'no violation': 'green',
};

/** As the run was compiled when it was found. */
function compileFor({ temporal, property: { id } }: Trace, scenario: Scenario): Promise<CompiledScenario> {
  if (temporal === undefined) return compileScenario(scenario);
  const formula = scenario.spec.properties.find((each) => each.id === id)?.temporal;
  const merging = formula === undefined || !countsSteps(formula);
  return compileScenario(scenario, { merging, liveness: true }, 'temporal');
}
