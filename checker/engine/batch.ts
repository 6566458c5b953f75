/** The buffers of one thread: source states, the records that `expand` makes of them, and what must be looked up. */
import { Lookups } from './kernels/interner.js';

/** In `moves`: one of the source's steps fails. */
export const FAILED = 1;

export class Batch {
  /** By source: the index of the state, and where its words are in `sources`. */
  readonly indices: Uint32Array;
  readonly at: Uint32Array;
  sources: Uint32Array;
  /** By source, of states in parts: the references of its parts. */
  readonly first: Int32Array;
  readonly second: Int32Array;
  /** By source: the position behind its last record. */
  readonly ends: Int32Array;
  /** By source: nonzero if a step of a process that is not resting leads elsewhere, or to a failure. */
  readonly moves: Int32Array;
  /** Whether one of the records is a failure. */
  failed = 0;
  out: Uint32Array;
  /** By lookup: its source in the batch. */
  origins = new Int32Array(0);
  readonly lookups = new Lookups();

  // Of states in parts only: where each lookup's record is, the pair that is looked up, and the lookups of the parts.
  records = new Int32Array(0);
  references = new Int32Array(0);
  readonly firsts = new Lookups();
  readonly seconds = new Lookups();

  constructor(
    readonly words: number,
    readonly size: number,
    outLength: number,
    readonly inParts: boolean,
  ) {
    this.indices = new Uint32Array(size);
    this.at = new Uint32Array(size);
    this.sources = new Uint32Array(inParts ? size * words : 0);
    this.first = new Int32Array(inParts ? size : 0);
    this.second = new Int32Array(inParts ? size : 0);
    this.ends = new Int32Array(size);
    this.moves = new Int32Array(size);
    this.out = new Uint32Array(outLength);
    if (inParts) for (let k = 0; k < size; k++) this.at[k] = k * words;
  }

  /** Makes room for so many lookups. */
  reserve(count: number): void {
    if (this.origins.length >= count) return;
    const room = Math.ceil(count * 1.25);
    this.origins = new Int32Array(room);
    this.lookups.reserve(room);
    if (!this.inParts) return;
    this.records = new Int32Array(room);
    this.references = new Int32Array(2 * room);
    this.firsts.reserve(room);
    this.seconds.reserve(room);
  }

  /** Where the record of a lookup is in `out`. */
  record(lookup: number): number {
    return (this.inParts ? this.records[lookup] : this.lookups.positions[lookup]) ?? 0;
  }

  get bytes(): number {
    const arrays = [
      this.indices,
      this.at,
      this.first,
      this.second,
      this.ends,
      this.moves,
      this.out,
      this.origins,
    ];
    const more = [this.records, this.references, this.inParts ? this.sources : this.origins];
    return (
      [...arrays, ...more].reduce((sum, { byteLength }) => sum + byteLength, 0) +
      this.lookups.bytes +
      this.firsts.bytes +
      this.seconds.bytes
    );
  }
}
