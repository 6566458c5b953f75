/** What is remembered is used for what it was made from, and for nothing else. */
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { type BuildStore, useBuildStore } from '../build-cache.js';
import { InputError } from '../diagnostics.js';
import { search } from '../engine/search.js';
import type { Patch } from '../workspace/patch.js';
import { openWorkspace, type Workspace } from '../workspace/project.js';
import { loadScenarios } from '../workspace/scenarios.js';
import { compileScenario } from './compile.js';

const TOY = openWorkspace(fileURLToPath(new URL('../cli/fixtures/toy', import.meta.url)));
const FILE = 'scenarios/doors.ts';

afterEach(() => useBuildStore(null));

/** A store in memory, and what was written to it since it was last asked. */
function memory(): BuildStore & { written(): string[] } {
  const texts = new Map<string, string>();
  let writes: string[] = [];
  return {
    read: (key) => texts.get(key) ?? null,
    write: (key, text) => {
      texts.set(key, text);
      writes.push(key.slice(0, key.indexOf('-')));
    },
    written: () => {
      const since = writes;
      writes = [];
      return [...new Set(since)].sort();
    },
  };
}

/** The toy project with a text replaced in one of its files. */
function edited(file: string, from: string, to: string): Workspace {
  const text = TOY.sources.texts.get(file) ?? '';
  expect(text).toContain(from);
  const texts = new Map([...TOY.sources.texts, [file, text.replace(from, to)]]);
  return { ...TOY, sources: { ...TOY.sources, texts } };
}

/** Everything that compiling the scenario comes to, down to the states of its machine. */
async function outcome(workspace: Workspace, patches: readonly Patch[] = [], key = 'latched') {
  try {
    const scenario = loadScenarios(workspace, FILE, patches).find((each) => each.key === key);
    if (scenario === undefined) return null;
    const { machine, program, graph, configuration } = await compileScenario(scenario);
    const { states, transitions, depth } = search(machine, { deadlock: true });
    return { program, graph, configuration, states, transitions, depth, initial: machine.initial };
  } catch (error) {
    if (error instanceof InputError) return error.diagnostics;
    throw error;
  }
}

const patch: Patch = {
  name: 'mine.patch',
  text: [
    '--- a/model/doors.ts',
    '+++ b/model/doors.ts',
    '@@ -14,3 +14,2 @@',
    '   yield;',
    "-  assert(house.latched[door], 'T2', 'unlatches a door that is not latched');",
    '   house.latched[door] = false;',
    '',
  ].join('\n'),
};
const otherPatch: Patch = {
  ...patch,
  text: patch.text
    .replace('-  assert', '   assert')
    .replace('-14,3 +14,2', '-14,3 +14,3')
    .replace(
      '   house.latched[door] = false;',
      '-  house.latched[door] = false;\n+  house.latched[door] = true;',
    ),
};

describe('what is remembered', () => {
  it('is the same as what is made, and is not made again', async () => {
    const plain = await outcome(TOY);
    expect(plain).toHaveProperty('states');
    const store = memory();
    useBuildStore(store);
    expect(await outcome(TOY)).toEqual(plain);
    expect(store.written()).toEqual(expect.arrayContaining(['code', 'graph', 'program']));
    expect(await outcome(TOY)).toEqual(plain);
    expect(store.written()).toEqual([]);
  });

  it.each<[string, Workspace, readonly Patch[]]>([
    ['a character of the model', edited('model/doors.ts', 'visits++', 'visits--'), []],
    [
      'a domain of the model',
      edited('model/state.ts', "visits: Range<0, 'visitors'>", 'visits: Range<0, 3>'),
      [],
    ],
    ['a property', edited('properties/properties.ts', '<= 1', '<= 2'), []],
    ['a witness', edited(FILE, 'visits === 2', 'visits === 1'), []],
    ['the configuration', edited(FILE, 'visitors: 2', 'visitors: 3'), []],
    ['the configuration, for the worse', edited(FILE, 'visitors: 2', 'visitors: 2, cats: 1'), []],
    ['a process', edited(FILE, "process('bob', visit)", "process('bob', visit_by_two, 0, 0)"), []],
    ['a type, for the worse', edited('model/doors.ts', 'door: number', 'door: string'), []],
    ['a patch', TOY, [patch]],
    ['another patch of the same name', TOY, [otherPatch]],
  ])('is not used after a change of %s', async (what, workspace, patches) => {
    const plain = await outcome(workspace, patches);
    expect(plain !== null && 'states' in plain).toBe(!what.endsWith('for the worse'));
    const before = await outcome(TOY);
    expect(plain).not.toEqual(before);
    const store = memory();
    useBuildStore(store);
    await outcome(TOY);
    await outcome(TOY, [patch]);
    expect(await outcome(workspace, patches)).toEqual(plain);
    // Errors are made again.
    expect(await outcome(workspace, patches)).toEqual(plain);
    expect(await outcome(TOY)).toEqual(before);
  });

  it('belongs to one scenario', async () => {
    const plain = await outcome(TOY, [], 'opposite-order');
    useBuildStore(memory());
    await outcome(TOY);
    expect(await outcome(TOY, [], 'opposite-order')).toEqual(plain);
  });

  it('stays of use when something changes that the scenario does not run', async () => {
    const store = memory();
    useBuildStore(store);
    await outcome(TOY);
    store.written();
    await outcome(edited('scenarios/mistakes.ts', '/**', '/** Some'));
    expect(store.written()).toEqual([]);
    await outcome(edited(FILE, 'Two doors in opposite order', 'Opposite order'));
    expect(store.written()).toEqual(['imports', 'module', 'program']);
  });

  it('knows what a reference directive brings in', async () => {
    const begun = edited('model/doors.ts', '/**', '/// <reference path="globals.ts" />\n/**');
    const withGlobals = (type: string): Workspace => {
      const texts = new Map([...begun.sources.texts, ['model/globals.ts', `type Door = ${type};\n`]]);
      const doors = texts.get('model/doors.ts') ?? '';
      texts.set('model/doors.ts', doors.replace('door: number', 'door: Door'));
      return { ...begun, sources: { ...begun.sources, texts } };
    };
    const plain = await outcome(withGlobals('string'));
    useBuildStore(memory());
    await outcome(withGlobals('number'));
    expect(await outcome(withGlobals('string'))).toEqual(plain);
  });
});
