/** Which locals are live where: backward over the blocks of all steps, on bit sets. */
import type { Block, Terminator } from '../ir/graph.js';
import { type Flow, instrExprs, successors, terminatorExpr, visitLocals } from '../ir/traverse.js';

/** A set of locals, one bit each. */
export type Bits = Uint32Array;

export interface Liveness {
  /** What is live where a block begins. */
  readonly atStart: (block: number) => Bits;
  /** What is live where a block ends, its terminator's own reads excluded. The caller may change the set. */
  readonly atEnd: (block: number) => Bits;
  /** By boundary: what the step from it, or its rest condition, may read. */
  readonly atBoundary: readonly Bits[];
}

export function wordsFor(locals: number): number {
  return Math.ceil(locals / 32);
}

export function liveness(flow: Flow): Liveness {
  const { blocks, boundaries, locals } = flow;
  const uses = blockUses(flow);
  const { travellers } = uses;
  const words = wordsFor(travellers.length);
  // Per block: what is live at its start, at first what it reads before it sets it; and what it sets.
  const live = new Uint32Array(blocks.length * words);
  const sets = new Uint32Array(blocks.length * words);
  for (const [block, { reads, writes }] of uses.ofBlock.entries()) {
    for (const local of reads) addBit(live, block * words * 32 + (uses.places[local] ?? 0));
    for (const local of writes) {
      const place = uses.places[local] ?? NOWHERE;
      if (place !== NOWHERE) addBit(sets, block * words * 32 + place);
    }
  }
  const next = blocks.map(({ end }) => successors(end, boundaries));
  const previous: number[][] = blocks.map(() => []);
  for (const [block, targets] of next.entries()) for (const to of targets) previous[to]?.push(block);

  // Successors first, because information flows backward: only loops need more than one round.
  const order = postorder(next);
  const queued = new Uint8Array(blocks.length).fill(1);
  for (let left = blocks.length; left > 0; )
    for (const block of order) {
      if (queued[block] === 0) continue;
      queued[block] = 0;
      left--;
      let changed = false;
      for (const to of next[block] ?? [])
        for (let w = 0, at = block * words, from = to * words; w < words; w++, at++, from++) {
          const added = (live[from] ?? 0) & ~(sets[at] ?? 0) & ~(live[at] ?? 0);
          if (added === 0) continue;
          live[at] = (live[at] ?? 0) | added;
          changed = true;
        }
      if (!changed) continue;
      for (const before of previous[block] ?? []) {
        if (queued[before] === 1) continue;
        queued[before] = 1;
        left++;
      }
    }

  const allWords = wordsFor(locals.length);
  const addStart = (to: Bits, block: number): void => {
    for (let w = 0; w < words; w++)
      for (let rest = live[block * words + w] ?? 0; rest !== 0; rest &= rest - 1)
        addBit(to, travellers[w * 32 + 31 - Math.clz32(rest & -rest)] ?? 0);
  };
  const atStart = (block: number): Bits => {
    const bits = new Uint32Array(allWords);
    addStart(bits, block);
    return bits;
  };
  const atEnd = (block: number): Bits => {
    const bits = new Uint32Array(allWords);
    const end = blocks[block]?.end;
    for (const to of next[block] ?? []) addStart(bits, to);
    for (const local of uses.behind(end)) addBit(bits, local);
    return bits;
  };
  const atBoundary = boundaries.map((point, i) => {
    const bits = atStart(point.block);
    for (const local of uses.resting[i] ?? []) addBit(bits, local);
    return bits;
  });
  return { atStart, atEnd, atBoundary };
}

/** Not live anywhere but within a block. */
const NOWHERE = -1;

