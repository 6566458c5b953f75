import { expect, it } from 'vitest';
import { scenarioFiles, type Workspace, workspaceOf } from '../workspace/project.js';
import { loadScenarios } from '../workspace/scenarios.js';
import { declarationOf, ledgerOf } from './ledger.js';

function workspace(sides: string, tags: string, expect_ = '', count = 1): Workspace {
  return workspaceOf(
    {
      'model/scenarios/M1.ts': `import { process, scenarios, type Op } from 'mmucheck/language';
import { P1 } from '../../properties/all.js';
export function* work(state: { count: number }): Op { yield; state.count = 1; }
export default scenarios({
  default: {
    title: 'Does it work?',
    claims: [${tags}],
    config: { count: ${count} },
    processes: [process('one', work)],
    properties: [P1],
    witnesses: [],
    ${expect_}
  },
});
`,
      'properties/all.ts': `import { property } from 'mmucheck/language';
export const P1 = property({ id: 'P1', title: 'no deadlock', deadlock: true });
`,
      'claims/A.ts': `import { claims } from 'mmucheck/language';
export default claims({
  title: 'A: what somebody said',
  claims: { 'A-1': { says: 'It works', kind: 'depends', because: 'of that', ${sides} } },
});
`,
    },
    {},
    { claims: 'claims' },
  );
}

const BOTH = `sides: { a: { says: 'now', verdict: 'holds' }, b: { says: 'then', verdict: 'violated' } }`;

function ledger(project: Workspace) {
  return ledgerOf(
    project,
    scenarioFiles(project).flatMap((file) => loadScenarios(project, file)),
  );
}

const VIOLATED = "expect: { P1: 'violated' },";

it.each([
  [BOTH, "'A-1(a)'", '', ["claim 'A-1': no scenario stands for side b"]],
  [BOTH, "'A-1(b)'", VIOLATED, ["claim 'A-1': no scenario stands for side a"]],
  [BOTH, "'A-1(a)', 'A-1(b)'", '', ["claim 'A-1': M1 finds 'holds', not 'violated'"]],
  [BOTH, "'A-1(a)', 'A-1(b)'", VIOLATED, ["claim 'A-1': M1 finds 'violated', not 'holds'"]],
  ['', '', '', ["claim 'A-1': no scenario stands for it"]],
  ['', "'A-1'", '', []],
  ["unchecked: 'too hard'", '', '', []],
  ["unchecked: 'too hard'", "'A-1'", '', ["claim 'A-1': scenarios stand for it"]],
])('%s with %s %s', (sides, tags, expected, problems) => {
  expect(ledger(workspace(sides, tags, expected)).problems.map(({ message }) => message)).toEqual(problems);
});

it('has the properties that scenarios name', () => {
  const [, teeth] = ledger(workspace('', "'A-1', 'P1'")).sections;
  expect(teeth?.claims.map(({ id, says, entries }) => [id, says, entries.length])).toEqual([
    ['P1', 'no deadlock', 1],
  ]);
});

it('a declaration is another one when its configuration is', () => {
  const declarations = [1, 1, 2].map((count) => {
    const project = workspace('', "'A-1'", '', count);
    return loadScenarios(project, 'model/scenarios/M1.ts').map((each) => declarationOf(project, each));
  });
  expect(declarations[0]).toEqual(declarations[1]);
  expect(declarations[0]).not.toEqual(declarations[2]);
});
