/** The declarations that model files are checked against are those of the language as it stands. */
import { readFileSync } from 'node:fs';
import { ts } from '../../typescript.js';
import { expect, test } from 'vitest';

const FILES = ['index', 'declarations', 'primitives', 'temporal', 'types'];

test('the embedded declarations are those of checker/language (vitest -u writes them anew)', async () => {
  const modules = FILES.map((name) => {
    const path = new URL(`../../language/${name}.ts`, import.meta.url);
    const { outputText, diagnostics } = ts.transpileDeclaration(readFileSync(path, 'utf8'), {
      fileName: `${name}.ts`,
      reportDiagnostics: true,
      compilerOptions: { declaration: true, isolatedDeclarations: true, removeComments: true },
    });
    expect(diagnostics).toEqual([]);
    expect(outputText).not.toMatch(/[`\\]|\$\{/);
    return `  '${name}.d.ts': \`${outputText}\`,\n`;
  });
  await expect(
    `/** The declarations of checker/language, as the front end shows them to model files. Written by its test. */
export const LANGUAGE_DECLARATIONS: Readonly<Record<string, string>> = {
${modules.join('')}};
`,
  ).toMatchFileSnapshot('./language-declarations.ts');
});
