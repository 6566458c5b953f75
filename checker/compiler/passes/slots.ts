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
import {
  type Flow,
  instrExprs,
  mapExpr,
  mapInstr,
  mapTerminator,
  terminatorExpr,
  visitLocals,
} from '../ir/traverse.js';
import { compact, mapProcesses } from './compact.js';
import { bitsOf } from './intervals.js';
import {
  addAll,
  addBit,
  type Bits,
  forEachLive,
  isLive,
  type Liveness,
  liveness,
  removeBit,
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
  forEachLive(live, live.atStart(flow.entry), (local) => {
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
  const all = emptySet(live);
  for (const each of live.atBoundary) addAll(all, each);
  const kept: number[] = [];
  forEachLive(live, all, (local) => {
    // One without a domain cannot be kept; that has been reported.
    if (flow.locals[local]?.domain != null) kept.push(local);
  });
  return kept;
}

interface Colours {
  readonly of: ReadonlyMap<number, number>;
  readonly slots: readonly (readonly number[])[];
}

interface Slot {
  readonly members: number[];
  domain: Domain;
  /** The locals that no member may meet. */
  readonly conflicts: Bits;
}

function colour(flow: Flow, live: Liveness): Colours {
  const kept = keptLocals(flow, live);
  const conflicts = interference(flow, live, kept);
  const domainOf = (local: number): Domain => flow.locals[local]?.domain ?? { lo: 0, hi: 0, names: null };
  const width = (domain: Domain): number => widthOf(domain, domain);
  const order = [...kept].sort((a, b) => width(domainOf(b)) - width(domainOf(a)) || a - b);
  const slots: Slot[] = [];
  const of = new Map<number, number>();
  for (const local of order) {
    const own = domainOf(local);
    let best = slots.length;
    let cost = width(own);
    for (const [i, slot] of slots.entries()) {
      const added = widthOf(slot.domain, own) - width(slot.domain);
      if (added > cost || (added === cost && best < slots.length)) continue;
      if (isLive(live, slot.conflicts, local)) continue;
      best = i;
      cost = added;
    }
    const slot = slots[best] ?? { members: [], domain: own, conflicts: emptySet(live) };
    slots[best] = slot;
    slot.members.push(local);
    slot.domain = cover(slot.domain, own);
    addAll(slot.conflicts, conflicts.get(local));
    of.set(local, best);
  }
  return { of, slots: slots.map(({ members }) => members) };
}

/** By kept local: those that hold a value that is still needed where it gets one. */
function interference(flow: Flow, live: Liveness, kept: readonly number[]): ReadonlyMap<number, Bits> {
  const rows = new Map(kept.map((local) => [local, emptySet(live)]));
  const defined = (local: number, needed: Bits, copied: number | null): void => {
    const row = rows.get(local);
    if (row === undefined) return;
    const without = copied !== null && !isLive(live, row, copied) ? (live.place[copied] ?? -1) : -1;
    addAll(row, needed);
    removeBit(row, live.place[local] ?? 0);
    if (without >= 0) removeBit(row, without);
  };
  for (const [i, block] of flow.blocks.entries()) {
    const needed = live.atEnd(i);
    const read = (local: number): void => {
      const place = live.place[local] ?? -1;
      if (place >= 0) addBit(needed, place);
    };
    const set = (local: number, copied: number | null): void => {
      const place = live.place[local] ?? -1;
      if (place < 0) return;
      defined(local, needed, copied);
      removeBit(needed, place);
    };
    const { end } = block;
    if (end.to === 'choose') set(end.local, null);
    const decision = terminatorExpr(end);
    if (decision !== null) visitLocals(decision, read);
    for (let j = block.instrs.length - 1; j >= 0; j--) {
      const instr = block.instrs[j];
      if (instr?.do === 'set') set(instr.local, instr.value.op === 'local' ? instr.value.local : null);
      if (instr !== undefined) for (const expr of instrExprs(instr)) visitLocals(expr, read);
    }
  }
  for (const [local, row] of rows)
    forEachLive(live, row, (other) => {
      const others = rows.get(other);
      if (others !== undefined) addBit(others, live.place[local] ?? 0);
    });
  return rows;
}

function emptySet(live: Liveness): Bits {
  return new Uint32Array(wordsFor(live.locals.length));
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
