/**
 * Builds the program unless it is newer than its sources. npm runs this after an installation, and npx before every
 * start of a program in the current folder: that one must not wait for a compiler.
 */
import { execSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const changed = (path) => statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs;
const sources = ['checker', 'counterexamples'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name)),
);
const newest = Math.max(...[...sources, 'package.json', 'tsconfig.base.json', 'tsconfig.build.json'].map(changed));
if ((changed('dist/.tsbuildinfo') ?? 0) < newest) execSync('npm run build', { cwd: root, stdio: 'inherit' });
