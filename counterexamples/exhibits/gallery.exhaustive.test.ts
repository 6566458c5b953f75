/** The pages of the gallery are what the checker finds now. `npm run gallery` writes them anew. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { galleryFiles } from './gallery.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const GALLERY = join(ROOT, 'counterexamples/gallery');

it('is current (if not: npm run gallery)', async () => {
  const files = await galleryFiles(ROOT);
  expect(readdirSync(GALLERY).sort()).toEqual([...files.keys()].sort());
  for (const [file, text] of files) expect(readFileSync(join(GALLERY, file), 'utf8'), file).toBe(text);
});
