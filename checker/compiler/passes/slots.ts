/**
 * The slot-sharing pass: locals that live across boundaries, but never at the same time, share a slot of the state.
 *
 * Afterwards the locals of a process are its slots first, each with the domain that covers those of the locals in it,
 * and then the temporaries, which live within one step only: they have no domain, and no room in the state.
 *
 * Greedy colouring of the interference graph (Chaitin 1982): two locals interfere if one is set where the other is
 * live, except by a copy of the other. Widest first; each goes where it adds the fewest bits.
 */
import type { Block, Domain, Expr, Graph, Local, ProcessGraph } from '../ir/graph.js';
import {
  type Flow,
  flowOfProcess,
  instrExprs,
  mapExpr,
  mapInstr,
  mapTerminator,
  visitLocals,
} from '../ir/traverse.js';
import { compact } from './compact.js';
import { bitsOf } from './intervals.js';
import { addBit, type Bits, forEachBit, hasBit, liveness, removeBit, stepBackTerminator } from './live.js';

export function slots(graph: Graph): Graph {
  return { ...graph, processes: graph.processes.map(shareSlots) };
}

function shareSlots(process: ProcessGraph): ProcessGraph {
  const flow = withoutUnsetReads(flowOfProcess(process));
  const kept = keptLocals(flow);
  if (kept.length === 0 && process.locals.every(({ domain }) => domain === null)) return process;
  const colours = colour(flow, kept);
  // A coloured local becomes its slot; the others move behind the slots.
  const number = flow.locals.map((_, i) => colours.of.get(i) ?? colours.slots.length + i);
  const locals = [
    ...colours.slots.map((members) => slotOf(members, flow)),
    ...flow.locals.map((local): Local => ({ name: local.name, span: local.span, domain: null })),
  ];
  const { entry, blocks, boundaries, ...renamed } = compact(rename(flow, locals, number));
  return { name: process.name, entry, blocks, boundaries, locals: renamed.locals };
}

/** Sets what is read without having been set, so that its value does not depend on the slot that it gets. */
function withoutUnsetReads(flow: Flow): Flow {
  const unset = liveness(flow).atStart[flow.entry];
  const entry = flow.blocks[flow.entry];
  if (unset === undefined || entry === undefined) return flow;
  const sets: Block['instrs'][number][] = [];
  forEachBit(unset, (local) => {
    const value: Expr = { op: 'const', value: flow.locals[local]?.domain?.lo ?? 0 };
    sets.push({ do: 'set', local, value });
  });
  if (sets.length === 0) return flow;
  // A new block, because jumps may lead back to the entry.
  const start: Block = { instrs: sets, end: { to: 'block', block: flow.entry } };
  return { ...flow, entry: flow.blocks.length, blocks: [...flow.blocks, start] };
}

/** The locals that live across some boundary. */
function keptLocals(flow: Flow): readonly number[] {
  const all: Bits = new Uint32Array(Math.ceil(flow.locals.length / 32));
  for (const live of liveness(flow).atBoundary) forEachBit(live, (local) => addBit(all, local));
  const kept: number[] = [];
  forEachBit(all, (local) => {
    // One without a domain cannot be kept; that has been reported.
    if (flow.locals[local]?.domain != null) kept.push(local);
  });
  return kept;
}

interface Colours {
  readonly of: ReadonlyMap<number, number>;
  readonly slots: readonly (readonly number[])[];
}

