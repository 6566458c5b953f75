/** The pages of the gallery are what the checker finds now. `npm run gallery` writes them anew. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { mmucheck, ROOT } from '../../checker/cli/testing/environment.js';
import { galleryFiles } from './gallery.js';

const GALLERY = join(ROOT, 'counterexamples/gallery');

it('is current (if not: npm run gallery)', async () => {
  const files = await galleryFiles(async (args) => (await mmucheck([...args], { cwd: ROOT })).stdout);
  expect(readdirSync(GALLERY).sort()).toEqual([...files.keys()].sort());
  for (const [file, text] of files) expect(readFileSync(join(GALLERY, file), 'utf8'), file).toBe(text);
});
