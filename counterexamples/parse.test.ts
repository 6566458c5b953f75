import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../checker/diagnostics.js';
import { parseTrace } from './parse.js';
import { traceSchema } from './schema.js';
import { serializeTrace } from './serialize.js';
import { arbitraryTrace } from './testing/arbitrary-trace.js';
import type { Trace } from './trace.js';

const sampleText = readFileSync(new URL('./testing/dirty-log-race.trace.json', import.meta.url), 'utf8');
const sample = JSON.parse(sampleText) as Trace;

test('a trace is written and read back unchanged', () => {
  fc.assert(
    fc.property(arbitraryTrace, (trace) => {
      expect(parseTrace(serializeTrace(trace), 'a.trace.json')).toEqual(trace);
    }),
  );
});

test('the published schema is the one that is used', () => {
  const published = readFileSync(new URL('./trace.schema.json', import.meta.url), 'utf8');
  expect(JSON.parse(published)).toEqual(JSON.parse(JSON.stringify(traceSchema)));
});

describe('what is refused', () => {
  test('a file that was cut off, anywhere', () => {
    fc.assert(
      fc.property(fc.nat(sampleText.trimEnd().length - 1), (length) => {
        const message = refusal(sampleText.slice(0, length));
        expect(message).toMatch(/cut off|empty|not JSON/);
      }),
    );
    expect(refusal(sampleText.slice(0, 1000))).toBe(
      `t.json:${sampleText.slice(0, 1000).split('\n').length}:${1001 - sampleText.slice(0, 1000).lastIndexOf('\n') - 1}: ` +
        'the trace ends too early: the file was cut off',
    );
  });

  test.each<[string, string, string]>([
    ['nothing', '', 't.json:1:1: the trace file is empty'],
    ['no JSON', 'P3 violated\n', 't.json:1:1: this is not JSON'],
    ['a stray comma', '{\n  "format": "mmucheck-trace",\n}', 't.json:3:1: this is not JSON'],
    [
      'other JSON',
      '{"results": []}',
      't.json is JSON, but not a trace: its "format" is missing, not "mmucheck-trace"',
    ],
    ['null', 'null', 't.json is JSON, but not a trace: its "format" is missing, not "mmucheck-trace"'],
  ])('%s', (_, text, message) => {
    expect(refusal(text)).toBe(message);
  });

  test.each([0, 2, '1', null])('version %j', (version) => {
    expect(refusal(JSON.stringify({ ...sample, version }))).toBe(
      `t.json is a trace of version ${JSON.stringify(version)}; this mmucheck reads version 1`,
    );
  });

  const damages: [string, (trace: Draft) => void, RegExp][] = [
    ['a missing part', (trace) => delete trace['steps'], /must have required property 'steps'/],
    ['an unknown part', (trace) => (trace['extra'] = 1), /unknown member "extra"/],
    ['a wrong type', (trace) => (at(trace, 'steps', 2)['choices'] = 'x'), /steps\.2\.choices must be array/],
    [
      'a process that is not there',
      (trace) => (at(trace, 'steps', 0)['process'] = 'x'),
      /step 1 is of a process 'x'/,
    ],
    [
      'a value that was not there',
      (trace) => (at(trace, 'steps', 1, 'changes', 0)['before'] = 7),
      /in step 2, .* changes from 7/,
    ],
    [
      'a path that is not there',
      (trace) => (at(trace, 'steps', 1, 'changes', 0)['path'] = 'x.y'),
      /in step 2, 'x.y' names no value/,
    ],
    ['too few places', (trace) => (trace['standing'] = []), /standing has 0 entries/],
    [
      'an error without a place',
      (trace) => (at(trace, 'violation')['kind'] = 'assertion'),
      /violation.stack is missing/,
    ],
  ];
  test.each(damages)('%s', (_, damage, message) => {
    const trace = JSON.parse(sampleText) as Draft;
    damage(trace);
    expect(refusal(JSON.stringify(trace))).toMatch(message);
  });

  test('never ends in anything but a message', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(40), (value, which) => {
        const trace = JSON.parse(sampleText) as Draft;
        // Replaces the value of one member somewhere in the document.
        let count = which;
        const text = JSON.stringify(trace, (key, each: unknown) =>
          key !== '' && count-- === 0 ? value : each,
        );
        try {
          parseTrace(text, 't.json');
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
    );
  });
});

type Draft = Record<string | number, unknown>;

function at(trace: Draft, ...path: (string | number)[]): Draft {
  return path.reduce<Draft>((part, key) => part[key] as Draft, trace);
}

function refusal(text: string): string {
  try {
    parseTrace(text, 't.json');
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const [first] = error.diagnostics;
    expect(first?.advice).not.toBe('');
    const span = first?.span;
    return `${span ? `${span.file}:${span.line}:${span.column}: ` : ''}${first?.message}`;
  }
  return 'accepted';
}