interface BlockUses {
  /** Per block: the locals that it reads before it sets them, and those that it sets. */
  readonly ofBlock: readonly { readonly reads: ReadonlySet<number>; readonly writes: ReadonlySet<number> }[];
  /** The locals that some block reads before it sets them. The others, most of them, are live within blocks only. */
  readonly travellers: readonly number[];
  /** By local: its place among these, or NOWHERE. */
  readonly places: Int32Array;
  /** By boundary: what its rest condition reads. */
  readonly resting: readonly (readonly number[])[];
  /** What is read where a block with this terminator has ended, but for what the next one reads. */
  readonly behind: (end: Terminator | undefined) => readonly number[];
}

function blockUses({ blocks, boundaries, locals, result }: Flow): BlockUses {
  const resting = boundaries.map(({ rest }) => {
    const read: number[] = [];
    if (rest !== null) visitLocals(rest, (local) => read.push(local));
    return read;
  });
  const results = result === null ? [] : [result];
  const behind = (end: Terminator | undefined): readonly number[] => {
    if (end?.to === 'boundary') return resting[end.boundary] ?? [];
    return end?.to === 'end' ? results : [];
  };
  const travellers: number[] = [];
  const places = new Int32Array(locals.length).fill(NOWHERE);
  const ofBlock = blocks.map(({ instrs, end }) => {
    const reads = new Set<number>();
    const writes = new Set<number>();
    const read = (local: number): void => {
      if (writes.has(local)) return;
      reads.add(local);
      if (places[local] === NOWHERE) places[local] = travellers.push(local) - 1;
    };
    for (const instr of instrs) {
      for (const expr of instrExprs(instr)) visitLocals(expr, read);
      if (instr.do === 'set') writes.add(instr.local);
    }
    const decision = terminatorExpr(end);
    if (decision !== null) visitLocals(decision, read);
    if (end.to === 'choose') writes.add(end.local);
    for (const local of behind(end)) read(local);
    return { reads, writes };
  });
  return { ofBlock, travellers, places, resting, behind };
}

/** All blocks, each behind those that it leads to, as far as there are no cycles. */
function postorder(next: readonly (readonly number[])[]): readonly number[] {
  const order: number[] = [];
  const seen = new Uint8Array(next.length);
  const path: { readonly block: number; turn: number }[] = [];
  const enter = (block: number): void => {
    if (seen[block] !== 0) return;
    seen[block] = 1;
    path.push({ block, turn: 0 });
  };
  for (const root of next.keys()) {
    enter(root);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const to = next[top.block]?.[top.turn++];
      if (to !== undefined) enter(to);
      else {
        order.push(top.block);
        path.pop();
      }
    }
  }
  return order;
}

/** From what is live behind the terminator of a block to what is live before it, in place. */
export function stepBackTerminator(block: Block, live: Bits): void {
  if (block.end.to === 'choose') removeBit(live, block.end.local);
  const expr = terminatorExpr(block.end);
  if (expr !== null) visitLocals(expr, (local) => addBit(live, local));
}

export function hasBit(bits: Bits, i: number): boolean {
  return (((bits[i >>> 5] ?? 0) >>> (i & 31)) & 1) === 1;
}

export function addBit(bits: Bits, i: number): void {
  bits[i >>> 5] = (bits[i >>> 5] ?? 0) | (1 << (i & 31));
}

export function removeBit(bits: Bits, i: number): void {
  bits[i >>> 5] = (bits[i >>> 5] ?? 0) & ~(1 << (i & 31));
}

/** Adds the other set; whether that changed anything. */
export function addAll(bits: Bits, other: Bits | undefined): boolean {
  let changed = 0;
  if (other !== undefined)
    for (let i = 0; i < bits.length; i++) {
      const added = (other[i] ?? 0) & ~(bits[i] ?? 0);
      changed |= added;
      bits[i] = (bits[i] ?? 0) | added;
    }
  return changed !== 0;
}

/** Calls `visit` for each member, in ascending order. */
export function forEachBit(bits: Bits, visit: (i: number) => void): void {
  for (let word = 0; word < bits.length; word++)
    for (let rest = bits[word] ?? 0; rest !== 0; rest &= rest - 1)
      visit(word * 32 + 31 - Math.clz32(rest & -rest));
}
