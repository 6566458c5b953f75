/** What was found when the scenarios were checked last, as the project keeps it beside its claims. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isRecord, parseJson } from './json.js';
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
  return new Map(
    Object.entries(
      parseJson(readText(path), {
        name: file,
        isRight: areVerdicts,
        wrong: 'has no verdicts',
        advice: 'Write it anew (npm run claims).',
        span: { file, line: 1, column: 1 },
      }),
    ),
  );
}

function areVerdicts(value: unknown): value is Readonly<Record<string, RecordedVerdict>> {
  return isRecord(value) && Object.values(value).every(isVerdict);
}

function isVerdict(value: unknown): boolean {
  return (
    isRecord(value) &&
    typeof value['of'] === 'string' &&
    Number.isInteger(value['states']) &&
    isRecord(value['violated']) &&
    Object.values(value['violated']).every(Number.isInteger)
  );
}
