import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseTrace } from '../../counterexamples/parse.js';
import type { CheckDocument } from '../check/document.js';
import { InputError } from '../diagnostics.js';
import { EXIT } from './exit-codes.js';
import { caught, mmucheck } from './testing/environment.js';

const folder = () => mkdtempSync(join(tmpdir(), 'mmucheck-'));
const withoutTimes = (text: string) =>
  text.replace(/\d+\.\d+ s\b|\d+\.\d\d$/gm, (time) => 'x'.padStart(time.length));
const documentOf = (stdout: string) => JSON.parse(stdout) as CheckDocument;

describe('check', () => {
  it('of the catalogue is a table, and 0 if everything is as expected', async () => {
    const { code, stdout, stderr } = await mmucheck(['check']);
    expect(withoutTimes(stdout)).toMatchSnapshot();
    expect(stderr).toContain('unreached names nowhere, which needs no excuse');
    expect(code).toBe(EXIT.ok);
  });

  it('of one scenario says in which scope the verdicts hold', async () => {
    const { code, stdout, stderr } = await mmucheck(['check', 'doors/latched']);
    expect(withoutTimes(stdout)).toMatchSnapshot();
    expect([code, stderr]).toEqual([EXIT.ok, '']);
  });

  it('of one scenario shows its counterexamples at once', async () => {
    const { code, stdout } = await mmucheck(['check', 'doors/unlatched', '--property', 'T1']);
    expect(code).toBe(EXIT.ok);
    expect(stdout).toMatch(/T1 at most one inside +violated in 4 steps +as expected/);
    expect(stdout).toContain('After step 4, T1 (at most one inside) does not hold.');
    expect(stdout).not.toContain('T2');
  });

  it('says what was not exercised', async () => {
    const { stdout } = await mmucheck(['check', 'mistakes/no-witness']);
    expect(stdout).toContain('the witness three_have_visited was never reached');
    const dead = await mmucheck(['check', 'mistakes/dead-steps']);
    expect(dead.stdout).toMatch(
      /enter\(house\) in visit_by_back_door \(model\/doors\.ts:\d+\) was never executed/,
    );
  });

  it('shows a model error with its trace', async () => {
    const { code, stdout } = await mmucheck(['check', 'mistakes/no-such-door']);
    expect(code).toBe(EXIT.ok);
    expect(stdout).toMatch(/T1 at most one inside +error in \d+ steps/);
    expect(stdout).toMatch(/Step \d+ ends in a model error \(index\) at model\/doors\.ts:\d+/);
  });

  it('is 1 for a verdict that is not expected, and shows why', async () => {
    const argv = ['check', 'doors/latched', 'doors/opposite-order', '--patch', 'variants/no-wait.patch'];
    const { code, stdout } = await mmucheck(argv);
    expect(code).toBe(EXIT.violation);
    expect(stdout).toMatch(/^doors\/latched .* UNEXPECTED$/m);
    expect(stdout).toContain('T1 violated: at most one inside (4 steps)');
    expect(stdout).toContain('not as expected');
  });

  it('leaves out a scenario whose variant excludes the patch, unless it was asked for', async () => {
    const all = await mmucheck(['check', 'doors', '--patch', 'variants/no-wait.patch']);
    expect(all.stderr).toContain(
      'not run: doors/unlatched: variants/no-wait.patch does not apply on top of no-wait',
    );
    expect(all.code).toBe(EXIT.violation);
    const one = await mmucheck(['check', 'doors/unlatched', '--patch', 'variants/no-wait.patch']);
    expect(one.stderr).toContain('does not apply');
    expect([one.code, one.stdout]).toEqual([EXIT.usage, '']);
  });
});

