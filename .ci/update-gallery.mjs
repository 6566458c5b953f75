/** Writes counterexamples/gallery anew: a page for each exhibit, from what the checker finds, and the index. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { galleryFiles } from '../dist/counterexamples/exhibits/gallery.js';

const folder = new URL('../counterexamples/gallery/', import.meta.url);

const files = await galleryFiles(fileURLToPath(new URL('..', import.meta.url)));
mkdirSync(folder, { recursive: true });
for (const file of readdirSync(folder)) if (!files.has(file)) rmSync(new URL(file, folder));
for (const [file, text] of files) writeFileSync(new URL(file, folder), text);
