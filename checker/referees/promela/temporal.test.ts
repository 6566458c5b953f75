/** Temporal properties of a scenario in Promela: what is said of them, what is not, and SPIN's verdicts beside ours. */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { compileScenario } from '../../compiler/compile.js';
import type { Fairness } from '../../language/temporal.js';
import { openWorkspace } from '../../workspace/project.js';
import { loadScenarios, type Scenario } from '../../workspace/scenarios.js';
import { crossCheck } from '../cross-check.js';
import { exportable } from '../exportable.js';
import type { Referee } from '../referee.js';
import { agrees } from '../report.js';
import { withTemporaryFolder } from '../tools/files.js';
import { promela } from './exporter.js';
import { spin } from './spin.js';

const workspace = openWorkspace(fileURLToPath(new URL('../../cli/fixtures/turns', import.meta.url)));

function turns(fairness: Fairness = {}): Scenario {
  const scenario = loadScenarios(workspace, 'scenarios/turns.ts').find(({ name }) => name === 'turns/turns');
  if (scenario === undefined) throw new Error('no scenario');
  return { ...scenario, spec: { ...scenario.spec, fairness } };
}

async function exported(fairness: Fairness = {}): Promise<string> {
  const scenario = turns(fairness);
  return promela.text(exportable(scenario, await compileScenario(scenario, undefined, 'export')));
}

async function checked(scenario: Scenario, change: (text: string) => string = (text) => text) {
  const { judge } = spin;
  if (judge === undefined) throw new Error('SPIN judges');
  const referee: Referee = {
    ...spin,
    judge: ({ model, text }, options) => judge({ model, text: change(text) }, options),
  };
  const check = await crossCheck(scenario, {
    referees: [{ referee, maxStates: 1000 }],
    memoryBytes: 2 ** 28,
    timeoutSeconds: 60,
    inFolder: withTemporaryFolder,
    now: () => 0,
  });
  return { check, opinion: check.others[0] };
}

describe('the export', () => {
  it('says what is about states and the future, with the options for it', async () => {
    const text = await exported();
    expect(text).toContain(
      'ltl TURN { status == unborn U (status == running && [] ((! somebody_waits) || <> (! somebody_waits))) }',
    );
    expect(text).toContain('#define patient_has_finished (patient:at == patient_finished)');
    expect(text).toContain('pan -a -f; without strong fairness of patient:take');
  });

  it('says why it leaves out the others', async () => {
    const text = await exported();
    expect(text).toContain('/* WAITED is not said: it looks back (once). */');
    expect(text).toContain('/* HELD is not said: it looks back (once). */');
    expect(text).toContain('/* NEXT is not said: it counts steps (next). */');
    expect(text).toContain('/* DARK is not said: it speaks of steps, not of states alone. */');
    expect(text).toContain('/* MOVES is not said: it speaks of steps, not of states alone. */');
  });

  it('lets those who are owed nothing do nothing', async () => {
    expect(await exported()).not.toContain('UNFAIR');
    const text = await exported({ unfair: ['busy'] });
    expect(text).toContain('#ifdef UNFAIR_busy\n  :: status == running\n#endif');
    expect(text).toContain('spin -DTEMPORAL -DCOUNT -DUNFAIR_busy, pan -a -f');
    expect(await exported({ unfair: ['*'] })).toContain('-DUNFAIR_patient, pan -a;');
  });
});

describe.skipIf((await spin.version()) === null)('SPIN (skipped where it is not installed)', () => {
  it('comes to the same verdicts, and what it is not asked is said', async () => {
    const { check, opinion } = await checked(turns());
    expect(opinion).toMatchObject({ failure: null, differences: [] });
    expect(agrees(check)).toBe(true);
    expect(opinion?.temporal.map(({ property, holds }) => [property, holds])).toEqual([
      ['TURN', false],
      ['QUEUED', false],
      ['ENDS', false],
    ]);
    expect(opinion?.remarks).toContain('QUEUED: compared with weak fairness of the processes alone');
    expect(opinion?.remarks).toContain('NEXT is not compared: it counts steps (next)');
  });

  it('comes to the same verdicts where something is owed to some only', async () => {
    const { opinion } = await checked(turns({ unfair: ['busy'] }));
    expect(opinion).toMatchObject({ failure: null, differences: [] });
    expect(opinion?.temporal).toHaveLength(3);
  });

  it('contradicts if the model is another one', async () => {
    const { check, opinion } = await checked(turns(), (text) =>
      text.replace('<> (! somebody_waits)', '<> true'),
    );
    expect(opinion?.differences).toEqual(['TURN: violated here, holds there']);
    expect(agrees(check)).toBe(false);
  });
});
