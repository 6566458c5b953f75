/**
 * The structure of a trace document as a JSON Schema (2020-12). trace.schema.json is this, published; a test keeps
 * the two the same.
 */
import { FORMAT, VERSION } from './trace.js';

export const SCHEMA_ID = `urn:mmucheck:trace:${VERSION}`;

const text = { type: 'string' } as const;
const texts = { type: 'array', items: text } as const;
const count = { type: 'integer', minimum: 0 } as const;
const scalar = { type: ['integer', 'boolean', 'string'] } as const;

/** An object with exactly these members. */
function record(
  description: string,
  properties: Readonly<Record<string, object>>,
  optional: Readonly<Record<string, object>> = {},
): object {
  return {
    type: 'object',
    description,
    properties: { ...properties, ...optional },
    required: Object.keys(properties),
    additionalProperties: false,
  };
}

const frame = record(
  'A function that is running, and where in it the next one was called or the process stands.',
  {
    function: { ...text, minLength: 1 },
    file: text,
    line: { type: 'integer', minimum: 1 },
    column: { type: 'integer', minimum: 1 },
    text: { ...text, description: 'The source text there: a call, or the yield where the process stands.' },
  },
);

const stack = { type: 'array', items: { $ref: '#/$defs/frame' }, description: 'Outermost function first.' };

const change = record('A scalar of the shared state that the step changed.', {
  path: { ...text, description: 'Such as pt[1].spte[0].kind', minLength: 1 },
  before: scalar,
  after: scalar,
});

const step = record('What one process did at once.', {
  process: { ...text, description: 'One of processes.' },
  label: { ...text, description: 'The call that the step is, as in the source.' },
  stack: { ...stack, minItems: 1 },
  choices: {
    type: 'array',
    items: count,
    description: "Answers to the step's nondeterministic choices, in order.",
  },
  boundaries: {
    type: 'integer',
    minimum: 1,
    description: 'How often a direct execution is resumed for the step.',
  },
  locks: {
    type: 'object',
    additionalProperties: text,
    description: 'The locks that are not free after the step, by path.',
  },
  changes: { type: 'array', items: change, description: 'Empty for a step that ended in an error.' },
});

const tree = {
  anyOf: [scalar, { type: 'array', items: { $ref: '#/$defs/tree' } }, { $ref: '#/$defs/record' }],
};

const temporal = record('How the run of a temporal property goes on.', {
  start: {
    type: ['integer', 'null'],
    minimum: 0,
    description:
      'After how many steps the cycle begins that the run stays in; the number of steps: it stays in the last state; null: however it goes on.',
  },
  fairness: record('What the scheduler owes, by names of processes and their functions.', {
    unfair: texts,
    strong: texts,
    weak: texts,
  }),
  assumptions: { ...text, description: 'What the scheduler owes, in words.' },
});

export const traceSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: SCHEMA_ID,
  title: 'mmucheck trace',
  ...record(
    'One run of a model that ends in a violation. States are given as the initial one and differences.',
    {
      format: { const: FORMAT },
      version: { const: VERSION },
      scenario: record('The scenario that ran.', { name: text, file: text, title: text, claims: texts }),
      model: record('The model that ran.', {
        hash: { ...text, description: 'Of its sources, with the patches applied.' },
        patches: {
          type: 'array',
          description: 'Unified diffs in the order in which they were applied.',
          items: record('A variant of the model.', { name: text, text }),
        },
      }),
      configuration: { type: 'object', additionalProperties: scalar },
      property: record('The property that is violated.', { id: text, title: text }),
      violation: record('How it is violated.', {
        kind: { enum: ['invariant', 'step', 'assertion', 'model error', 'deadlock', 'temporal'] },
        message: text,
        error: { enum: ['index', 'domain', 'recursion', 'arithmetic', null] },
        stack: { anyOf: [stack, { type: 'null' }] },
      }),
      processes: { ...texts, minItems: 1, uniqueItems: true },
      locks: { ...texts, description: 'Paths of the locks of the shared state.' },
      initial: { $ref: '#/$defs/record', description: 'The shared state before the first step.' },
      steps: { type: 'array', items: { $ref: '#/$defs/step' } },
      standing: {
        type: 'array',
        description: 'Where each process stands in the end; null where it has finished.',
        items: { anyOf: [stack, { type: 'null' }] },
      },
    },
    {
      temporal,
      scope: { ...texts, description: 'The members of configuration that the scenario has chosen.' },
    },
  ),
  $defs: {
    frame,
    step,
    tree,
    record: { type: 'object', additionalProperties: { $ref: '#/$defs/tree' } },
  },
} as const;