describe('check --json', () => {
  it('prints one document with one result for each scenario and property', async () => {
    const out = folder();
    const { code, stdout } = await mmucheck(['check', 'doors', '--json', '--no-reduction', '--out', out]);
    expect(code).toBe(EXIT.ok);
    const { version, results } = documentOf(stdout);
    expect(version).toBe(1);
    expect(results.map(({ scenario, property, verdict }) => `${scenario} ${property}: ${verdict}`)).toEqual([
      'doors/latched T1 at most one inside: holds',
      'doors/latched T2 latch discipline: holds',
      'doors/latched T3 visits are not forgotten: holds',
      'doors/latched deadlock nobody is stuck: holds',
      'doors/unlatched T1 at most one inside: violated',
      'doors/unlatched T2 latch discipline: violated',
      'doors/unlatched T3 visits are not forgotten: holds',
      'doors/opposite-order T1 at most one inside: holds',
      'doors/opposite-order deadlock nobody is stuck: violated',
    ]);
    const { seconds, searchSeconds, memoryBytes, trace, ...rest } =
      results[4] ?? expect.fail('there is no fifth result');
    expect(seconds).toBeGreaterThanOrEqual(searchSeconds);
    expect(memoryBytes).toBeGreaterThan(0);
    expect(rest).toEqual({
      scenario: 'doors/unlatched',
      claims: ['A1(b)'],
      variant: 'no-wait',
      property: 'T1 at most one inside',
      verdict: 'violated',
      expected: 'violated',
      steps: 4,
      states: 31,
      transitions: 46,
      depth: 8,
      reductions: [],
    });
    expect(readdirSync(out).sort()).toEqual([
      'doors.opposite-order.deadlock.trace.json',
      'doors.unlatched.T1.trace.json',
      'doors.unlatched.T2.trace.json',
    ]);
    expect(parseTrace(readFileSync(trace ?? '', 'utf8'), 'trace').steps).toHaveLength(4);
    expect(results.filter(({ verdict }) => verdict === 'holds').every((each) => each.trace === null)).toBe(
      true,
    );
  });

  it('without --out names no files', async () => {
    const { stdout } = await mmucheck(['check', 'doors/unlatched', '--json']);
    expect(documentOf(stdout).results.map(({ trace }) => trace)).toEqual([null, null, null]);
  });

  it('is the same for every number of workers', async () => {
    const untimed = async (workers: string) =>
      (await mmucheck(['check', '--json', '--workers', workers])).stdout.replace(
        /"(s|searchS)econds": .*|"memoryBytes": .*/g,
        '',
      );
    expect(await untimed('1')).toBe(await untimed('3'));
  });
});

describe('check --stats', () => {
  it('tells what each reduction saved', async () => {
    const { code, stdout } = await mmucheck(['check', 'doors/latched', '--stats']);
    expect(code).toBe(EXIT.ok);
    expect(stdout).toMatch(/ {2}slicing: \d of \d cells removed, 1 -> 1 word per state/);
    expect(stdout).toContain('  symmetry: ann bob: up to 2 states are one');
    expect(stdout).toMatch(/ {2}with no reduction: 16 states/);
  });

  it('as data, too', async () => {
    const { stdout } = await mmucheck(['check', 'doors/latched', '--stats', '--no-symmetry', '--json']);
    const { stats } = documentOf(stdout);
    expect(stats).toMatchObject([{ scenario: 'doors/latched', symmetry: null }]);
    expect(stats?.[0]?.searches.map(({ reductions }) => reductions)).toEqual([['slicing'], []]);
    expect(documentOf((await mmucheck(['check', 'doors/latched', '--json'])).stdout).stats).toBeUndefined();
  });

  it('--no-reduction explores all there is', async () => {
    const { stdout } = await mmucheck(['check', 'doors/latched', '--no-reduction']);
    expect(stdout).toMatch(/explored: 16 states.* reductions none/);
  });
});

describe('reductions', () => {
  it('that would be unsound together with other options are refused', async () => {
    const { code, stdout, stderr } = await mmucheck(['check', 'doors/latched', '--por', '--max-depth', '3']);
    expect([code, stdout]).toEqual([EXIT.unsound, '']);
    expect(stderr).toContain('--por with --max-depth would be unsound');
  });

  it('of all kinds find the same', async () => {
    const verdictsOf = async (...options: string[]) => {
      const { stdout } = await mmucheck(['check', 'doors', '--json', ...options]);
      return documentOf(stdout).results.map(({ scenario, property, verdict }) => [
        scenario,
        property,
        verdict,
      ]);
    };
    const expected = await verdictsOf('--no-reduction');
    for (const options of [
      ['--por'],
      ['--por', '--no-symmetry'],
      ['--no-slice'],
      ['--no-merge'],
      ['--no-liveness'],
    ])
      expect(await verdictsOf(...options), options.join(' ')).toEqual(expected);
  });
});

describe('limits', () => {
  it.each([
    [['--max-states', '6'], 6],
    [['--max-depth', '3'], 4],
  ])('%j makes verdicts incomplete', async (options, states) => {
    const { code, stdout } = await mmucheck(['check', 'doors/latched', '--json', ...options]);
    expect(code).toBe(EXIT.incomplete);
    const { results } = documentOf(stdout);
    expect(results.map(({ verdict }) => verdict)).toEqual(Array(4).fill('incomplete'));
    expect(results[0]?.states).toBeLessThanOrEqual(states);
  });

  it('never turn a violation into something else', async () => {
    const { code, stdout } = await mmucheck([
      'check',
      'doors/latched',
      '--patch',
      'variants/no-wait.patch',
      '--max-depth',
      '4',
    ]);
    expect(code).toBe(EXIT.violation);
    expect(stdout).toMatch(/T1 at most one inside +violated in 4 steps +UNEXPECTED/);
    expect(stdout).toMatch(/T3 visits are not forgotten +incomplete/);
    expect(stdout).toContain('incomplete: --max-depth was reached');
  });
});

