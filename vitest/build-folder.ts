/** The exhaustive tests compile each scenario once: all of them remember it in one new folder, deleted at the end. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    readonly buildFolder: string;
  }
}

export default function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'mmucheck-exhaustive-'));
  project.provide('buildFolder', folder);
  return () => rmSync(folder, { recursive: true, force: true });
}
