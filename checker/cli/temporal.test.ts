/** Temporal properties from the command line: verdicts, assumptions, runs that end in a cycle, and what is wrong with a question. */
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseTrace } from '../../counterexamples/parse.js';
import { EXIT } from './exit-codes.js';
import { mmucheck } from './testing/environment.js';

const TURNS = fileURLToPath(new URL('./fixtures/turns', import.meta.url));
const check = (...argv: readonly string[]) => mmucheck(['check', ...argv], { cwd: TURNS });

describe('temporal properties', () => {
  it('have verdicts beside the others, with what they rest on', async () => {
    const { code, stdout } = await check('turns/turns');
    expect(stdout).toMatch(/TURN .* violated in \d+ steps +as expected/);
    expect(stdout).toMatch(/QUEUED .* holds +as expected/);
    expect(stdout).toMatch(/WAITED .* holds +as expected/);
    expect(stdout).toMatch(/DARK .* violated in \d+ steps +as expected/);
    expect(stdout).toMatch(/MOVES .* holds +as expected/);
    expect(stdout).toContain('given: weak fairness of busy, patient');
    expect(stdout).toContain('QUEUED given: weak fairness of busy, patient; strong fairness of patient:take');
    expect(code).toBe(EXIT.ok);
  });

  it('are violated by a run that ends in a cycle, shown as such', async () => {
    const { stdout } = await check('turns/turns', '--property', 'TURN');
    expect(stdout.slice(stdout.indexOf('TURN violated'))).toMatchInlineSnapshot(`
      "TURN violated: who waits gets the lock (4 steps)
      Scenario: turns/turns: One wants a lock that another takes again and again

           busy                               patient
           ---------------------------------  -----------------
        1                                     patient()
                                                waiting: 0 -> 1
           busy()
        2    take(room, 0)
               holder: -1 -> 0
           *** from here for ever ***
        3    give(room)
               holder: 0 -> -1
        4    take(room, 0)
               holder: -1 -> 0
               *** and again from step 3 ***

      => TURN (who waits gets the lock): Steps 3 to 4 repeat for ever. Fair: weak fairness of busy,
         patient.

      The state, where it is not as at the start:
        holder: -1 -> 0
        waiting: 0 -> 1

      The next step of each process:
        busy     give(room)  model/lock.ts:29
        patient  take(room, 1)  model/lock.ts:37

      Configuration: last=1
      "
    `);
  });

  it('that are safety properties are violated as soon as can be', async () => {
    const { stdout } = await check('turns/turns', '--property', 'DARK');
    expect(stdout).toContain('DARK violated: the light stays off (2 steps)');
    expect(stdout).toContain('Step 2 breaks it, whatever comes afterwards.');
  });

  it('hold where the scenario is fair enough, until somebody takes that away', async () => {
    expect((await check('turns/with-fair-locks')).code).toBe(EXIT.ok);
    const { code, stdout } = await check('turns/with-fair-locks', '--unfair', 'patient');
    expect(code).toBe(EXIT.violation);
    expect(stdout).toContain('none of patient');
    expect((await check('turns/with-fair-locks', '--unfair', 'nobody')).stderr).toContain(
      'there is no process nobody',
    );
  });

  it('are incomplete if the search is', async () => {
    const { code, stdout } = await check('turns/turns', '--property', 'TURN', '--max-states', '2');
    expect(stdout).toMatch(/TURN .* incomplete/);
    expect(code).toBe(EXIT.incomplete);
  });
});

describe('a trace with a cycle', () => {
  it('is a document that can be read, exported and replayed', async () => {
    const out = mkdtempSync(join(tmpdir(), 'mmucheck-'));
    await check('turns/turns', '--property', 'TURN', '--out', out);
    const [name = ''] = readdirSync(out);
    const file = join(out, name);
    const text = readFileSync(file, 'utf8');
    const trace = parseTrace(text, file);
    expect(trace.temporal?.start).toBeLessThan(trace.steps.length);
    const replayed = await mmucheck(['trace', 'replay', file], { cwd: TURNS });
    expect(replayed.stdout).toContain('is violated again');
    const exported = async (format: string) =>
      (await mmucheck(['trace', 'export', '--format', format, file], { cwd: TURNS })).stdout;
    expect(await exported('markdown')).toContain('*from here for ever*');
    expect(await exported('mermaid')).toMatch(/ {2}loop for ever\n(.*\n)+ {2}end\n/);
    expect(JSON.parse(await exported('itf'))).toMatchObject({ loop: trace.temporal?.start });
    const without = { ...JSON.parse(text), temporal: undefined };
    writeFileSync(file, JSON.stringify(without));
    expect((await mmucheck(['trace', 'show', file])).stderr).toContain('do not fit each other');
  });
});
