/** The front end as a whole: what it reads, what it keeps between calls, and which functions a program has. */
import { expect, test } from 'vitest';
import { InputError } from '../../diagnostics.js';
import { FrontEnd } from './frontend.js';
import { compile, diagnose, functionOf, model } from './testing/compile.js';

const STATE_FILE = `import type { Configuration } from 'mmucheck/language';
export interface Config extends Configuration { readonly n: number }
export interface Root { readonly config: Config; flag: boolean }
`;
const USER_FILE = `import type { Root } from './state.js';
import { helper } from './helper.js';
export function predicate(root: Root): boolean { return helper(root); }
`;
const HELPER_FILE = `import type { Root } from './state.js';
export function helper(root: Root): boolean { return root.flag; }
`;
const ROOTS = [{ file: 'm/user.ts', name: 'predicate' }];

function run(frontEnd: FrontEnd, texts: Record<string, string>, checked: string[] = []): string[] {
  try {
    const program = frontEnd.program({ root: '/p', texts: new Map(Object.entries(texts)) }, ROOTS, checked);
    return Object.keys(program.functions);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.diagnostics.map(
      ({ span, message }) => `${span?.file}:${span?.line}:${span?.column}: ${message}`,
    );
  }
}

test('one front end sees files change, come and go', () => {
  const frontEnd = new FrontEnd();
  const all = { 'm/state.ts': STATE_FILE, 'm/user.ts': USER_FILE, 'm/helper.ts': HELPER_FILE };
  expect(run(frontEnd, all)).toEqual(['helper', 'predicate']);

  expect(run(frontEnd, { ...all, 'm/helper.ts': HELPER_FILE.replace('root.flag', 'root.flug') })).toEqual([
    "m/helper.ts:2:59: Property 'flug' does not exist on type 'Root'",
  ]);
  const { 'm/helper.ts': _, ...without } = all;
  expect(run(frontEnd, without)).toEqual([
    "m/user.ts:2:24: Cannot find module './helper.js' or its corresponding type declarations",
  ]);
  expect(run(frontEnd, all)).toEqual(['helper', 'predicate']);
  const renamed = {
    ...without,
    'm/user.ts': USER_FILE.replace('./helper.js', './other.js'),
    'm/other.ts': HELPER_FILE,
  };
  expect(run(frontEnd, renamed)).toEqual(['helper', 'predicate']);
});

test('only files that the roots reach must be right', () => {
  const texts = {
    'm/state.ts': STATE_FILE,
    'm/user.ts': USER_FILE,
    'm/helper.ts': HELPER_FILE,
    'm/broken.ts': 'export const x: number = "text";',
  };
  expect(run(new FrontEnd(), texts)).toEqual(['helper', 'predicate']);
  expect(run(new FrontEnd(), texts, ['m/broken.ts'])).toEqual([
    "m/broken.ts:1:14: Type 'string' is not assignable to type 'number'",
  ]);
});

test('a file outside the root has a name that begins with ../', () => {
  const texts = {
    'm/state.ts': STATE_FILE,
    '../elsewhere/user.ts': `import type { Root } from 'mmucheck/m/state.js';
export function predicate(root: Root): boolean { return root.flug; }`,
  };
  const frontEnd = new FrontEnd();
  const sources = { root: '/home/user/project', texts: new Map(Object.entries(texts)) };
  expect(() => frontEnd.program(sources, [{ file: '../elsewhere/user.ts', name: 'predicate' }])).toThrow(
    /flug/,
  );
});

test('functions that share a name are told apart by their files', () => {
  const others = {
    'other.ts':
      "import type { Root } from './model.js';\nfunction g(root: Root): boolean { return !root.flag; }\nexport function h(root: Root): boolean { return g(root); }",
  };
  const program = compile(
    model(`import { h } from './other.js';
export type { Root };
function g(root: Root): boolean { return root.flag; }
export function f(root: Root): boolean { return g(root) && h(root); }`),
    others,
  );
  expect(Object.keys(program.functions)).toEqual(['f', 'h', 'model.ts#g', 'other.ts#g']);
});

test('only functions that the roots reach are part of the program', () => {
  const program = compile(
    model(`function used(root: Root): boolean { return root.flag; }
function unused(text: string): string { return text + [1, 2].map((n) => n * 1.5).join(); }
export function f(root: Root): boolean { return used(root); }`),
  );
  expect(Object.keys(program.functions)).toEqual(['f', 'used']);
});