describe('interrupting', () => {
  it('ends with what is known: what was not begun is incomplete', async () => {
    const interruption = new AbortController();
    const stdout = caught();
    const write = (text: string) => {
      stdout.write(text);
      if (text.startsWith('doors/unlatched')) interruption.abort();
    };
    const { code } = await mmucheck(['check', 'doors'], {
      stdout: { ...stdout, write },
      signal: interruption.signal,
    });
    expect(code).toBe(EXIT.interrupted);
    expect(stdout.text()).not.toContain('doors/opposite-order ');
    expect(stdout.text()).toContain('2 scenarios, 7 verdicts');
    expect(stdout.text()).toContain('1 scenario not run');
  });

  it('leaves a whole JSON document', async () => {
    const { code, stdout } = await mmucheck(['check', 'doors', '--json'], { signal: AbortSignal.abort() });
    expect(code).toBe(EXIT.interrupted);
    const { results } = documentOf(stdout);
    expect(results).toHaveLength(9);
    expect(results.every(({ verdict, states }) => verdict === 'incomplete' && states === 0)).toBe(true);
  });
});

describe('wrong input', () => {
  it.each([
    [['check', 'doors/latchd'], "Did you mean 'doors/latched'?"],
    [['check', 'nothing*'], "no scenario matches 'nothing*'"],
    [['check', 'no-such-file.ts'], 'cannot read'],
    [['check', 'doors', '--property', 'T9'], "no selected scenario checks a property 'T9'"],
    [['check', '--patch', 'no-such.patch'], 'cannot read'],
    [['check', '--patch', 'mmucheck.json'], 'contains no changes'],
    [['check', '--patch', 'patches/does-not-apply.patch'], '`  yield () => !house.latched[door];`'],
    [['check', '--out', 'mmucheck.json/below'], 'cannot write mmucheck.json/below'],
  ])('%j', async (argv, message) => {
    const { code, stdout, stderr } = await mmucheck(argv);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect([code, stdout]).toEqual([EXIT.usage, '']);
  });

  it('that does not compile is shown at its line, as patched', async () => {
    const { code, stderr, stdout } = await mmucheck([
      'check',
      'doors',
      '--patch',
      'patches/does-not-compile.patch',
      '--json',
    ]);
    expect(code).toBe(EXIT.usage);
    expect(stderr).toMatch(/^model\/doors\.ts:6:22: Property 'latches' does not exist on type 'House'\./m);
    expect(stderr).toContain('yield () => !house.latches[door];');
    expect(stderr.match(/Property 'latches'/g)).toHaveLength(1);
    expect(documentOf(stdout).results).toEqual([]);
  });

  it('with --keep-going stops only the scenario that it concerns, and is no less an error', async () => {
    const root = folder();
    const file = join(root, 'own.ts');
    writeFileSync(file, OWN_SCENARIO);
    const argv = ['check', file, 'doors/latched'];
    const stopped = await mmucheck(argv);
    expect(stopped.code).toBe(EXIT.usage);
    expect(stopped.stdout).not.toContain('doors/latched ');
    const kept = await mmucheck([...argv, '--keep-going']);
    expect(kept.code).toBe(EXIT.usage);
    expect(kept.stdout).toMatch(/^doors\/latched +A1 +holds/m);
    expect(kept.stderr).toBe(stopped.stderr);
  });

  it('on a full disk ends with a message and leaves nothing half-written', async () => {
    const out = folder();
    const { code, stderr } = await mmucheck(['check', 'doors/unlatched', '--out', out], {
      writeFile: async (path) => {
        throw InputError.of(
          `cannot write ${path}: no space left on the device`,
          'Make room or write elsewhere.',
        );
      },
    });
    expect(code).toBe(EXIT.usage);
    expect(stderr).toContain('no space left on the device');
    expect(readdirSync(out)).toEqual([]);
  });
});

/** A scenario outside the catalogue whose configuration is wrong. */
const OWN_SCENARIO = `import { process, scenarios } from 'mmucheck/language';
import { visit } from 'mmucheck/model/doors.js';
import { T1 } from 'mmucheck/properties/properties.js';

export default scenarios({
  mine: {
    title: 'One visitor',
    claims: [],
    config: { visitors: 1 },
    processes: [process('ann', visit)],
    properties: [T1],
    witnesses: [],
  },
});
`;
