/**
 * The liveness pass: a local that nothing reads any more is set to the lowest value of its domain (which packs as 0)
 * where its process comes to a boundary or ends. States that differ only in values that no one looks at again become
 * one. A local that was never set has that value from the start.
 */
import type { Block, Graph, Instr, ProcessGraph } from '../ir/graph.js';
import { flowOfProcess, successors } from '../ir/traverse.js';
import { dropDeadStores } from './dead-stores.js';
import { addAll, addBit, type Bits, forEachBit, hasBit, liveness, removeBit } from './live.js';

export function resetDeadLocals(graph: Graph): Graph {
  return { ...graph, processes: graph.processes.map(resetProcess) };
}

function resetProcess(process: ProcessGraph): ProcessGraph {
  const { blocks } = dropDeadStores(flowOfProcess(process));
  const flow = flowOfProcess({ ...process, blocks });
  const { atBoundary } = liveness(flow);
  const dirty = dirtyAtEnd(flow, atBoundary);
  const nothing: Bits = new Uint32Array(Math.ceil(process.locals.length / 32));
  return {
    ...process,
    blocks: blocks.map((block, i): Block => {
      const { end } = block;
      if (end.to !== 'boundary' && end.to !== 'end') return block;
      const live = (end.to === 'boundary' ? atBoundary[end.boundary] : undefined) ?? nothing;
      const resets: Instr[] = [];
      forEachBit(dirty[i] ?? nothing, (local) => {
        const domain = process.locals[local]?.domain;
        if (domain == null || hasBit(live, local)) return;
        resets.push({ do: 'set', local, value: { op: 'const', value: domain.lo } });
      });
      return resets.length === 0 ? block : { instrs: [...block.instrs, ...resets], end };
    }),
  };
}

/**
 * By block: the locals that may have another value than their lowest where it ends. A step begins with those that
 * are live at its boundary, as the resets see to it; the entry begins with none.
 */
function dirtyAtEnd(
  flow: Pick<ProcessGraph, 'entry' | 'blocks' | 'boundaries' | 'locals'>,
  atBoundary: readonly Bits[],
): readonly Bits[] {
  const words = Math.ceil(flow.locals.length / 32);
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
    if (block.end.to === 'boundary') continue;
    for (const next of successors(block.end, flow.boundaries)) {
      const start = atStart[next];
      if (start === undefined || !addAll(start, dirty) || queued[next] === 1) continue;
      queued[next] = 1;
      queue.push(next);
    }
  }
  return atEnd;
}
