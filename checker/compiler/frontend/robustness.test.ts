/** Whatever stands in a model, the front end either makes a program or says what is wrong, at a place in a file. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InputError } from '../../diagnostics.js';
import { FrontEnd } from './frontend.js';
import { TOY_MODEL, TOY_ROOTS } from './testing/toy-model.js';

const frontEnd = new FrontEnd();
const FILE = 'model/mmu.ts';
const TOKENS = (TOY_MODEL[FILE] ?? '').match(/\s+|\w+|[^\w\s]/g) ?? [];
const WORDS = [
  'class',
  'async',
  'any',
  'null',
  'yield',
  'yield*',
  '...',
  '=>',
  '?.',
  '`',
  '/',
  '[]',
  'new',
  'this',
  'x',
  '(',
  '}',
  '==',
  'iter',
  'kvm',
];

const edit = fc.tuple(
  fc.nat(TOKENS.length - 1),
  fc.constantFrom('delete', 'double', 'replace', 'insert'),
  fc.constantFrom(...WORDS),
);

test('damaged models are refused with a place, or compiled', () => {
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
      const tokens = [...TOKENS];
      for (const [at, kind, word] of edits) {
        const token = tokens[at] ?? '';
        tokens[at] = { delete: '', double: `${token} ${token}`, replace: word, insert: `${token} ${word} ` }[
          kind
        ];
      }
      const texts = new Map([...Object.entries(TOY_MODEL), [FILE, tokens.join('')]]);
      try {
        frontEnd.program({ root: '/project', texts }, TOY_ROOTS);
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        expect(error.diagnostics.length).toBeGreaterThan(0);
        for (const { span, message, advice } of error.diagnostics) {
          const lines = (texts.get(span?.file ?? '') ?? '').split('\n');
          expect(span?.line).toBeLessThanOrEqual(lines.length);
          expect(message).not.toBe('');
          expect(advice).toMatch(/[.?]$/);
        }
      }
    }),
    { numRuns: 40 },
  );
});
