import { describe, expect, it } from 'vitest';
import { EXIT } from './exit-codes.js';
import { mmucheck } from './testing/environment.js';

describe('validate', () => {
  it('shows what a patch changes, and is 1 for a regression', async () => {
    const { code, stdout, stderr } = await mmucheck(['validate', 'variants/no-wait.patch']);
    const [table, ...traces] = stdout.split('\n\n');
    expect(table).toMatchSnapshot();
    // The shortest counterexample of each property that got worse.
    const shown = traces.join('\n\n');
    expect(shown.match(/^T\d violated/gm)).toEqual(['T1 violated', 'T2 violated']);
    expect(shown).toContain('T1 violated: at most one inside (4 steps)');
    expect(stdout).toMatch(/\n8 scenarios compared, 0 not affected by the patch; 7 regressions\n$/);
    expect(stderr).toBe(
      'not compared: doors/unlatched: variants/no-wait.patch does not apply on top of no-wait\n',
    );
    expect(code).toBe(EXIT.violation);
  });

  it('runs nothing that the patch cannot affect', async () => {
    const { code, stdout } = await mmucheck(['validate', 'patches/comment-only.patch']);
    expect(stdout).toBe('0 scenarios compared, 9 not affected by the patch; no regression\n');
    expect(code).toBe(EXIT.ok);
  });

  it('as JSON is one document', async () => {
    const argv = ['validate', 'variants/no-wait.patch', '--json', '--scenario', 'doors'];
    const { code, stdout } = await mmucheck(argv);
    expect(code).toBe(EXIT.violation);
    const document = JSON.parse(stdout.replace(/"seconds": [\d.]+/g, '"seconds": 0'));
    expect(document).toMatchSnapshot();
  });

  it('refuses a patch that does not apply or no longer compiles', async () => {
    const apply = await mmucheck(['validate', 'patches/does-not-apply.patch']);
    expect([apply.code, apply.stdout]).toEqual([EXIT.usage, '']);
    expect(apply.stderr).toContain('hunk 1 of 1 does not apply to model/doors.ts');
    const compile = await mmucheck(['validate', 'patches/does-not-compile.patch']);
    expect([compile.code, compile.stdout]).toEqual([EXIT.usage, '']);
    expect(compile.stderr).toMatch(/^model\/doors\.ts:6:22: /m);
  });

  it('that is interrupted says what was not compared', async () => {
    const argv = ['validate', 'variants/no-wait.patch'];
    const { code, stdout } = await mmucheck(argv, { signal: AbortSignal.abort() });
    expect(code).toBe(EXIT.interrupted);
    expect(stdout).toContain('9 scenarios not run');
  });

  it('is 3 when a limit keeps it from an answer', async () => {
    const argv = ['validate', 'variants/no-wait.patch', '--scenario', 'doors/latched', '--max-states', '5'];
    const { code, stdout } = await mmucheck(argv);
    expect(stdout).toContain('undecided');
    expect(code).toBe(EXIT.incomplete);
  });
});
