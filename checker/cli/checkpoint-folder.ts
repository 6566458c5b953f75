/**
 * Keeps the snapshots of one search in a folder, so that it can be gone on with after anything short of a broken disk.
 *
 * Rows are appended to one file per table; what a snapshot counts never changes afterwards. Then a manifest with the
 * lengths and checksums of all that was appended is written beside the old one, flushed and renamed over it. Whenever the
 * program is killed, the folder holds the last manifest or the one before, and at least the rows that it counts; what lies
 * behind them is cut off.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../diagnostics.js';
import { SNAPSHOT_VERSION, type Snapshot, type SnapshotKeeper } from '../engine/index.js';

/** Bytes that were appended at a time, with their checksum. */
interface Extent {
  readonly bytes: number;
  readonly sha256: string;
}

interface Manifest {
  readonly snapshot: Snapshot;
  /** By table. */
  readonly extents: readonly (readonly Extent[])[];
}

const MANIFEST = 'manifest.json';
const CHUNK = 2 ** 24;

export interface CheckpointOptions {
  readonly folder: string;
  /** Milliseconds between two snapshots. */
  readonly interval: number;
  /** Whether to go on from what is there. */
  readonly resume: boolean;
  /** Told once about each thing that goes wrong without ending the search. */
  readonly note: (message: string) => void;
}

/** @throws InputError if there is something that must not be overwritten, or nothing that can be used */
export function checkpointFolder({ folder, interval, resume, note }: CheckpointOptions): SnapshotKeeper {
  const known = readManifest(folder);
  if (known !== null && !resume) {
    throw InputError.of(
      `${folder} holds a checkpoint already`,
      'Go on from it with --resume, or give --checkpoint another folder.',
    );
  }
  const files = new Files(folder);
  let extents: Extent[][] = (known?.extents ?? []).map((each) => [...each]);
  const notes = new Set<string>();
  return {
    interval,
    resume: known && {
      snapshot: known.snapshot,
      read: (table, into) => files.read(table, bytesOf(into), extents[table] ?? []),
    },
    keep(snapshot, rows) {
      const before = extents;
      try {
        extents = rows.map((array, table) => {
          const done = before[table] ?? [];
          const from = lengthOf(done);
          const { count, width } = snapshot.rows[table] ?? { count: 0, width: 0 };
          const bytes = bytesOf(array.subarray(0, count * width)).subarray(from);
          return bytes.length === 0 ? done : [...done, files.append(table, bytes, from)];
        });
        writeManifest(folder, { snapshot, extents });
      } catch (error) {
        // The manifest that is there still says what counts.
        extents = before;
        for (const [table, done] of before.entries()) files.cut(table, lengthOf(done));
        const message = `no checkpoint could be written to ${folder}: ${error instanceof Error ? error.message : error}`;
        if (!notes.has(message)) note(message);
        notes.add(message);
      }
    },
  };
}

class Files {
  readonly #open: number[] = [];

  constructor(readonly folder: string) {}

  append(table: number, bytes: Uint8Array, from: number): Extent {
    const file = this.#file(table);
    const hash = createHash('sha256');
    for (let at = 0; at < bytes.length; at += CHUNK) {
      // A copy, because not every function takes memory that is shared.
      const chunk = Uint8Array.from(bytes.subarray(at, at + CHUNK));
      hash.update(chunk);
      for (let done = 0; done < chunk.length; ) {
        done += writeSync(file, chunk, done, chunk.length - done, from + at + done);
      }
    }
    fsyncSync(file);
    return { bytes: bytes.length, sha256: hash.digest('hex') };
  }

  read(table: number, into: Uint8Array, extents: readonly Extent[]): void {
    const file = this.#file(table);
    const damaged = () =>
      InputError.of(
        `the checkpoint in ${this.folder} is damaged: ${nameOf(table)} is not what was written`,
        'Begin anew, with --checkpoint and another folder.',
      );
    if (lengthOf(extents) !== into.length) throw damaged();
    let at = 0;
    for (const { bytes, sha256 } of extents) {
      const hash = createHash('sha256');
      for (const end = at + bytes; at < end; ) {
        const chunk = new Uint8Array(Math.min(CHUNK, end - at));
        const count = readSync(file, chunk, 0, chunk.length, at);
        if (count === 0) throw damaged();
        hash.update(chunk.subarray(0, count));
        into.set(chunk.subarray(0, count), at);
        at += count;
      }
      if (hash.digest('hex') !== sha256) throw damaged();
    }
    this.cut(table, at);
  }

  cut(table: number, length: number): void {
    try {
      ftruncateSync(this.#file(table), length);
    } catch {
      // What lies behind is not counted anyway.
    }
  }

  #file(table: number): number {
    mkdirSync(this.folder, { recursive: true });
    this.#open[table] ??= openSync(
      join(this.folder, nameOf(table)),
      constants.O_RDWR | constants.O_CREAT,
      0o644,
    );
    return this.#open[table];
  }
}

function nameOf(table: number): string {
  return `rows-${table}.bin`;
}

function lengthOf(extents: readonly Extent[]): number {
  return extents.reduce((sum, { bytes }) => sum + bytes, 0);
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function writeManifest(folder: string, manifest: Manifest): void {
  const body = JSON.stringify(manifest);
  const path = join(folder, MANIFEST);
  const temporary = `${path}.new`;
  const file = openSync(temporary, 'w');
  try {
    writeFileSync(file, JSON.stringify({ version: SNAPSHOT_VERSION, sha256: sha256(body), body }));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
  const directory = openSync(folder, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

function readManifest(folder: string): Manifest | null {
  const path = join(folder, MANIFEST);
  if (!existsSync(path)) return null;
  rmSync(`${path}.new`, { force: true });
  let outer: { readonly version?: unknown; readonly sha256?: unknown; readonly body?: unknown };
  try {
    outer = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    outer = {};
  }
  const advice = 'Begin anew, with --checkpoint and another folder.';
  if (typeof outer.body !== 'string' || outer.sha256 !== sha256(outer.body)) {
    throw InputError.of(
      `the checkpoint in ${folder} is damaged: ${MANIFEST} is not what was written`,
      advice,
    );
  }
  if (outer.version !== SNAPSHOT_VERSION) {
    throw InputError.of(`the checkpoint in ${folder} was written by another version of mmucheck`, advice);
  }
  return JSON.parse(outer.body) as Manifest;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
