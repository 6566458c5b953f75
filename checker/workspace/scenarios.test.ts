import { describe, expect, it } from 'vitest';
import { type Diagnostic, InputError } from '../diagnostics.js';
import { modulesOf } from './evaluate.js';
import { scenarioFiles, type Workspace, workspaceOf } from './project.js';
import { loadEach, loadScenarios } from './scenarios.js';

const MODEL = `import { type Below, type Configuration, type Op, type Vector, chooseBelow } from 'mmucheck/language';
import type { Nothing } from './types-only.js';
export interface Config extends Configuration { readonly slots: number }
export interface State { readonly config: Config; count: number; readonly used: Vector<boolean, 'slots'> }
export function* work(state: State, times: number): Op {
  for (let i = 0; i < times; i++) {
    yield;
    state.count = state.count + 1;
  }
}
export const helpers = { hidden: function* (): Op { yield; } };
export function isBusy(state: State): boolean { return state.count > 0; }
`;
const PROPERTIES = `import { property } from 'mmucheck/language';
import type { State } from '../model/state.js';
export * from '../model/state.js';
export function small(state: State): boolean { return state.count < 3; }
export const P1 = property({ id: 'P1', title: 'stays small', invariant: small });
`;
const SCENARIO = `import { process, scenarios } from 'mmucheck/language';
import { isBusy, work } from '../state.js';
import { P1 } from '../../properties/all.js';
const base = {
  title: 'Does it stay small?',
  claims: ['M1'],
  config: { slots: 2 },
  processes: [process('one', work, 2)],
  properties: [P1],
  witnesses: [isBusy],
};
export default scenarios({
  default: base,
  twice: { ...base, variant: ['double'], expect: { P1: 'violated' } },
});
`;
const DOUBLE = `--- a/model/state.ts
+++ b/model/state.ts
@@ -8,1 +8,1 @@
-    state.count = state.count + 1;
+    state.count = state.count + 2;
`;

function workspace(
  texts: Readonly<Record<string, string>> = {},
  variants: Readonly<Record<string, string>> = {},
): Workspace {
  return workspaceOf(
    {
      'model/scenarios/M1.ts': SCENARIO,
      'model/state.ts': MODEL,
      'model/types-only.ts': 'export type Nothing = never;\n',
      'properties/all.ts': PROPERTIES,
      ...texts,
    },
    { double: DOUBLE, ...variants },
  );
}

function problemsOf(body: () => unknown): readonly Diagnostic[] {
  try {
    body();
  } catch (error) {
    if (error instanceof InputError) return error.diagnostics;
    throw error;
  }
  return [];
}

/** Loads a scenario whose literal has these lines added at its end, which overrides what was there. */
function withFields(lines: string): readonly Diagnostic[] {
  const text = SCENARIO.replace("title: 'Does it stay small?',\n", '').replace(
    "  claims: ['M1'],",
    `  title: 'x',\n  claims: ['M1'],\n  ${lines},`,
  );
  return problemsOf(() =>
    loadScenarios(workspace({ 'model/scenarios/M1.ts': text }), 'model/scenarios/M1.ts'),
  );
}

describe('loadScenarios', () => {
  it('names scenarios, applies variants, and finds the functions of the variant', () => {
    const [plain, twice, ...others] = loadScenarios(workspace(), 'model/scenarios/M1.ts');
    expect(others).toEqual([]);
    expect(plain).toMatchObject({ name: 'M1', variant: null, patches: [], fuzz: [] });
    expect(twice).toMatchObject({ name: 'M1/twice', variant: 'double', fuzz: [] });
    expect(twice?.roots).toEqual({
      processes: [{ file: 'model/state.ts', name: 'work' }],
      invariants: [{ property: 'P1', file: 'properties/all.ts', name: 'small' }],
      steps: [],
      witnesses: [{ file: 'model/state.ts', name: 'isBusy' }],
      atoms: [],
    });
    expect(plain?.spec.processes[0]?.run.toString()).toContain('+ 1');
    expect(twice?.spec.processes[0]?.run.toString()).toContain('+ 2');
    expect(twice?.sources.texts.get('model/state.ts')).toContain('+ 2');
  });

  it('applies patches of the user on top, and names the scenarios that they make impossible', () => {
    const text = DOUBLE.replace('+ 2', '+ 3');
    const [plain, twice] = loadEach(workspace(), 'model/scenarios/M1.ts', [{ name: 'mine.patch', text }]);
    expect(plain).toMatchObject({ name: 'M1', patches: ['mine.patch'] });
    expect(twice).toMatchObject({ name: 'M1/twice' });
    expect(twice !== undefined && 'error' in twice && twice.error.diagnostics[0]?.span).toEqual({
      file: 'mine.patch',
      line: 3,
      column: 1,
    });
  });

  it('evaluates equal sources once', () => {
    const [first] = loadScenarios(workspace(), 'model/scenarios/M1.ts');
    const [second] = loadScenarios(workspace(), 'model/scenarios/M1.ts');
    expect(second?.spec).toBe(first?.spec);
  });

  it('lists the files of the catalogue without their helpers', () => {
    const files = { 'model/scenarios/help.ts': 'export const x = 1;', 'model/scenarios/deep/A.ts': SCENARIO };
    expect(scenarioFiles(workspace(files))).toEqual(['model/scenarios/M1.ts', 'model/scenarios/deep/A.ts']);
  });
});

