import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InputError } from '../diagnostics.js';
import { openWorkspace, readPatchFile, withFile } from './project.js';
import { loadScenarios } from './scenarios.js';
import { contentHash, reachableFiles, readSources } from './sources.js';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mmucheck-'));
  write('project/mmucheck.json', '{}');
  write(
    'project/model/state.ts',
    '\uFEFFexport interface State { on: boolean }\r\nexport const one = 1;\r\n',
  );
  write('project/model/state.test.ts', 'not of the model');
  write('project/model/scenarios/A.ts', "import { one } from '../state.js';\nexport default { a: one };\n");
  write('project/model/variants/gone.patch', 'text\r\n');
  write('project/properties/all.ts', "import type { State } from '../model/state.js';\n");
});

afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): void {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

describe('openWorkspace', () => {
  it('reads the model with names and line ends that do not depend on the machine', () => {
    const { sources, variants } = openWorkspace(join(folder, 'project'));
    expect([...sources.texts.keys()].sort()).toEqual([
      'model/scenarios/A.ts',
      'model/state.ts',
      'properties/all.ts',
    ]);
    expect(sources.texts.get('model/state.ts')).toBe(
      'export interface State { on: boolean }\nexport const one = 1;\n',
    );
    expect([...variants]).toEqual([['gone', { name: 'model/variants/gone.patch', text: 'text\n' }]]);
  });

  it.each([
    ['{ "model": 1 }', 'may name these folders only'],
    ['{ "modle": "m" }', 'may name these folders only'],
    ['{ "model": ', 'is no JSON'],
    ['{ "model": "none" }', 'there is no folder'],
  ])('refuses the settings %s', (text, message) => {
    write('project/mmucheck.json', text);
    expect(() => openWorkspace(join(folder, 'project'))).toThrow(message);
  });

  it('says where it looked', () => {
    expect(() => openWorkspace(folder)).toThrow(`there is no ${join(folder, 'mmucheck.json')}`);
    expect(() => readPatchFile(join(folder, 'x.patch'))).toThrow(InputError);
  });
});

describe('a scenario outside the project', () => {
  it('imports the language, the model and its own neighbours', () => {
    write('mine/helper.ts', "import { one } from 'mmucheck/model/state.js';\nexport const two = one + 1;\n");
    write(
      'mine/B.ts',
      [
        "import { process, property, scenarios } from 'mmucheck/language';",
        "import { two } from './helper.js';",
        'export function* run() { yield; }',
        'export default scenarios({ default: { title: `t`, claims: [], config: { two }, witnesses: [],',
        "  processes: [process('a', run)], properties: [property({ id: 'P1', title: 'p' })] } });",
      ].join('\n'),
    );
    const { workspace, file } = withFile(openWorkspace(join(folder, 'project')), join(folder, 'mine/B.ts'));
    expect(file).toBe('../mine/B.ts');
    const [scenario] = loadScenarios(workspace, file);
    expect(scenario).toMatchObject({
      name: 'B',
      spec: { config: { two: 2 } },
      roots: { processes: [{ file: '../mine/B.ts', name: 'run' }] },
    });
    expect([...reachableFiles(workspace.sources, file)]).toEqual([
      '../mine/B.ts',
      '../mine/helper.ts',
      'model/state.ts',
    ]);
  });
});

describe('contentHash', () => {
  it('depends on names and texts, not on their order', () => {
    const { texts, root } = readSources(join(folder, 'project'), ['model', 'properties']);
    const hash = contentHash({ root, texts });
    expect(contentHash({ root: '/elsewhere', texts: new Map([...texts].reverse()) })).toBe(hash);
    expect(contentHash({ root, texts: new Map([...texts, ['model/x.ts', '']]) })).not.toBe(hash);
    expect(contentHash({ root, texts: new Map([...texts, ['model/state.ts', '']]) })).not.toBe(hash);
  });
});
