import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TOY } from '../cli/testing/environment.js';
import { InputError } from '../diagnostics.js';
import { openWorkspace } from '../workspace/project.js';
import { matcher, selectScenarios } from './select.js';

const workspace = openWorkspace(TOY);
const select = (...wanted: string[]) =>
  selectScenarios(workspace, wanted, [], (argument) =>
    argument.endsWith('.ts') ? `${TOY}/${argument}` : null,
  );
const names = (...wanted: string[]) => select(...wanted).entries.map(({ name }) => name);

describe('scenarios are selected', () => {
  it('all, in the order of the catalogue', () => {
    expect(names()).toEqual([...names('doors'), ...names('mistakes')]);
    expect(names().length).toBe(9);
  });

  it('by name, in the order of the arguments, each once', () => {
    expect(names('mistakes/excused', 'doors/latched', 'mistakes/excused')).toEqual([
      'mistakes/excused',
      'doors/latched',
    ]);
    expect([...select('doors/latched', 'doors').named]).toEqual(['doors/latched']);
  });

  it('by pattern and by file', () => {
    expect(names('*latched')).toEqual(['doors/latched', 'doors/unlatched', 'mistakes/not-latched']);
    expect(names('doors/{un,}latched')).toEqual(['doors/latched', 'doors/unlatched']);
    expect(names('scenarios/doors.ts')).toEqual(names('doors'));
  });

  it('or refused, with every name that is wrong and what it may have meant', () => {
    expect.assertions(2);
    try {
      select('doors/latchd', 'doors/latched', 'nothing*');
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      expect(error.diagnostics.map(({ message }) => message)).toEqual([
        "there is no scenario 'doors/latchd'",
        "no scenario matches 'nothing*'",
      ]);
      expect(error.diagnostics[0]?.advice).toBe("Did you mean 'doors/latched'?");
    }
  });
});

describe('a pattern', () => {
  it('without wildcards matches itself and what is below it', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z.()+^$|[\]\\-]{1,8}$/), (name) => {
        const matches = matcher(name);
        expect(matches(name) && matches(`${name}/below`)).toBe(true);
        expect(matches(`${name}x`) || matches(`x${name}`)).toBe(false);
      }),
    );
  });

  it.each([
    ['M4*', 'M4/with-flush', true],
    ['M?', 'M4', true],
    ['M?', 'M', false],
    ['{M1,M2}/*', 'M2/x', true],
    ['{M1,M2}/*', 'M3/x', false],
    ['a.b*', 'axb', false],
    ['{a', 'a', true],
  ])('%s and %s: %s', (pattern, name, expected) => {
    expect(matcher(pattern)(name)).toBe(expected);
  });
});
