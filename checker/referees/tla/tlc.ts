/**
 * TLC as a referee, where a class path with it is known. One run counts, one checks the module as it was exported; if
 * that finds a violation, one more for each property finds which are violated, and how soon.
 */
import {
  type ExportableModel,
  type ExportedModel,
  propertiesOf,
  type PropertyResult,
  type Referee,
  type RefereeOptions,
} from '../referee.js';
import { nameModel } from '../names.js';
import { writeText } from '../tools/files.js';
import { runTool, type ToolRun } from '../tools/run.js';
import { moduleName, tla } from './exporter.js';
import { counting, type Files, filesOf, type Finished, only } from './questions.js';
import { readTlcOutput, type TlcOutput } from './tlc-output.js';
import { TLA_VOCABULARY } from './vocabulary.js';

/** @param classPath null if TLC is not to take part */
export function tlc(classPath: string | null): Referee {
  return {
    name: 'TLC',
    exporter: tla,
    async version() {
      if (classPath === null) return null;
      try {
        const { stdout } = await runTool('java', ['-cp', classPath, 'tlc2.TLC']);
        return /^TLC2 Version.*$/m.exec(stdout)?.[0] ?? null;
      } catch {
        return null;
      }
    },
    async count({ model, text }: ExportedModel, options: RefereeOptions) {
      if (classPath === null) throw new Error('no class path of TLC is known');
      const name = moduleName(model.name);
      const ask = (files: Files): Promise<Answer> => run(classPath, name, files, options);
      const counted = await ask(counting(text));
      const { counts, failures, isComplete } = counted.output;
      if (counted.limit !== null)
        return {
          states: counts?.distinct ?? 1,
          transitions: null,
          properties: [],
          seconds: counted.run.seconds,
          limit: counted.limit,
        };
      if (counts === null || !isComplete) throw new Error(complaintOf(counted));
      const failed = [...failures.values()].reduce((sum, count) => sum + count, 0);
      const all = await ask(filesOf(text));
      const properties: PropertyResult[] = [];
      for (const property of propertiesOf(model)) {
        if (all.output.isComplete) properties.push({ property, verdict: 'holds', length: null });
        else properties.push(...(await judged(model, text, property, ask)));
      }
      return {
        states: counts.distinct,
        // The initial state counts as generated.
        transitions: counts.generated - 1 + failed,
        properties,
        seconds: counted.run.seconds,
        limit: null,
      };
    },
  };
}

/** Nothing if there is no answer within the limits. */
async function judged(
  model: ExportableModel,
  text: string,
  property: string,
  ask: (files: Files) => Promise<Answer>,
): Promise<readonly PropertyResult[]> {
  const isDeadlock = model.deadlock?.property === property;
  const answer = await ask(only(text, property, isDeadlock, finishedLabels(model)));
  if (answer.limit !== null) return [];
  const { error, isComplete } = answer.output;
  if (isComplete) return [{ property, verdict: 'holds', length: null }];
  if (error === null || error.kind === 'other') throw new Error(complaintOf(answer));
  // A failing step has no state of its own at the end of the trace.
  const length = error.kind === 'assertion' ? error.states : error.states - 1;
  return [{ property, verdict: 'violated', length }];
}

function finishedLabels(model: ExportableModel): Finished {
  return nameModel(model.graph, TLA_VOCABULARY, propertiesOf(model)).processes.map(({ name, finished }) => ({
    process: name,
    label: finished,
  }));
}

interface Answer {
  readonly run: ToolRun;
  readonly output: TlcOutput;
  readonly limit: 'time' | 'memory' | null;
}

async function run(
  classPath: string,
  name: string,
  { module, configuration }: Files,
  { folder, timeoutSeconds, memoryBytes }: RefereeOptions,
): Promise<Answer> {
  await writeText(folder, `${name}.tla`, module);
  await writeText(folder, `${name}.cfg`, configuration);
  const memory = `-Xmx${Math.ceil(memoryBytes / 2 ** 20)}m`;
  const machine = ['-XX:+UseParallelGC', memory, '-Xss64m', '-cp', classPath];
  const options = ['-workers', '1', '-nowarning', '-metadir', `${folder}/states`, '-config', `${name}.cfg`];
  const result = await runTool('java', [...machine, 'tlc2.TLC', ...options, `${name}.tla`], {
    cwd: folder,
    timeoutSeconds,
  });
  const isOut = /OutOfMemoryError|Java ran out of memory/.test(result.stdout + result.stderr);
  const limit = result.timedOut ? 'time' : isOut ? 'memory' : null;
  return { run: result, output: readTlcOutput(result.stdout), limit };
}

function complaintOf({ output, run }: Answer): string {
  return `TLC says: ${output.error?.message ?? `exit ${run.code}`}\n${(run.stderr.trim() || run.stdout.trim()).split('\n').slice(-12).join('\n')}`;
}
