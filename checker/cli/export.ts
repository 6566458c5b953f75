/** `mmucheck export` */
import { selectScenarios } from '../check/select.js';
import { type CompiledScenario, compileScenario } from '../compiler/compile.js';
import { graphToDot } from '../compiler/ir/dot.js';
import { printGraph } from '../compiler/ir/print.js';
import { printProgram } from '../compiler/ir/print-program.js';
import { InputError } from '../diagnostics.js';
import { exportable } from '../referees/exportable.js';
import { EXPORTERS } from '../referees/registry.js';
import type { Scenario } from '../workspace/scenarios.js';
import { EXPORT_TARGETS, type GRAPH_FORMATS } from './choices.js';
import type { RunCommand } from './command.js';
import { framed } from './errors.js';
import { EXIT } from './exit-codes.js';
import { printOrWrite } from './files.js';
import { openProject, readPatches, scenarioFileOf } from './project.js';

type Format = (typeof GRAPH_FORMATS)[number];

export const exportGraph: RunCommand = async (args, environment) => {
  const patches = readPatches(args.values('patch'), environment.cwd);
  const project = openProject(environment);
  const { entries } = selectScenarios(project, args.positionals, patches, scenarioFileOf(environment.cwd));
  const [entry] = entries;
  if (entry === undefined || entries.length > 1) {
    const names = entries.map(({ name }) => name).join(', ');
    throw InputError.of(`${args.positionals[0]} means ${entries.length} scenarios`, `Name one of: ${names}.`);
  }
  const textOf = (file: string) =>
    patches.find(({ name }) => name === file)?.text ??
    ('error' in entry ? project : entry).sources.texts.get(file);
  try {
    if ('error' in entry) throw entry.error;
    const format = (args.value('to') ?? 'ir') as Format;
    const print = PRINTERS[format];
    await printOrWrite(print(await compileFor(format, entry), entry), args.value('output'), environment);
    return EXIT.ok;
  } catch (error) {
    throw framed(error, textOf);
  }
};

/** Other checkers are told of temporal properties as well. */
function compileFor(format: Format, scenario: Scenario): Promise<CompiledScenario> {
  const isForOthers = (EXPORT_TARGETS as readonly string[]).includes(format);
  return compileScenario(scenario, undefined, isForOthers ? 'export' : 'properties');
}

type Printer = (compiled: CompiledScenario, scenario: Scenario) => string;

const PRINTERS: Readonly<Record<Format, Printer>> = {
  program: ({ program }) => `${printProgram(program)}\n`,
  ir: ({ graph }) => printGraph(graph),
  dot: ({ graph }) => graphToDot(graph),
  promela: exportedTo('promela'),
  murphi: exportedTo('murphi'),
  tla: exportedTo('tla'),
};

function exportedTo(target: (typeof EXPORT_TARGETS)[number]): Printer {
  return (compiled, scenario) => EXPORTERS[target].text(exportable(scenario, compiled));
}
