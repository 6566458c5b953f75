/**
 * The liveness pass: a local that nothing reads any more is set to the lowest value of its domain (which packs as 0)
 * where its process comes to a boundary or ends. States that differ only in values that no one looks at again become
 * one. A local that was never set has that value from the start.
 */
import type { Block, Expr, Graph, Instr } from '../ir/graph.js';
import { type Flow, stepSuccessors } from '../ir/traverse.js';
import { mapProcesses } from './compact.js';
import {
  addAll,
  addBit,
  type Bits,
  forEachBit,
  forEachLive,
  hasBit,
  type Liveness,
  liveness,
  removeBit,
  wordsFor,
} from './live.js';

export function resetDeadLocals(graph: Graph): Graph {
  return mapProcesses(graph, resetFlow);
}

function resetFlow(flow: Flow): Flow {
  const live = liveness(flow);
  const states = new PackedLocals(flow, live);
  const dirty = dirtyAtEnd(flow, states);
  const blocks = flow.blocks.map((block, i): Block => {
    const { end } = block;
    if (end.to !== 'boundary' && end.to !== 'end') return block;
    const kept = end.to === 'boundary' ? states.atBoundary[end.boundary] : undefined;
    const resets: Instr[] = [];
    forEachBit(dirty[i] ?? states.none(), (member) => {
      if (kept !== undefined && hasBit(kept, member)) return;
      resets.push({ do: 'set', local: states.locals[member] ?? 0, value: states.lowest(member) });
    });
    return resets.length === 0 ? block : { instrs: [...block.instrs, ...resets], end };
  });
  return { ...flow, blocks };
}

/** The locals that have a place in the state, numbered for sets of them. */
class PackedLocals {
  readonly locals: readonly number[];
  readonly atBoundary: readonly Bits[];
  readonly #members: Int32Array;

  constructor(
    private readonly flow: Flow,
    live: Liveness,
  ) {
    this.locals = flow.locals.flatMap(({ domain }, i) => (domain === null ? [] : [i]));
    this.#members = new Int32Array(flow.locals.length).fill(-1);
    for (const [member, local] of this.locals.entries()) this.#members[local] = member;
    this.atBoundary = live.atBoundary.map((set) => {
      const members = this.none();
      forEachLive(live, set, (local) => {
        if (this.member(local) >= 0) addBit(members, this.member(local));
      });
      return members;
    });
  }

  none(): Bits {
    return new Uint32Array(wordsFor(this.locals.length));
  }

  /** The number of a local, or -1 if it has no place in the state. */
  member(local: number): number {
    return this.#members[local] ?? -1;
  }

  lowest(member: number): Expr {
    return { op: 'const', value: this.flow.locals[this.locals[member] ?? 0]?.domain?.lo ?? 0 };
  }
}

/**
 * By block: the locals that may have another value than their lowest where it ends. A step begins with those that
 * are live at its boundary, as the resets see to it; the entry begins with none.
 */
function dirtyAtEnd(flow: Flow, states: PackedLocals): readonly Bits[] {
  const atStart = flow.blocks.map(() => states.none());
  const atEnd = flow.blocks.map(() => states.none());
  for (const [i, point] of flow.boundaries.entries()) {
    const start = atStart[point.block];
    if (start !== undefined) addAll(start, states.atBoundary[i]);
  }
  const queued = new Uint8Array(flow.blocks.length).fill(1);
  const queue = flow.blocks.map((_, i) => i).reverse();
  for (let i = queue.pop(); i !== undefined; i = queue.pop()) {
    queued[i] = 0;
    const block = flow.blocks[i];
    if (block === undefined) continue;
    const dirty = Uint32Array.from(atStart[i] ?? []);
    for (const instr of block.instrs) {
      const member = instr.do === 'set' ? states.member(instr.local) : -1;
      if (instr.do !== 'set' || member < 0) continue;
      const lowest = flow.locals[instr.local]?.domain?.lo;
      if (instr.value.op === 'const' && instr.value.value === lowest) removeBit(dirty, member);
      else addBit(dirty, member);
    }
    if (block.end.to === 'choose' && states.member(block.end.local) >= 0)
      addBit(dirty, states.member(block.end.local));
    atEnd[i] = dirty;
    for (const next of stepSuccessors(block.end)) {
      const start = atStart[next];
      if (start === undefined || !addAll(start, dirty) || queued[next] === 1) continue;
      queued[next] = 1;
      queue.push(next);
    }
  }
  return atEnd;
}
