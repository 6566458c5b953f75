/** Lowered functions do what the same text does as JavaScript. */
import fc from 'fast-check';
import { ts } from '../../typescript.js';
import { expect, test } from 'vitest';
import * as language from '../../language/primitives.js';
import { InputError } from '../../diagnostics.js';
import { compile } from './testing/compile.js';
import { Interpreter, OutOfFuel, type Value } from './testing/interpret.js';
import { randomModel } from './testing/random-functions.js';

const CONFIG = { n: 5, fast: true, kind: 'a' };

function initialState(): { [field: string]: Value } {
  const entry = (pfn: number): Value => ({ pfn, writable: pfn % 2 === 0, mode: 'idle' });
  const table = (first: number): Value => ({
    entry: [0, 1, 2, 3, 4].map((i) => entry((first + i) % 5)),
    used: false,
  });
  return {
    tables: [table(0), table(3)],
    flags: [true, false, true, false, false],
    lock: { owner: -1 },
    count: 1,
    flag: false,
    mode: 'busy',
  };
}

/** Answers from a list, over and over. */
function answers(list: readonly number[]): language.Chooser {
  let next = 0;
  return (count) => (list.length === 0 ? 0 : (list[next++ % list.length] ?? 0) % count);
}

function runAsJavaScript(text: string, list: readonly number[]): unknown {
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: {
      module: ts.ModuleKind.CommonJS,
      target: ts.ScriptTarget.ES2022,
      verbatimModuleSyntax: false,
    },
  });
  const exports: { f?: (root: unknown) => Generator<unknown, unknown> } = {};
  new globalThis.Function('exports', 'require', outputText)(exports, () => language);
  const root = { ...initialState(), config: CONFIG };
  const choose = answers(list);
  const run = exports.f?.(root);
  for (;;) {
    const { done, value } = language.withChooser(choose, () => run?.next() ?? { done: true, value: null });
    if (done === true) return { result: value, root: { ...root, config: null } };
  }
}

function runLowered(text: string, list: readonly number[]): unknown {
  const root = initialState();
  const result = new Interpreter(compile(text), CONFIG, answers(list)).call('f', [root]);
  return { result, root: { ...root, config: null } };
}

test('random functions', () => {
  fc.assert(
    fc.property(randomModel, fc.array(fc.nat(5), { maxLength: 6 }), (text, list) => {
      try {
        expect(runLowered(text, list)).toEqual(runAsJavaScript(text, list));
      } catch (error) {
        // TypeScript follows the values of locals, and finds some comparisons of random code pointless.
        const isPointless =
          error instanceof InputError && /unintentional|comparable|never|always/.test(error.message);
        fc.pre(!isPointless && !(error instanceof OutOfFuel));
        throw error;
      }
    }),
    { numRuns: 25 },
  );
});
