/** The folder of `--out`: one file for each counterexample. */
import { join, relative, resolve } from 'node:path';
import { serializeTrace } from '../../counterexamples/serialize.js';
import type { Trace } from '../../counterexamples/trace.js';
import type { ScenarioReport } from '../check/report.js';
import type { Environment } from './environment.js';
import { makeFolder } from './files.js';

export class TraceFolder {
  /** Paths by trace, relative to the working directory where that is shorter. */
  private readonly files = new Map<Trace, string>();

  constructor(
    readonly folder: string | undefined,
    private readonly environment: Pick<Environment, 'cwd' | 'writeFile'>,
  ) {
    if (folder === undefined) return;
    makeFolder(folder, environment.cwd);
  }

  async write(report: Pick<ScenarioReport, 'scenario' | 'results'>): Promise<void> {
    const { folder, files } = this;
    const { cwd, writeFile } = this.environment;
    if (folder === undefined) return;
    for (const { trace } of report.results) {
      if (trace === null || files.has(trace)) continue;
      const name = `${report.scenario}.${trace.property.id}`.replace(/[^\w.()-]+/g, '.');
      const path = resolve(cwd, folder, `${name}.trace.json`);
      await writeFile(path, serializeTrace(trace));
      const shorter = relative(cwd, path);
      files.set(trace, shorter.startsWith('..') ? path : join(shorter));
    }
  }

  fileOf(trace: Trace | null): string | null {
    return trace === null ? null : (this.files.get(trace) ?? null);
  }
}
