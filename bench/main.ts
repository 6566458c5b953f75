/**
 * The comparison with SPIN and Rumur: `npm run bench -- [--json] [--runs N] [--scenario NAME]... [--tool NAME]...
 * [--timeout SECONDS] [--memory BYTES] [--no-catalogue] [--temporal]`. Prints medians and ratios; README.md says what they mean.
 */
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { coldStart, meanSaving, savings } from './catalogue.js';
import { measure } from './measure.js';
import { printReport, type Report } from './report.js';
import { ratiosOf } from './rows.js';
import { mmucheck } from './tools/mmucheck.js';
import { rumur } from './tools/rumur.js';
import { measureTemporal, TEMPORAL_SCENARIOS, temporalTable } from './temporal.js';
import { spin } from './tools/spin.js';

/** The largest of the catalogue that all three can finish. */
const SCENARIOS = ['M6/atomic-exchange-two-pages', 'M4/unconditional-flush-two-pages', 'M5/two-harvesters'];
/** Ours first: it tells the others how many states there are. */
const CONTESTANTS = [mmucheck, spin, rumur];

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    runs: { type: 'string', default: '3' },
    scenario: { type: 'string', multiple: true, default: SCENARIOS },
    tool: { type: 'string', multiple: true, default: CONTESTANTS.map(({ tool }) => tool) },
    timeout: { type: 'string', default: '600' },
    memory: { type: 'string', default: String(8 * 2 ** 30) },
    'no-catalogue': { type: 'boolean', default: false },
    temporal: { type: 'boolean', default: false },
  },
});

const onProgress = (line: string) => void process.stderr.write(`${line}\n`);
if (values.temporal) {
  const asked = process.argv.includes('--scenario') ? values.scenario : TEMPORAL_SCENARIOS;
  const measured = await measureTemporal({
    scenarios: asked,
    runs: Number(values.runs),
    // Each search asks for it anew, and with too much in hand SPIN cannot be started.
    memoryBytes: Math.min(Number(values.memory), 2 ** 30),
    timeoutSeconds: Number(values.timeout),
    onProgress,
  });
  process.stdout.write(values.json ? `${JSON.stringify(measured, null, 2)}\n` : temporalTable(measured));
  process.exit();
}
const versions: Record<string, string> = {};
const contestants = [];
for (const contestant of CONTESTANTS.filter(({ tool }) => values.tool.includes(tool))) {
  const version = await contestant.version();
  if (version === null) onProgress(`${contestant.tool} is not installed and takes no part`);
  else contestants.push(contestant);
  versions[contestant.tool] = version ?? 'not installed';
}
const runs = Number(values.runs);
const rows = await measure({
  scenarios: values.scenario,
  contestants,
  runs,
  limits: { timeoutSeconds: Number(values.timeout), memoryBytes: Number(values.memory) },
  onProgress,
});
onProgress('the whole catalogue, with and without reductions');
const saved = values['no-catalogue'] ? [] : await savings([]);
const report: Report = {
  version: 1,
  machine: {
    processor: cpus()[0]?.model ?? 'unknown',
    processors: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    runs,
    ...versions,
  },
  rows,
  ratios: ratiosOf(rows, {
    storedStatesReducedVsFull: meanSaving(saved),
    coldStartSeconds: await coldStart(Math.max(3, runs)),
  }),
};
process.stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : printReport(report));
