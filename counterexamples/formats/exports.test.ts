import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseTrace } from '../parse.js';
import { arbitraryTrace } from '../testing/arbitrary-trace.js';
import { statesOf } from '../trace.js';
import { formats } from './index.js';
import { actingLanes } from './rows.js';

const folder = new URL('../testing/', import.meta.url);
const sample = parseTrace(readFileSync(new URL('dirty-log-race.trace.json', folder), 'utf8'), 'sample');
const render = Object.fromEntries(formats.map((format) => [format.name, format.render]));

test('every format has a name and an extension of its own, and ends in a line feed', () => {
  expect(new Set(formats.map((format) => format.name)).size).toBe(formats.length);
  expect(new Set(formats.map((format) => format.extension)).size).toBe(formats.length);
  for (const format of formats) expect(format.render(sample)).toMatch(/[^\n]\n$/);
});

test('json is the document', () => {
  expect(parseTrace(render['json']?.(sample) ?? '', 'a')).toEqual(sample);
});

describe('markdown', () => {
  test('reads as it should', async () => {
    await expect(render['markdown']?.(sample)).toMatchFileSnapshot('../testing/dirty-log-race.md');
  });

  test('no name can break out of its cell', () => {
    fc.assert(
      fc.property(arbitraryTrace, (trace) => {
        const document = render['markdown']?.(trace) ?? '';
        const lines = document.split('\n');
        const lanes = actingLanes(trace).length;
        const rows = lines.filter((line) => line.startsWith('|'));
        expect(rows).toHaveLength(lanes === 0 ? 0 : trace.steps.length + 2);
        for (const row of rows) expect(row.split('|')).toHaveLength(lanes + 3);
        // What is left without code spans and the tags of the format itself means nothing to Markdown or HTML.
        const bare = document.replace(/`[^`\n]+`/g, '').replace(/<\/?(?:br|code|details|summary)>/g, '');
        expect(bare).not.toMatch(/[<>`\\[\]]|https?:\/\//);
        expect(document).not.toContain('\u202e');
      }),
    );
  });
});

describe('mermaid', () => {
  test('reads as it should', async () => {
    await expect(render['mermaid']?.(sample)).toMatchFileSnapshot('../testing/dirty-log-race.mmd');
  });

  test('no name can be taken for syntax', () => {
    const safe = String.raw`(?:[\p{L}\p{N} ._()[\]=,+?!/]|#\d+;|<br/>)+`;
    const line = new RegExp(
      `^(?:  title ${safe}|  participant p\\d+ as ${safe}|  Note over p\\d+(?:,p\\d+)?: ${safe})$`,
      'u',
    );
    fc.assert(
      fc.property(arbitraryTrace, (trace) => {
        const [first, ...rest] = (render['mermaid']?.(trace) ?? '').trimEnd().split('\n');
        expect(first).toBe('sequenceDiagram');
        for (const each of rest) expect(each).toMatch(line);
        const notes = rest.filter((each) => /^ {2}Note over p\d+: \d+\. /.test(each));
        expect(notes).toHaveLength(trace.steps.length);
      }),
    );
  });
});

describe('itf', () => {
  const expression = {
    $id: 'expression',
    anyOf: [
      { type: ['string', 'boolean'] },
      {
        type: 'object',
        properties: { '#bigint': { type: 'string', pattern: '^-?(0|[1-9][0-9]*)$' } },
        required: ['#bigint'],
        additionalProperties: false,
      },
      { type: 'array', items: { $ref: 'expression' } },
      { type: 'object', propertyNames: { pattern: '^[^#]' }, additionalProperties: { $ref: 'expression' } },
    ],
  };
  const schema = {
    type: 'object',
    properties: {
      '#meta': {
        type: 'object',
        properties: { format: { const: 'ITF' } },
        required: ['format', 'description'],
      },
      vars: { type: 'array', items: { type: 'string' }, uniqueItems: true },
      states: {
        type: 'array',
        minItems: 1,
        items: {
          type: 'object',
          properties: {
            '#meta': { type: 'object', properties: { index: { type: 'integer' } }, required: ['index'] },
          },
          required: ['#meta'],
          additionalProperties: { $ref: 'expression' },
        },
      },
    },
    required: ['#meta', 'vars', 'states'],
    additionalProperties: false,
  };
  const validate = new Ajv2020({ allowUnionTypes: true, schemas: [expression] }).compile<ItfDocument>(schema);

  test('fits ADR-015, and its states are those of the trace', () => {
    fc.assert(
      fc.property(arbitraryTrace, (trace) => {
        const document: unknown = JSON.parse(render['itf']?.(trace) ?? '');
        expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
        const { vars, states } = document as ItfDocument;
        expect(states.map(({ '#meta': _, ...variables }) => decode(variables))).toEqual(statesOf(trace));
        for (const state of states) expect(Object.keys(state)).toEqual(['#meta', ...vars]);
        expect(states.map((state) => state['#meta']['process'])).toEqual([
          undefined,
          ...trace.steps.map((step) => step.process),
        ]);
      }),
    );
  });
});

interface ItfDocument {
  readonly vars: readonly string[];
  readonly states: readonly ({ readonly '#meta': Record<string, unknown> } & Record<string, unknown>)[];
}

function decode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decode);
  if (typeof value !== 'object' || value === null) return value;
  if ('#bigint' in value) return Number(value['#bigint']);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, decode(each)]));
}
