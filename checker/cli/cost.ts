/** `mmucheck cost` */
import { selectScenarios } from '../check/select.js';
import { compileScenario } from '../compiler/compile.js';
import { InputError } from '../diagnostics.js';
import { costOf } from '../direct/cost.js';
import type { Declaration } from '../workspace/evaluate.js';
import type { Scenario } from '../workspace/scenarios.js';
import { suggestion } from '../workspace/suggest.js';
import type { RunCommand } from './command.js';
import { EXIT } from './exit-codes.js';
import { openProject, scenarioFileOf } from './project.js';
import { grouped, markdownTable, table } from './table.js';

export const cost: RunCommand = async (args, environment) => {
  const project = openProject(environment);
  const { entries } = selectScenarios(project, args.positionals, [], scenarioFileOf(environment.cwd));
  const broken = entries.flatMap((each) => ('error' in each ? each.error.diagnostics : []));
  if (broken.length > 0) throw new InputError(broken);
  const scenarios = entries as readonly Scenario[];
  const [first] = scenarios;
  if (first === undefined) return EXIT.ok;
  // The shape of the state is the same for all: only the configuration differs.
  const { root } = await compileScenario(first);
  const counted = args.value('count');
  const records = scenarios.map((scenario) => {
    const declaration = counted === undefined ? null : exportedFunction(scenario, counted);
    const process = processOf(scenario, args.value('process'));
    const { steps, calls, stopped } = costOf(scenario, root, process, declaration);
    if (stopped !== null)
      throw InputError.of(
        `${scenario.name}: the process ${stopped} after ${steps} steps`,
        'It runs alone: give it a scenario in which it comes to its end.',
      );
    return { scenario: scenario.name, title: scenario.spec.title, steps, calls };
  });

  if (args.flag('json')) {
    environment.stdout.write(
      `${JSON.stringify({ version: 1, counted: counted ?? null, costs: records }, null, 2)}\n`,
    );
    return EXIT.ok;
  }
  const columns = ['scenario', 'title', 'steps', ...(counted === undefined ? [] : [counted])];
  const rows = records.map(({ scenario, title, steps, calls }) => [
    scenario,
    title,
    grouped(steps),
    ...(counted === undefined ? [] : [grouped(calls)]),
  ]);
  const print = args.flag('markdown') ? markdownTable : table;
  environment.stdout.write(`${print(columns, rows)}\n`);
  return EXIT.ok;
};

function exportedFunction({ modules, sources }: Scenario, name: string): Declaration {
  const found = [...sources.texts.keys()]
    .map((file) => ({ file, exports: modules.exportsOf(file) }))
    .filter(({ exports }) => typeof exports[name] === 'function');
  for (const { file, exports } of found) {
    // Not where another file only passes it on.
    const declaration = modules.declarationOf(exports[name]);
    if (declaration !== null && declaration.file === file) return declaration;
  }
  throw InputError.of(
    `no file exports a function ${name}`,
    'Name one that is declared as `export function`.',
  );
}

function processOf({ name, spec }: Scenario, wanted: string | undefined): number {
  if (wanted === undefined) return 0;
  const names = spec.processes.map((each) => each.name);
  const index = names.indexOf(wanted);
  if (index >= 0) return index;
  throw InputError.of(`${name} has no process '${wanted}'`, suggestion(wanted, names));
}
