/**
 * Safety formulas: without `until` once negations are pushed down, so that each run that violates one does so after finitely many
 * steps. A monitor follows all ways of making the formula true at once; where none is left, it is violated.
 */
import { type Automaton, automatonOf, reads } from './automaton.js';
import type { Kripke } from './kripke.js';
import { complete, type Normal, type Normalized } from './normal.js';

/** Whether the formula is a safety formula by its form. */
export function isSafety(formula: Normal): boolean {
  switch (formula.op) {
    case 'constant':
    case 'literal':
      return true;
    case 'and':
    case 'or':
      return formula.operands.every(isSafety);
    case 'next':
      return isSafety(formula.operand);
    case 'until':
      return false;
    case 'release':
      return isSafety(formula.left) && isSafety(formula.right);
  }
}

/**
 * A shortest run that breaks the formula: edges, by index; null if none does.
 * @param formula not negated
 */
export function shortestViolation(kripke: Kripke, { formula, pasts }: Normalized): readonly number[] | null {
  const { offsets, targets, stateKind, edgeKind, stateKinds, edgeKinds } = kripke;
  const monitor = new Monitor(withoutDeadEnds(automatonOf(formula)), pasts);
  // By node, in the order of discovery: a pair of a state and the monitor's, the node before, and the edge from there.
  const pairs = [kripke.initial];
  const parents = [-1];
  const edges = [-1];
  const seen = new Set(pairs);
  const runTo = (node: number, last: readonly number[]): readonly number[] => {
    const run = [...last];
    for (let at = node; at > 0; at = parents[at] ?? 0) run.push(edges[at] ?? 0);
    return run.reverse();
  };
  // What is wrong with a state is known before the step that leaves it.
  const dependsOnSteps = edgeKinds.some(({ letter }) => letter !== 0);
  for (let node = 0; node < pairs.length; node++) {
    const pair = pairs[node] ?? 0;
    const state = pair % kripke.states;
    const now = (pair - state) / kripke.states;
    const ofState = stateKinds[stateKind[state] ?? 0]?.letter ?? 0;
    if (!dependsOnSteps && monitor.after(now, ofState) < 0) return runTo(node, []);
    const end = offsets[state + 1] ?? 0;
    for (let edge = offsets[state] ?? 0; edge < end; edge++) {
      const then = monitor.after(now, ofState | (edgeKinds[edgeKind[edge] ?? 0]?.letter ?? 0));
      if (then < 0) return runTo(node, [edge]);
      const next = then * kripke.states + (targets[edge] ?? 0);
      if (seen.has(next)) continue;
      seen.add(next);
      pairs.push(next);
      parents.push(node);
      edges.push(edge);
    }
  }
  return null;
}

/** A deterministic automaton: its states are sets of states of the other one. */
class Monitor {
  readonly #sets: { readonly states: readonly number[]; readonly remembered: number }[];
  readonly #numbers = new Map<string, number>();
  readonly #steps = new Map<string, number>();

  constructor(
    private readonly automaton: Automaton,
    private readonly pasts: Normalized['pasts'],
  ) {
    this.#sets = [];
    this.#number(automaton.transitions.length === 0 ? [] : [0], 0);
  }

  /** The state after a letter; -1 if the formula is violated by then. */
  after(state: number, letter: number): number {
    const key = `${state} ${letter}`;
    let known = this.#steps.get(key);
    if (known === undefined) {
      known = this.#compute(state, letter);
      this.#steps.set(key, known);
    }
    return known;
  }

  #compute(state: number, letter: number): number {
    const from = this.#sets[state];
    if (from === undefined) return -1;
    const full = complete(letter, this.pasts, from.remembered);
    let remembered = 0;
    for (const { atom } of this.pasts) remembered |= full & (1 << atom);
    const states = new Set(
      from.states.flatMap((each) =>
        (this.automaton.transitions[each] ?? [])
          .filter((transition) => reads(transition, full))
          .map(({ target }) => target),
      ),
    );
    return states.size === 0
      ? -1
      : this.#number(
          [...states].sort((a, b) => a - b),
          remembered,
        );
  }

  #number(states: readonly number[], remembered: number): number {
    const key = `${states.join()} ${remembered}`;
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.#sets.push({ states, remembered }) - 1;
      this.#numbers.set(key, number);
    }
    return number;
  }
}

/** Without transitions to where nothing can be read for ever. */
function withoutDeadEnds(automaton: Automaton): Automaton {
  let { transitions } = automaton;
  for (;;) {
    const isDead = transitions.map((all) => all.length === 0);
    const kept = transitions.map((all) => all.filter(({ target }) => isDead[target] !== true));
    if (kept.every((all, state) => all.length === transitions[state]?.length))
      return { ...automaton, transitions };
    transitions = kept;
  }
}
