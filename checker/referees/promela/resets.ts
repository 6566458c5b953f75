/**
 * SPIN stores every variable of a process; our engine stores those locals that live where the process stands. So the
 * others are set to the lowest value of their domains when a step ends, if they may hold another one.
 */
import type { Block, Instr } from '../../compiler/ir/graph.js';
import { stepSuccessors } from '../../compiler/ir/traverse.js';
import type { ProcessDeclarations } from './declarations.js';

/** The blocks of the process, with resets at the ends of steps. */
export function withResets({ process, isKept, isLiveAt }: ProcessDeclarations): readonly Block[] {
  const { blocks, boundaries, locals } = process;
  const lowest = (local: number): number => locals[local]?.domain?.lo ?? 0;
  const kept = locals.flatMap((_, local) => (isKept(local) ? [local] : []));
  /** By block: which kept locals may hold another value than the lowest where it begins. */
  const used = blocks.map(() => new Set<number>());
  const pending: number[] = [];
  const flow = (to: number, from: Iterable<number>): void => {
    const there = used[to];
    if (there === undefined) return;
    const before = there.size;
    for (const local of from) there.add(local);
    if (there.size > before) pending.push(to);
  };
  const after = (at: number): Set<number> => {
    const set = new Set(used[at]);
    const block = blocks[at];
    for (const instr of block?.instrs ?? []) if (instr.do === 'set') note(set, instr);
    if (block?.end.to === 'choose') set.add(block.end.local);
    return set;
  };
  const note = (set: Set<number>, { local, value }: Extract<Instr, { do: 'set' }>): void => {
    if (value.op === 'const' && value.value === lowest(local)) set.delete(local);
    else set.add(local);
  };
  for (const [i, { block }] of boundaries.entries())
    flow(
      block,
      kept.filter((local) => isLiveAt(i, local)),
    );
  for (const [at] of blocks.entries()) pending.push(at);
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    const end = blocks[at]?.end;
    if (end === undefined) continue;
    const set = after(at);
    for (const to of stepSuccessors(end)) flow(to, set);
  }
  return blocks.map((block, at) => {
    const { end } = block;
    if (end.to !== 'boundary' && end.to !== 'end') return block;
    const isLive = (local: number): boolean => end.to === 'boundary' && isLiveAt(end.boundary, local);
    const dead = [...after(at)].filter((local) => isKept(local) && !isLive(local)).sort((a, b) => a - b);
    const resets = dead.map(
      (local): Instr => ({ do: 'set', local, value: { op: 'const', value: lowest(local) } }),
    );
    return { instrs: [...block.instrs, ...resets], end };
  });
}
