import { expect, it } from 'vitest';
import { InputError } from '../diagnostics.js';
import { claimSections } from './claims.js';
import { type Workspace, workspaceOf } from './project.js';
import { loadScenarios } from './scenarios.js';

const SCENARIO = `import { process, scenarios, type Op } from 'mmucheck/language';
import { P1 } from '../../properties/all.js';
export function* work(state: { count: number }): Op { yield; state.count = 1; }
export default scenarios({
  default: {
    title: 'Does it work?',
    claims: ['A-1(b)', 'P1'],
    config: {},
    processes: [process('one', work)],
    properties: [P1],
    witnesses: [],
  },
});
`;
const CLAIMS = `import { claims } from 'mmucheck/language';
export default claims({
  title: 'A: what somebody said',
  where: 'in a mail',
  claims: {
    'A-1': {
      says: 'It works',
      kind: 'depends',
      because: 'of that',
      sides: {
        a: { says: 'now', verdict: 'holds' },
        b: { says: 'then', verdict: 'violated' },
      },
    },
  },
});
`;
const FILE = 'model/scenarios/M1.ts';

function workspace(scenario = SCENARIO, claims = CLAIMS, folder: string | undefined = 'claims'): Workspace {
  return workspaceOf(
    {
      [FILE]: scenario,
      'properties/all.ts': `import { property } from 'mmucheck/language';
export const P1 = property({ id: 'P1', title: 'no deadlock', deadlock: true });
`,
      'claims/A.ts': claims,
    },
    {},
    folder === undefined ? {} : { claims: folder },
  );
}

function complaints(body: () => unknown): string[] {
  try {
    body();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.diagnostics.map(
      ({ span, message, advice }) =>
        `${span?.file}:${span?.line}:${span?.column}: ${message.replace(/^scenario 'default': /, '')} ${advice}`,
    );
  }
  return [];
}

it('reads what is declared', () => {
  const [section] = claimSections(workspace());
  expect(section).toMatchObject({ title: 'A: what somebody said', where: 'in a mail' });
  expect(section?.claims.map(({ id, span }) => [id, span('because')])).toEqual([
    ['A-1', { file: 'claims/A.ts', line: 9, column: 7 }],
  ]);
});

it.each([
  ['A-1(b)', []],
  ['A-1', []],
  ['P1', []],
  ['A-1(c)', ["model/scenarios/M1.ts:7:14: claim 'A-1' has no side 'c' Did you mean 'a'?"]],
  ['A-2', ["model/scenarios/M1.ts:7:14: there is no claim 'A-2' Did you mean 'A-1'?"]],
  ['P1(a)', ["model/scenarios/M1.ts:7:14: there is no claim 'P1(a)' Did you mean 'P1'?"]],
])('a scenario that names %s', (tag, expected) => {
  const text = SCENARIO.replace("'A-1(b)', 'P1'", `'${tag}'`);
  expect(complaints(() => loadScenarios(workspace(text), FILE))).toEqual(expected);
});

it('asks nothing of projects that declare no claims, and of scenarios from elsewhere', () => {
  const text = SCENARIO.replace('A-1(b)', 'anything');
  expect(
    complaints(() => loadScenarios(workspaceOf(Object.fromEntries(workspace(text).sources.texts)), FILE)),
  ).toEqual([]);
  const elsewhere = workspaceOf(
    { '../mine.ts': text.replaceAll('../..', 'mmucheck') },
    {},
    { claims: 'claims' },
  );
  const sources = {
    ...elsewhere.sources,
    texts: new Map([...workspace().sources.texts, ...elsewhere.sources.texts]),
  };
  expect(complaints(() => loadScenarios({ ...elsewhere, sources }, '../mine.ts'))).toEqual([]);
});

it.each([
  [
    ["kind: 'depends'", "kind: 'dpends'"],
    "claims/A.ts:8:7: there is no kind 'dpends' Did you mean 'depends'?",
  ],
  [["says: 'It works',", ''], 'claims/A.ts:6:5: says is missing Give says, a text.'],
  [["because: 'of that'", 'because: 3'], 'claims/A.ts:9:7: because is no text Give because: a text.'],
  [["because: 'of that'", "becuse: ''"], "claims/A.ts:9:7: unknown field 'becuse' Did you mean 'because'?"],
  [
    ["verdict: 'holds'", "verdict: 'hold'"],
    "claims/A.ts:11:27: a side cannot be 'hold' Did you mean 'holds'?",
  ],
  [["'A-1'", "'A 1'"], "claims/A.ts:6:5: 'A 1' is no name for a claim Leave out spaces and brackets."],
] as const)('complains: %s', ([old, new_], expected) => {
  expect(complaints(() => claimSections(workspace(SCENARIO, CLAIMS.replace(old, new_))))).toContain(expected);
});

it('a claim is declared once', () => {
  const { sources, ...rest } = workspace();
  const texts = new Map([...sources.texts, ['claims/B.ts', CLAIMS]]);
  expect(complaints(() => claimSections({ ...rest, sources: { ...sources, texts } }))).toEqual([
    "claims/B.ts:6:5: claim 'A-1' is declared twice Declare it once.",
  ]);
});
