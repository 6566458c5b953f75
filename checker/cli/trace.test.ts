import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { TRACE_FORMATS } from './choices.js';
import { EXIT } from './exit-codes.js';
import { mmucheck } from './testing/environment.js';

const folder = mkdtempSync(join(tmpdir(), 'mmucheck-'));
const meeting = join(folder, 'doors.unlatched.T1.trace.json');
const twice = join(folder, 'doors.unlatched.T2.trace.json');
const error = join(folder, 'mistakes.no-such-door.error.trace.json');
/** Makes the second unlatching harmless. */
const fix = join(folder, 'fix.patch');

beforeAll(async () => {
  await mmucheck(['check', 'doors/unlatched', 'mistakes/no-such-door', '--out', folder]);
  writeFileSync(
    fix,
    `--- a/model/doors.ts
+++ b/model/doors.ts
@@ -10,4 +10,3 @@
 export function* unlatch(house: House, door: number): Op {
   yield;
-  assert(house.latched[door], 'T2', 'unlatches a door that is not latched');
   house.latched[door] = false;
`,
  );
});

describe('trace show', () => {
  it('prints the table, with every step on a terminal', async () => {
    const plain = await mmucheck(['trace', 'show', meeting]);
    expect(plain.code).toBe(EXIT.ok);
    expect(plain.stdout).toContain('T1 violated: at most one inside (4 steps)');
    expect(plain.stdout).toBe((await mmucheck(['trace', 'export', meeting])).stdout);
  });

  it.each([
    ['', 'empty'],
    ['{', 'cut off'],
    ['{"format":"mmucheck-trace","version":0}', 'version 0'],
    ['{}', 'not a trace'],
  ])('refuses %j', async (content, message) => {
    const file = join(folder, 'damaged.json');
    writeFileSync(file, content);
    const { code, stdout, stderr } = await mmucheck(['trace', 'show', file]);
    expect(stderr).toContain(message);
    expect([code, stdout]).toEqual([EXIT.usage, '']);
  });
});

describe('trace export', () => {
  it.each(TRACE_FORMATS)('writes %s to a file as to standard output', async (format) => {
    const file = join(folder, `exported.${format}`);
    const printed = await mmucheck(['trace', 'export', meeting, '--format', format]);
    expect(printed.stdout).toContain('at most one inside');
    const written = await mmucheck(['trace', 'export', meeting, '--format', format, '-o', file]);
    expect([written.code, written.stdout]).toEqual([EXIT.ok, '']);
    expect(readFileSync(file, 'utf8')).toBe(printed.stdout);
  });

  it('to a place that cannot be written is refused', async () => {
    const { code, stderr } = await mmucheck(['trace', 'export', meeting, '-o', join(meeting, 'below')]);
    expect(stderr).toContain('cannot write');
    expect(code).toBe(EXIT.usage);
  });
});

describe('trace replay', () => {
  it.each([
    ['an invariant', meeting],
    ['an assertion', twice],
    ['a model error', error],
  ])('ends in the violation of %s again', async (_, file) => {
    const { code, stdout } = await mmucheck(['trace', 'replay', file]);
    expect(stdout).toMatch(/violated again, at step (\d+) of \1\.$/m);
    expect(code).toBe(EXIT.violation);
  });

  it('on a patched model says how it ends otherwise', async () => {
    const { code, stdout } = await mmucheck(['trace', 'replay', twice, '--patch', fix]);
    expect(stdout).toContain('T2 is not violated');
    expect(code).toBe(EXIT.ok);
    const json = await mmucheck(['trace', 'replay', twice, '--patch', fix, '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      version: 1,
      scenario: 'doors/unlatched',
      outcome: 'no violation',
      patches: [fix],
    });
  });

  it('says at which step a trace stops being possible', async () => {
    const wait = join(folder, 'wait.patch');
    writeFileSync(
      wait,
      `--- a/model/doors.ts
+++ b/model/doors.ts
@@ -17,3 +17,3 @@
 export function* enter(house: House): Op {
-  yield;
+  yield () => house.inside === 0;
   house.inside++;
`,
    );
    const { code, stdout } = await mmucheck(['trace', 'replay', meeting, '--patch', wait]);
    expect(stdout).toContain('The trace stops being possible at step 4 of 4: bob stands at enter(house)');
    expect(code).toBe(EXIT.ok);
  });

  it('of a scenario that is not there any more is refused', async () => {
    const file = join(folder, 'renamed.json');
    writeFileSync(file, readFileSync(meeting, 'utf8').replaceAll('doors/unlatched', 'doors/removed'));
    const { code, stderr } = await mmucheck(['trace', 'replay', file]);
    expect(stderr).toContain("there is no scenario 'doors/removed'");
    expect(code).toBe(EXIT.usage);
  });
});
