/** Every row of the tables of litmus tests comes out as it says, on each memory model or level that it names. */
import { describe, expect, it } from 'vitest';
import { checkScenario } from '../../checker/check/check-scenario.js';
import { openWorkspace } from '../../checker/workspace/project.js';
import { loadScenarios, type Scenario } from '../../checker/workspace/scenarios.js';

const workspace = openWorkspace(new URL('../..', import.meta.url).pathname);
const table = (file: string) => loadScenarios(workspace, `model/scenarios/${file}.ts`);

/** The outcomes that each column allows; all other rows are forbidden there. */
const X86 = {
  tso: 'sb amd3 sb-rfi n6 sb-f-po sb-x-po sb-three-cpus r r-f-po rwc wrw-wr store-over-rmw',
  sc: 'store-over-rmw',
};
const KVM_SC =
  'wait-flag-after-kick wait-flag-tested-first invalidate-end-swapped invalidate-test-swapped ' +
  'dirty-mark-before-w dirty-protect-before-take guest-write-after-zap';
const KVM = {
  tso:
    'entry-without-barrier kick-without-lock wait-flag-kick-reads-mode lockless-walk-stored-plainly counter-pte ' +
    `counter-pte-first-barrier counter-pte-second-barrier srcu-without-barrier own-walk ${KVM_SC}`,
  sc: KVM_SC,
};

/** Level A walks at once, level B entry after entry. */
const TRANSLATION_A =
  'stale-cleared stale-cleared-after-exit stale-narrowed stale-narrowed-after-exit dirty-cleared clean-split ' +
  'parent-cleared parent-cleared-dirty two-sizes widened-other-alias moved-other-alias clean-narrowed-legacy ' +
  'dirty-cleared-unlogged clean-split-logged shared-processor';
const TRANSLATION = { a: TRANSLATION_A, b: `${TRANSLATION_A} mapped-behind-empty-table` };

describe.each([
  { name: 'x86-TSO', file: 'x86-tso', rows: 36, allowed: X86 },
  { name: 'the shapes in KVM', file: 'kvm-tso', rows: 29, allowed: KVM },
  { name: 'translation', file: 'translation', rows: 35, allowed: TRANSLATION },
])('$name', ({ file, rows, allowed }) => {
  const all = table(file);

  it('has every row with both columns', () => {
    expect(all.length).toBe(2 * rows);
    for (const [column, names] of Object.entries(allowed))
      for (const row of names.split(' ')) expect(all.map(({ key }) => key)).toContain(`${row}-${column}`);
  });

  it.each(all.map((scenario) => ({ name: scenario.key, scenario })))('$name', async ({ scenario }) => {
    const [column = '', names = ''] =
      Object.entries(allowed).find(([each]) => scenario.key.endsWith(`-${each}`)) ?? [];
    const row = scenario.key.slice(0, -1 - column.length);
    const expected = names.split(' ').includes(row) ? 'violated' : 'holds';
    expect(await outcomeOf(scenario)).toBe(expected);
  });
});

async function outcomeOf(scenario: Scenario): Promise<string | undefined> {
  const { results } = await checkScenario(scenario, {
    limits: {},
    properties: null,
    patches: [],
    signal: new AbortController().signal,
    onProgress: () => {},
    now: () => performance.now(),
  });
  return results[0]?.verdict;
}
