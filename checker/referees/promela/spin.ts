/** SPIN as a referee: one breadth-first search without reductions, that does not stop at errors. */
import { type ExportedModel, propertiesOf, type Referee, type TemporalOpinion } from '../referee.js';
import { runToEnd, runTool, versionOf } from '../tools/run.js';
import { nameModel } from '../names.js';
import { readText, writeText } from '../tools/files.js';
import { verifyClaims } from './claims.js';
import { declare } from './declarations.js';
import { promela } from './exporter.js';
import { readPanOutput } from './pan-output.js';
import { definitionsFor, wantsFairness } from './temporal.js';
import { PROMELA_VOCABULARY } from './vocabulary.js';

/** `-o2`: variables that are written only are stored too. */
const TRANSLATE = ['-o2', '-DSTEPS', '-a', 'model.pml'];
/** Without optimisation: gcc takes longer to optimise the verifier than that runs. */
const COMPILE = ['-O0', '-w', '-DSAFETY', '-DNOREDUCE', '-DBFS'];

export const spin: Referee = {
  name: 'SPIN',
  exporter: promela,
  async version() {
    const version = await versionOf('spin', ['-V']);
    return version === null || (await versionOf('gcc', ['--version'])) === null ? null : version;
  },
  async count({ model, text }: ExportedModel, { folder, timeoutSeconds, memoryBytes }) {
    await writeText(folder, 'model.pml', text);
    await runToEnd('spin', TRANSLATE, { cwd: folder });
    await writeText(folder, 'pan.h', allowBreadthFirst(await readText(folder, 'pan.h')));
    const limit = `-DMEMLIM=${Math.max(1, Math.floor(memoryBytes / 2 ** 20))}`;
    await runToEnd('gcc', [...COMPILE, limit, '-o', 'pan', 'pan.c'], { cwd: folder });
    const run = await runTool(`${folder}/pan`, ['-c0', '-n', '-w20', '-m1000000000'], {
      cwd: folder,
      timeoutSeconds,
    });
    const properties = propertiesOf(model);
    const names = nameModel(model.graph, PROMELA_VOCABULARY, properties).properties;
    if (run.timedOut)
      return { states: 0, transitions: 0, properties: [], seconds: run.seconds, limit: 'time' };
    const { violations, ...report } = readPanOutput(
      run.stdout,
      new Map([...names].map(([id, name]) => [name, id])),
    );
    return {
      ...report,
      properties: properties.map(
        (property) =>
          violations.find((each) => each.property === property) ?? {
            property,
            verdict: 'holds',
            length: null,
          },
      ),
    };
  },
  /** Each claim with its unfair processes; those that have the same are asked of the same verifier. */
  async judge({ model, text }: ExportedModel, options) {
    const { formulas, processes } = declare(model);
    const groups = new Map<
      string,
      { property: string; name: string; fair: boolean; definitions: string[] }[]
    >();
    for (const claim of model.temporal?.claims ?? []) {
      if (claim.refusal !== null) continue;
      const { property } = claim;
      const definitions = definitionsFor(claim, processes);
      const asked = {
        property,
        name: formulas.get(property) ?? property,
        fair: wantsFairness(claim),
        definitions,
      };
      groups.set(definitions.join(), [...(groups.get(definitions.join()) ?? []), asked]);
    }
    const opinions: TemporalOpinion[] = [];
    for (const group of groups.values()) {
      const results = await verifyClaims(text, group, {
        ...options,
        processes: processes.length + 1,
        definitions: ['-DTEMPORAL', '-DCOUNT', ...(group[0]?.definitions ?? [])],
        pairs: options.states * 2,
      });
      opinions.push(
        ...results.map(({ holds, seconds }, i) => ({ property: group[i]?.property ?? '', holds, seconds })),
      );
    }
    return opinions;
  },
};

/**
 * SPIN does not search breadth first if there are hidden variables, because it does not bring back their values with a
 * state. In an exported model no value of theirs is used after the step that gave it.
 */
export function allowBreadthFirst(panHeader: string): string {
  return panHeader.replace(/^\s*#error cannot use BFS on models with variables declared hidden$/m, '');
}
