/** The examples of README.md do what the text says: they compile, or are refused with the words behind `refused`. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { diagnose } from '../compiler/frontend/testing/compile.js';

const README = readFileSync(new URL('README.md', import.meta.url), 'utf8');
const EXAMPLES = [...README.matchAll(/```ts *(state|refused)? *(.*)\n([\s\S]*?)```/g)].map((match) => {
  const [, kind = 'compiles', words = '', text = ''] = match;
  return { kind, words, text };
});
const STATE = EXAMPLES.find((example) => example.kind === 'state')?.text ?? '';
const ARGUMENTS: Readonly<Record<string, string>> = {
  Kvm: 'root',
  Vcpu: 'root.vcpus[0]',
  Gfn: '0',
  number: '0',
};

/** An operation that calls every function of the example that it has arguments for. */
function withCaller(text: string): string {
  const functions = text.matchAll(/^(?:export )?function(\*?) (\w+)\((.*?)\)/gm);
  const calls = [...functions].flatMap(([, star, name, list = '']) => {
    const args = list.split(', ').map((parameter) => ARGUMENTS[parameter.split(': ')[1] ?? '']);
    return args.includes(undefined) ? [] : [`${star === '*' ? 'yield* ' : ''}${name}(${args.join(', ')});`];
  });
  const own = `${STATE}${text}`.replace(/^export (?=const|function)/gm, '');
  return `${own}\nexport function* example(root: Kvm): Op {\n  yield;\n  ${calls.join('\n  ')}\n}\n`;
}

const ofKind = (kind: string) => EXAMPLES.filter((example) => example.kind === kind);

test.each(ofKind('compiles'))('compiles: $text', ({ text }) => {
  expect(diagnose(withCaller(text))).toEqual([]);
});

test.each(ofKind('refused'))('is refused: $words', ({ text, words }) => {
  expect(diagnose(withCaller(text)).join('\n')).toContain(words);
});

test('there are examples of both kinds', () => {
  expect(ofKind('compiles').length).toBeGreaterThan(8);
  expect(ofKind('refused').length).toBeGreaterThan(2);
});