test('scenario files may use what the model may not', () => {
  const scenario = `import { process, property, scenarios } from 'mmucheck/language';
import { f, type Root } from './model.js';
const BASE = { n: 2, fast: true, kind: 'a' };
const names = ['x', 'y'].map((name, i) => \`\${name}\${i}\`).filter((name) => name.includes('x'));
for (const [key, value] of Object.entries(BASE)) names.push(\`\${key}=\${value}\`);
function setup(root: Root): void { for (let i = 0; i < root.flags.length; i++) root.flags[i] = i > 0; }
function* run(root: Root, index: number) { yield; root.flags[index] = f(root); }
export default scenarios({
  ...Object.fromEntries([1, 2].map((n) => [\`many-\${n}\`, {
    title: names.join(', '), claims: [], config: { ...BASE, n }, setup,
    processes: Array.from({ length: n }, (_, i) => process(\`cpu\${i}\`, run, i)),
    properties: [property({ id: 'P1', title: 'flag', invariant: f })], witnesses: [],
  }])),
});
`;
  const text = model('export function f(root: Root): boolean { return root.flag; }\nexport type { Root };');
  const frontEnd = new FrontEnd();
  const texts = new Map([
    ['model.ts', text],
    ['scenario.ts', scenario],
  ]);
  const program = frontEnd.program({ root: '/p', texts }, [{ file: 'model.ts', name: 'f' }], ['scenario.ts']);
  expect(functionOf(program, 'f').operation).toBe(false);
});

test('all errors of a run are reported, in the order of the files', () => {
  const found = diagnose(
    model(`import { g } from './other.js';
export type { Root };
export function* f(root: Root): Op {
  yield;
  let x = [1];
  try { root.count = 1.5; } catch { }
  for (const y of [1]) root.flag = y == 1;
  root.count += null;
  g(root);
}`),
    {
      'other.ts':
        "import type { Root } from './model.js';\nexport function g(root: Root): void { delete root.flag; throw root; }",
    },
  );
  expect(found.map((each) => each.replace(/ is .*| converts.*| must .*/, ''))).toEqual([
    '6:11: an array',
    '7:3: `try`',
    '8:3: `for ... of`',
    '9:17: `null`',
    'other.ts:2:39: `delete`',
    'other.ts:2:57: `throw`',
  ]);
});

test("TypeScript's own errors come with advice for model authors", () => {
  const advice = (body: string): string[] =>
    diagnose(
      model(`export type { Root };\nexport function* f(root: Root): Op {\n  yield;\n  ${body}\n}`),
    ).map((each) => each.slice(each.lastIndexOf(' | ') + 3));
  expect(advice("if (root.mode === 'idle') { yield; root.flag = root.mode === 'busy'; }")).toEqual([
    expect.stringMatching(/nothing changed since an earlier check.*function of its own/),
  ]);
  expect(advice('root.tables[0].entry[0].pfn = 1;')).toEqual([expect.stringMatching(/replaced as a whole/)]);
  expect(diagnose("import { Op } from 'mmucheck/language';\nexport function* f(): Op { yield; }")[0]).toMatch(
    /^1:10: .* \| Write `import type \{ \.\.\. \}`/,
  );
});

test('a scenario without processes and predicates has nothing to compile', () => {
  expect(() => new FrontEnd().program({ root: '/p', texts: new Map() }, [])).toThrow(InputError);
});

test('variants in turn with the base are each seen as they are', () => {
  const frontEnd = new FrontEnd();
  const base = { 'm/state.ts': STATE_FILE, 'm/user.ts': USER_FILE, 'm/helper.ts': HELPER_FILE };
  const broken = { ...base, 'm/state.ts': STATE_FILE.replace('flag: boolean', 'flag: 0 | 1') };
  const other = { ...base, 'm/helper.ts': HELPER_FILE.replace('root.flag', '!root.flag') };
  const errors = [
    "m/helper.ts:2:47: Type 'number' is not assignable to type 'boolean': Type 'number' is not assignable to type 'boolean'",
  ];
  for (let i = 0; i < 2; i++) {
    expect(run(frontEnd, base)).toEqual(['helper', 'predicate']);
    expect(run(frontEnd, broken)).toEqual(errors);
    expect(run(frontEnd, other)).toEqual(['helper', 'predicate']);
  }
});
