/**
 * The slot-sharing pass: locals that live across boundaries, but never at the same time, share a slot of the state.
 *
 * Afterwards the locals of a process are its slots first, each with the domain that covers those of the locals in it,
 * and then the temporaries, which live within one step only: they have no domain, and no room in the state.
 *
 * Greedy colouring of the interference graph (Chaitin 1982): two locals interfere if one is set where the other is
 * live, except by a copy of the other. Widest first; each goes where it adds the fewest bits.
 */
import type { Block, Domain, Expr, Graph, Local } from '../ir/graph.js';
import { type Flow, instrExprs, mapExpr, mapInstr, mapTerminator, visitLocals } from '../ir/traverse.js';
import { compact, mapProcesses } from './compact.js';
import { bitsOf } from './intervals.js';
import {
  addAll,
  addBit,
  type Bits,
  forEachBit,
  hasBit,
  type Liveness,
  liveness,
  removeBit,
  stepBackTerminator,
  wordsFor,
} from './live.js';

/** A slot is called by the first of its locals. */
const NAMES_SHOWN = 3;

export function slots(graph: Graph): Graph {
  return mapProcesses(graph, shareSlots);
}

function shareSlots(given: Flow): Flow {
  const { flow, live } = withoutUnsetReads(given);
  const colours = colour(flow, live);
  // A coloured local becomes its slot; the others move behind the slots.
  const number = flow.locals.map((_, i) => colours.of.get(i) ?? colours.slots.length + i);
  const locals = [
    ...colours.slots.map((members) => slotOf(members, flow)),
    ...flow.locals.map((local): Local => ({ name: local.name, span: local.span, domain: null })),
  ];
  return compact(rename(flow, locals, number));
}

/** Sets what is read without having been set, so that its value does not depend on the slot that it gets. */
function withoutUnsetReads(flow: Flow): { readonly flow: Flow; readonly live: Liveness } {
  const live = liveness(flow);
  const sets: Block['instrs'][number][] = [];
  forEachBit(live.atStart(flow.entry), (local) => {
    const value: Expr = { op: 'const', value: flow.locals[local]?.domain?.lo ?? 0 };
    sets.push({ do: 'set', local, value });
  });
  if (sets.length === 0) return { flow, live };
  // A new block, because jumps may lead back to the entry.
  const start: Block = { instrs: sets, end: { to: 'block', block: flow.entry } };
  const started = { ...flow, entry: flow.blocks.length, blocks: [...flow.blocks, start] };
  return { flow: started, live: liveness(started) };
}

/** The locals that live across some boundary. */
function keptLocals(flow: Flow, live: Liveness): readonly number[] {
  const all = emptyBits(flow);
  for (const each of live.atBoundary) addAll(all, each);
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

function colour(flow: Flow, live: Liveness): Colours {
  const kept = keptLocals(flow, live);
  const conflicts = interference(flow, live, kept);
  const domainOf = (local: number): Domain => flow.locals[local]?.domain ?? { lo: 0, hi: 0, names: null };
  const width = (domain: Domain): number => widthOf(domain, domain);
  const order = [...kept].sort((a, b) => width(domainOf(b)) - width(domainOf(a)) || a - b);
  const slots: { readonly members: number[]; domain: Domain; readonly conflicts: Bits }[] = [];
  const of = new Map<number, number>();
  for (const local of order) {
    const own = domainOf(local);
    let best = slots.length;
    let cost = width(own);
    for (const [i, slot] of slots.entries()) {
      const added = widthOf(slot.domain, own) - width(slot.domain);
      if (added > cost || (added === cost && best < slots.length) || hasBit(slot.conflicts, local)) continue;
      best = i;
      cost = added;
    }
    const slot = slots[best] ?? { members: [], domain: own, conflicts: emptyBits(flow) };
    slots[best] = slot;
    slot.members.push(local);
    slot.domain = cover(slot.domain, own);
    addAll(slot.conflicts, conflicts.get(local));
    of.set(local, best);
  }
  return { of, slots: slots.map(({ members }) => members) };
}

/** By kept local: those that may hold a value when it gets one, both of which are needed. */
function interference(flow: Flow, live: Liveness, kept: readonly number[]): ReadonlyMap<number, Bits> {
  const rows = new Map(kept.map((local) => [local, emptyBits(flow)]));
  const defined = (local: number, needed: Bits, copied: number | null): void => {
    const row = rows.get(local);
    if (row === undefined) return;
    forEachBit(needed, (other) => {
      if (other !== local && other !== copied) addBit(row, other);
    });
  };
  for (const [i, block] of flow.blocks.entries()) {
    const needed = live.atEnd(i);
    const read = (local: number): void => addBit(needed, local);
    if (block.end.to === 'choose') defined(block.end.local, needed, null);
    stepBackTerminator(block, needed);
    for (let j = block.instrs.length - 1; j >= 0; j--) {
      const instr = block.instrs[j];
      if (instr === undefined) continue;
      if (instr.do === 'set') {
        defined(instr.local, needed, instr.value.op === 'local' ? instr.value.local : null);
        removeBit(needed, instr.local);
      }
      for (const expr of instrExprs(instr)) visitLocals(expr, read);
    }
  }
  for (const [local, row] of rows)
    forEachBit(row, (other) => {
      const others = rows.get(other);
      if (others !== undefined) addBit(others, local);
    });
  return rows;
}

function emptyBits(flow: Flow): Bits {
  return new Uint32Array(wordsFor(flow.locals.length));
}

/** The bits for any value of two domains. */
function widthOf(a: Domain, b: Domain): number {
  return bitsOf(Math.max(a.hi, b.hi) - Math.min(a.lo, b.lo));
}

function cover(a: Domain, b: Domain): Domain {
  const sameNames = a.names === b.names || a.names?.join() === b.names?.join();
  const same = a.lo === b.lo && a.hi === b.hi && sameNames;
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
  const more = names.length > NAMES_SHOWN ? ` | ${names.length - NAMES_SHOWN} more` : '';
  return { name: names.slice(0, NAMES_SHOWN).join(' | ') + more, span: first.span, domain };
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
