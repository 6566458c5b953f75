/**
 * The liveness pass: a local that nothing reads any more is set to the lowest value of its domain (which packs as 0)
 * where its process comes to a boundary or ends. States that differ only in values that no one looks at again become
 * one. A local that was never set has that value from the start.
 */
import type { Block, Graph, Instr } from '../ir/graph.js';
import { type Flow, stepSuccessors } from '../ir/traverse.js';
import { mapProcesses } from './compact.js';
import { addAll, addBit, type Bits, forEachBit, hasBit, liveness, removeBit, wordsFor } from './live.js';

export function resetDeadLocals(graph: Graph): Graph {
  return mapProcesses(graph, resetFlow);
}

function resetFlow(flow: Flow): Flow {
  const { atBoundary } = liveness(flow);
  const dirty = dirtyAtEnd(flow, atBoundary);
  const nothing: Bits = new Uint32Array(wordsFor(flow.locals.length));
  const blocks = flow.blocks.map((block, i): Block => {
    const { end } = block;
    if (end.to !== 'boundary' && end.to !== 'end') return block;
    const live = (end.to === 'boundary' ? atBoundary[end.boundary] : undefined) ?? nothing;
    const resets: Instr[] = [];
    forEachBit(dirty[i] ?? nothing, (local) => {
      const domain = flow.locals[local]?.domain;
      if (domain == null || hasBit(live, local)) return;
      resets.push({ do: 'set', local, value: { op: 'const', value: domain.lo } });
    });
    return resets.length === 0 ? block : { instrs: [...block.instrs, ...resets], end };
  });
  return { ...flow, blocks };
}

/**
 * By block: the locals that may have another value than their lowest where it ends. A step begins with those that
 * are live at its boundary, as the resets see to it; the entry begins with none.
 */
function dirtyAtEnd(flow: Flow, atBoundary: readonly Bits[]): readonly Bits[] {
  const words = wordsFor(flow.locals.length);
  const atStart = flow.blocks.map((): Bits => new Uint32Array(words));
  const atEnd = flow.blocks.map((): Bits => new Uint32Array(words));
  for (const [i, point] of flow.boundaries.entries()) {
    const start = atStart[point.block];
    if (start !== undefined) addAll(start, atBoundary[i]);
  }
  const queued = new Uint8Array(flow.blocks.length).fill(1);
  const queue = flow.blocks.map((_, i) => i).reverse();
  for (let i = queue.pop(); i !== undefined; i = queue.pop()) {
    queued[i] = 0;
    const block = flow.blocks[i];
    if (block === undefined) continue;
    const dirty = Uint32Array.from(atStart[i] ?? []);
    for (const instr of block.instrs) {
      if (instr.do !== 'set') continue;
      const lowest = flow.locals[instr.local]?.domain?.lo;
      if (instr.value.op === 'const' && instr.value.value === lowest) removeBit(dirty, instr.local);
      else addBit(dirty, instr.local);
    }
    if (block.end.to === 'choose') addBit(dirty, block.end.local);
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
