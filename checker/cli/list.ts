/** `mmucheck list` */
import { CATALOGUE, type CatalogueName } from '../check/catalogue.js';
import { ledgerOf } from '../check/ledger.js';
import { selectScenarios } from '../check/select.js';
import { InputError } from '../diagnostics.js';
import type { Scenario } from '../workspace/scenarios.js';
import type { RunCommand } from './command.js';
import { EXIT } from './exit-codes.js';
import { LEDGER_COLUMNS, ledgerMarkdown, ledgerRecords } from './ledger-text.js';
import { openProject } from './project.js';
import { styleFor } from './style.js';
import { markdownTable, table } from './table.js';

export const list: RunCommand = async (args, environment) => {
  const { stdout } = environment;
  const name = (args.positionals[0] ?? (args.flag('claims') ? 'claims' : 'scenarios')) as CatalogueName;
  if (args.flag('claims') && name !== 'claims')
    throw InputError.of(`--claims lists claims, not ${name}`, 'Give one of the two.');
  const { workspace, entries } = selectScenarios(openProject(environment), [], [], () => null);
  const broken = entries.flatMap((each) => ('error' in each ? each.error.diagnostics : []));
  if (broken.length > 0) throw new InputError(broken);
  const scenarios = entries as readonly Scenario[];
  const declared = name === 'claims' && workspace.settings.claims !== undefined;
  const ledger = declared ? ledgerOf(workspace, scenarios) : null;
  if (ledger !== null && ledger.problems.length > 0) throw new InputError(ledger.problems);
  if (ledger !== null && args.flag('markdown')) {
    stdout.write(ledgerMarkdown(ledger));
    return EXIT.ok;
  }
  const { columns, records } =
    ledger === null
      ? CATALOGUE[name](scenarios, workspace)
      : { columns: LEDGER_COLUMNS, records: ledgerRecords(ledger) };

  if (args.flag('json')) {
    stdout.write(`${JSON.stringify({ version: 1, [name]: records }, null, 2)}\n`);
    return EXIT.ok;
  }
  const rows = records.map((record) => columns.map((column) => cellText(record[column])));
  if (args.flag('markdown')) {
    stdout.write(`${markdownTable(columns, rows)}\n`);
    return EXIT.ok;
  }
  const [titles, rule, ...lines] = table(columns, rows).split('\n');
  const style = styleFor(stdout);
  stdout.write(`${[style('bold', titles ?? ''), style('dim', rule ?? ''), ...lines].join('\n')}\n`);
  return EXIT.ok;
};

function cellText(cell: unknown): string {
  if (cell === undefined || cell === null) return '';
  return Array.isArray(cell) ? cell.join(', ') : String(cell);
}
