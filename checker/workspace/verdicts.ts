/** What was found when the scenarios were checked last, as the project keeps it beside its claims. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../diagnostics.js';
import type { Workspace } from './project.js';
import { readText } from './sources.js';

export interface RecordedVerdict {
  /** Of which declaration (ledger.ts). */
  readonly of: string;
  readonly states: number;
  /** Lengths of the counterexamples, by the ids of the properties that are violated. */
  readonly violated: Readonly<Record<string, number>>;
}

/** By name of the scenario; none if nothing was ever recorded. */
export function recordedVerdicts({ root, settings }: Workspace): ReadonlyMap<string, RecordedVerdict> {
  const file = `${settings.claims}/verdicts.json`;
  const path = join(root, file);
  if (settings.claims === undefined || !existsSync(path)) return new Map();
  const advice = 'Write it anew (npm run claims).';
  try {
    const found: unknown = JSON.parse(readText(path));
    if (!isRecord(found) || !Object.values(found).every(isVerdict)) throw new Error('no verdicts');
    return new Map(Object.entries(found as Record<string, RecordedVerdict>));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw InputError.of(`${file} cannot be read: ${reason}`, advice, { file, line: 1, column: 1 });
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isVerdict(value: unknown): boolean {
  return (
    isRecord(value) &&
    typeof value['of'] === 'string' &&
    Number.isInteger(value['states']) &&
    isRecord(value['violated']) &&
    Object.values(value['violated']).every(Number.isInteger)
  );
}