describe('wrong scenarios', () => {
  it.each([
    ['witneses: []', "unknown field 'witneses'", "Did you mean 'witnesses'?"],
    ["expect: { P2: 'holds' }", "a verdict on 'P2'", "Did you mean 'P1'?"],
    ["expect: { P1: 'fails' }", "expects 'fails'", 'violated'],
    ["variant: ['duoble']", "no variant 'duoble'", "Did you mean 'double'?"],
    ['unreached: { work: 1 }', 'unreached is not an object of reasons', 'Give'],
  ])('%s', (lines, message, advice) => {
    const problems = withFields(lines);
    expect(problems).not.toEqual([]);
    expect(problems[0]?.message).toContain(message);
    expect(problems[0]?.advice).toContain(advice);
    expect(problems[0]?.span).toMatchObject({ file: 'model/scenarios/M1.ts', line: 7 });
  });

  it.each([
    [['config: { slots: 2 }', 'config: { slots: 2.5 }'], 'config.slots is 2.5', 7, 13],
    [["process('one', work, 2)", "process('one', work, 2), process('one', work, 1)"], 'called', 8, 40],
    [['[P1]', '[P1, P1]'], "called 'P1'", 9, 20],
    [['[isBusy]', '[() => true]'], 'a function without a name', 10, 15],
    [['[isBusy]', '[local]'], 'runs local, which no file exports', 10, 15],
    [['work, 2)', 'helpers.hidden)'], 'runs hidden, which no file exports', 8, 15],
    [["  claims: ['M1'],", ''], 'claims is missing', 13, 3],
    [["processes: [process('one', work, 2)]", 'processes: []'], 'processes is not', 8, 3],
  ] as const)('%s', ([from, to], message, line, column) => {
    const text = `${SCENARIO.replace(from, to).replace('isBusy, work', 'helpers, isBusy, work')}function local() { return true; }\n`;
    const problems = problemsOf(() =>
      loadScenarios(workspace({ 'model/scenarios/M1.ts': text }), 'model/scenarios/M1.ts'),
    );
    expect(problems[0]?.message).toContain(message);
    expect(problems[0]?.span).toEqual({ file: 'model/scenarios/M1.ts', line, column });
  });

  it.each([
    ['const x = (undefined as never as { y: number }).y;\n', 'TypeError', 1, 49],
    ['\nconst x = = 1;\n', 'Expression expected', 2, 11],
    ["import { a } from './stat.js';\nconst x = a;\n", "cannot import './stat.js'", 1, 19],
    ["import { a } from 'left-pad';\nconst x = a;\n", "cannot import 'left-pad'", 1, 19],
    ["function f(): never { throw new Error('no') }\n\nf();\n", 'Error: no', 1, 29],
  ])('that do not evaluate: %s', (start, message, line, column) => {
    const files = { 'model/scenarios/M1.ts': start + SCENARIO };
    const first = problemsOf(() => loadScenarios(workspace(files), 'model/scenarios/M1.ts'));
    expect(first[0]?.message).toContain(message);
    expect(first[0]?.message).not.toContain('    at ');
    expect(first[0]?.span).toEqual({ file: 'model/scenarios/M1.ts', line, column });
    expect(problemsOf(() => loadScenarios(workspace(files), 'model/scenarios/M1.ts'))).toEqual(first);
  });

  it('need a default export', () => {
    const files = { 'model/scenarios/M1.ts': 'export const x = 1;\n' };
    const problems = problemsOf(() => loadScenarios(workspace(files), 'model/scenarios/M1.ts'));
    expect(problems[0]?.message).toBe('model/scenarios/M1.ts declares no scenarios');
    expect(problemsOf(() => loadScenarios(workspace(), 'model/scenarios/M2.ts'))[0]?.advice).toContain(
      'M1.ts',
    );
  });
});

describe('modulesOf', () => {
  it('finds the file that declares a function, not one that passes it on', () => {
    const modules = modulesOf(workspace().sources);
    const { work } = modules.exportsOf('properties/all.ts');
    expect(modules.declarationOf(work)).toEqual({ file: 'model/state.ts', name: 'work' });
    expect(modules.declarationOf(() => 0)).toBeNull();
  });

  it('finds the line of an error that a function throws later', () => {
    const modules = modulesOf(workspace().sources);
    const isBusy = modules.exportsOf('model/state.ts')['isBusy'] as (state: null) => boolean;
    let place = null;
    try {
      isBusy(null);
    } catch (error) {
      place = modules.placeOf(error);
    }
    expect(place).toMatchObject({ file: 'model/state.ts', line: 12 });
    expect(modules.placeOf(new Error('of the checker itself'))).toBeNull();
  });
});