function colour(flow: Flow, kept: readonly number[]): Colours {
  const interferes = interference(flow, kept);
  const domainOf = (local: number): Domain => flow.locals[local]?.domain ?? { lo: 0, hi: 0, names: null };
  const width = ({ lo, hi }: Domain): number => bitsOf(hi - lo);
  const order = [...kept].sort((a, b) => width(domainOf(b)) - width(domainOf(a)) || a - b);
  const members: number[][] = [];
  const domains: Domain[] = [];
  const of = new Map<number, number>();
  for (const local of order) {
    const own = domainOf(local);
    let best = members.length;
    let cost = width(own);
    for (const [slot, domain] of domains.entries()) {
      const added = width(cover(domain, own)) - width(domain);
      if (added > cost || (added === cost && best < members.length)) continue;
      if (members[slot]?.some((each) => interferes(local, each)) === true) continue;
      best = slot;
      cost = added;
    }
    const present = domains[best];
    domains[best] = present === undefined ? own : cover(present, own);
    members[best] = [...(members[best] ?? []), local];
    of.set(local, best);
  }
  return { of, slots: members };
}

/** Whether two of the kept locals may hold values that are both needed at some point. */
function interference(flow: Flow, kept: readonly number[]): (a: number, b: number) => boolean {
  const position = new Map(kept.map((local, i) => [local, i]));
  const rows = kept.map((): Bits => new Uint32Array(Math.ceil(flow.locals.length / 32)));
  const live = liveness(flow);
  const defined = (local: number, needed: Bits, copied: number | null): void => {
    const row = rows[position.get(local) ?? -1];
    if (row === undefined) return;
    forEachBit(needed, (other) => {
      const others = rows[position.get(other) ?? -1];
      if (other === local || other === copied || others === undefined) return;
      addBit(row, other);
      addBit(others, local);
    });
  };
  for (const [i, block] of flow.blocks.entries()) {
    const needed = live.atEnd(i);
    if (block.end.to === 'choose') defined(block.end.local, needed, null);
    stepBackTerminator(block, needed);
    for (const instr of block.instrs.toReversed()) {
      if (instr.do === 'set') {
        defined(instr.local, needed, instr.value.op === 'local' ? instr.value.local : null);
        removeBit(needed, instr.local);
      }
      for (const expr of instrExprs(instr)) visitLocals(expr, (local) => addBit(needed, local));
    }
  }
  return (a, b) => {
    const row = rows[position.get(a) ?? -1];
    return row !== undefined && hasBit(row, b);
  };
}

function cover(a: Domain, b: Domain): Domain {
  const same = a.lo === b.lo && a.hi === b.hi && JSON.stringify(a.names) === JSON.stringify(b.names);
  return same ? a : { lo: Math.min(a.lo, b.lo), hi: Math.max(a.hi, b.hi), names: null };
}

function slotOf(members: readonly number[], flow: Flow): Local {
  const locals = members.map((member) => flow.locals[member]).filter((local) => local !== undefined);
  const [first] = locals;
  if (first === undefined) throw new RangeError('an empty slot');
  const domain = locals.reduce<Domain | null>(
    (all, { domain: own }) => (all === null || own === null ? (own ?? all) : cover(all, own)),
    null,
  );
  const names = [...new Set(locals.map(({ name }) => name))];
  return { name: names.join(' | '), span: first.span, domain };
}

function rename(flow: Flow, locals: readonly Local[], number: readonly number[]): Flow {
  const to = (local: number): number => number[local] ?? local;
  const replace = (expr: Expr): Expr => (expr.op === 'local' ? { op: 'local', local: to(expr.local) } : expr);
  return {
    ...flow,
    locals,
    blocks: flow.blocks.map(({ instrs, end }): Block => {
      const renamed = mapTerminator(end, replace);
      return {
        instrs: instrs
          .map((each) => mapInstr(each, replace))
          .map((each) => (each.do === 'set' ? { ...each, local: to(each.local) } : each))
          // A copy within one slot.
          .filter(
            (each) => each.do !== 'set' || each.value.op !== 'local' || each.value.local !== each.local,
          ),
        end: renamed.to === 'choose' ? { ...renamed, local: to(renamed.local) } : renamed,
      };
    }),
    boundaries: flow.boundaries.map((point) => ({
      ...point,
      rest: point.rest === null ? null : mapExpr(point.rest, replace),
    })),
  };
}
