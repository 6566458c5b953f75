/** Writes counterexamples/gallery anew: a page for each exhibit, from what the checker finds, and the index. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { galleryFiles } from '../dist/counterexamples/exhibits/gallery.js';

const folder = new URL('../counterexamples/gallery/', import.meta.url);
const program = new URL('../dist/checker/cli/main.js', import.meta.url).pathname;
const cwd = new URL('..', import.meta.url).pathname;

const files = await galleryFiles(async (args) =>
  execFileSync(process.execPath, [program, ...args], { cwd, encoding: 'utf8', maxBuffer: 2 ** 28 }),
);
mkdirSync(folder, { recursive: true });
for (const file of readdirSync(folder)) if (!files.has(file)) rmSync(new URL(file, folder));
for (const [file, text] of files) writeFileSync(new URL(file, folder), text);
