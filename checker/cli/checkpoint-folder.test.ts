import { appendFileSync, mkdtempSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { SNAPSHOT_VERSION, type Snapshot } from '../engine/index.js';
import { checkpointFolder } from './checkpoint-folder.js';
import { EXIT } from './exit-codes.js';
import { mmucheck } from './testing/environment.js';

let folder = '';
let notes: string[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mmucheck-checkpoint-'));
  notes = [];
});

const open = (resume: boolean, at = folder) =>
  checkpointFolder({ folder: at, interval: 0, resume, note: (message) => notes.push(message) });

function snapshotOf(count: number): Snapshot {
  return {
    version: SNAPSHOT_VERSION,
    identity: 'x',
    rows: [{ count, width: 2, zeros: -1 }],
    layers: [],
    current: { unit: 0, unitSize: 1, nextLayer: 0, gaps: [] },
    states: count,
    transitions: 0,
    seconds: 0,
    found: { invariants: 0, stepPredicates: 0, witnesses: 0, deadlock: 0, failed: [], steps: [] },
    collected: { invariants: 0, stepPredicates: 0, failed: [], deadlock: false, findings: [] },
  };
}

const rows = Uint32Array.from({ length: 2000 }, (_, index) => index * 7919);

function readBack(): { count: number; words: number[] } {
  const { resume } = open(true);
  if (resume === null) throw new Error('there is nothing to resume');
  const count = resume.snapshot.rows[0]?.count ?? 0;
  const words = new Uint32Array(2 * count);
  resume.read(0, words);
  return { count, words: [...words] };
}

describe('the folder of a checkpoint', () => {
  it('gives back what was kept last', () => {
    const keeper = open(false);
    for (const count of [10, 10, 400, 1000]) keeper.keep(snapshotOf(count), [rows]);
    expect(readBack()).toEqual({ count: 1000, words: [...rows] });
    expect(notes).toEqual([]);
  });

  it('does not mind what a killed program has left behind the last snapshot', () => {
    open(false).keep(snapshotOf(100), [rows]);
    appendFileSync(join(folder, 'rows-0.bin'), 'half a row');
    writeFileSync(join(folder, 'manifest.json.new'), '{ "version": 1, "sha');
    expect(readBack().count).toBe(100);
    const keeper = open(true);
    keeper.keep(snapshotOf(1000), [rows]);
    expect(readBack()).toEqual({ count: 1000, words: [...rows] });
  });

  it.each([
    ['a changed row', () => writeFileSync(join(folder, 'rows-0.bin'), new Uint8Array(8000))],
    ['a file that is too short', () => truncateSync(join(folder, 'rows-0.bin'), 799)],
    [
      'a changed manifest',
      () => {
        const path = join(folder, 'manifest.json');
        writeFileSync(path, readFileSync(path, 'utf8').replace('100', '101'));
      },
    ],
  ])('refuses %s', (_, damage) => {
    open(false).keep(snapshotOf(100), [rows]);
    damage();
    expect(readBack).toThrow('damaged');
  });

  it('does not overwrite a checkpoint unless asked to go on from it', () => {
    open(false).keep(snapshotOf(100), [rows]);
    expect(() => open(false)).toThrow('already');
  });

  it('keeps the last good snapshot when a later one cannot be written', () => {
    const keeper = open(false);
    keeper.keep(snapshotOf(100), [rows]);
    const broken = new Proxy(rows, {
      get: () => {
        throw new Error('no space left on the device');
      },
    });
    keeper.keep(snapshotOf(500), [broken]);
    keeper.keep(snapshotOf(600), [broken]);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toContain('no space left');
    expect(readBack().count).toBe(100);
    keeper.keep(snapshotOf(1000), [rows]);
    expect(readBack().count).toBe(1000);
  });
});

describe('--checkpoint and --resume', () => {
  const check = (...argv: string[]) => mmucheck(['check', 'doors/latched', ...argv]);

  it('come to the same verdicts', async () => {
    const untimed = ({ stdout }: { stdout: string }) =>
      stdout.replace(/"(seconds|searchSeconds|memoryBytes)": .*/g, '');
    const plain = await check('--json');
    expect(untimed(await check('--json', '--checkpoint', folder))).toBe(untimed(plain));
    expect(untimed(await check('--json', '--resume', folder))).toBe(untimed(plain));
  });

  it('say what is wrong', async () => {
    const missing = await check('--resume', join(folder, 'missing'));
    expect(missing.code).toBe(EXIT.usage);
    expect(missing.stderr).toContain('resume');
    expect((await check('--resume', folder, '--checkpoint', folder)).code).toBe(EXIT.usage);
  });
});
