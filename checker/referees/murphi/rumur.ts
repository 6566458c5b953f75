/**
 * Rumur as a referee: one thread, no symmetry. The first run counts everything; a further one for each property that
 * is violated finds its shortest counterexample, because Rumur stops at what it takes for an error.
 */
import {
  type ExportedModel,
  propertiesOf,
  type PropertyResult,
  type Referee,
  type RefereeOptions,
} from '../referee.js';
import { writeText } from '../tools/files.js';
import { runToEnd, runTool, type ToolRun, versionOf } from '../tools/run.js';
import { murphi } from './exporter.js';
import { ask, failedMessage, propertyIn, type Question } from './messages.js';
import { readRumurOutput, type RumurOutput } from './rumur-output.js';

const TRANSLATE = [
  ...['--threads', '1', '--symmetry-reduction', 'off', '--deadlock-detection', 'off'],
  ...['--output-format', 'machine-readable', '--quiet'],
];
/**
 * Rumur 2022.08 copies its syntax tree at every turn. Without glibc's caches of small blocks that takes a third of the
 * time; other systems do not know the variable.
 */
const TRANSLATOR = [
  'env',
  'GLIBC_TUNABLES=glibc.malloc.mxfast=0:glibc.malloc.tcache_count=0',
  'rumur',
] as const;
/** Without optimisation: gcc takes longer to optimise a verifier than that runs on models of a size to be compared. */
const COMPILE = ['-std=c11', '-O0', '-DNDEBUG', '-march=native', '-mcx16', '-w'];

export const rumur: Referee = {
  name: 'Rumur',
  exporter: murphi,
  async version() {
    const version = await versionOf('rumur', ['--version']);
    return version === null || (await versionOf('gcc', ['--version'])) === null ? null : version;
  },
  async count({ model, text }: ExportedModel, options: RefereeOptions) {
    const properties = propertiesOf(model);
    const counting = await verify(text, 'everything', options);
    const { summary, progress, covers } = counting.output;
    if (summary === null) {
      if (counting.limit === null) throw new Error(complaintOf(counting.run));
      const { states = 1, rulesFired = 0 } = progress ?? {};
      return {
        states,
        transitions: rulesFired,
        properties: [],
        seconds: counting.run.seconds,
        limit: counting.limit,
      };
    }
    const [unexpected] = counting.output.errors;
    if (unexpected !== undefined) throw new Error(`Rumur says: ${unexpected.message}`);
    const violated = new Set<string>();
    for (const [message, count] of covers) {
      const property = propertyIn(message, properties);
      if (property === null) throw new Error(`Rumur covers ${message}, which is no property`);
      if (count > 0) violated.add(property);
    }
    const failed = properties.reduce((sum, property) => sum + (covers.get(failedMessage(property)) ?? 0), 0);
    const results: PropertyResult[] = [];
    for (const property of properties) {
      if (!violated.has(property)) results.push({ property, verdict: 'holds', length: null });
      else results.push({ property, verdict: 'violated', length: await shortest(text, property, options) });
    }
    return {
      states: summary.states,
      transitions: summary.rulesFired + failed,
      properties: results,
      seconds: counting.run.seconds,
      limit: null,
    };
  },
};

interface Verification {
  readonly run: ToolRun;
  readonly output: RumurOutput;
  readonly limit: 'time' | 'memory' | null;
}

/** The length of the first counterexample that a search breadth first finds; null if that takes too long. */
async function shortest(text: string, property: string, options: RefereeOptions): Promise<number | null> {
  const { output, run, limit } = await verify(text, { shortest: property }, options);
  if (limit !== null) return null;
  const [error] = output.errors;
  if (error === undefined || propertyIn(error.message, [property]) === null)
    throw new Error(`Rumur does not find the violation of ${property} again: ${complaintOf(run)}`);
  return error.length;
}

async function verify(
  text: string,
  question: Question,
  { folder, timeoutSeconds, memoryBytes }: RefereeOptions,
): Promise<Verification> {
  await writeText(folder, 'model.m', ask(text, question));
  const trace = ['--counterexample-trace', question === 'everything' ? 'off' : 'diff'];
  const [command, ...environment] = TRANSLATOR;
  const translation = [...environment, ...TRANSLATE, ...trace, '--output', 'model.c', 'model.m'];
  await runToEnd(command, translation, { cwd: folder });
  await runToEnd('gcc', [...COMPILE, '-o', 'model', 'model.c', '-lpthread'], { cwd: folder });
  // Rumur has no limit of its own.
  const limited = `ulimit -v ${Math.ceil(memoryBytes / 1024)}; exec ./model`;
  const run = await runTool('sh', ['-c', limited], { cwd: folder, timeoutSeconds });
  const limit = run.timedOut ? 'time' : /out of memory/.test(run.stderr) ? 'memory' : null;
  return { run, output: readRumurOutput(run.stdout), limit };
}

function complaintOf({ code, stdout, stderr }: ToolRun): string {
  return `exit ${code}: ${(stderr.trim() || stdout.trim()).split('\n').slice(-5).join('\n')}`;
}
