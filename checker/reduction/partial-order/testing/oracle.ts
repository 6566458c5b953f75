/** What independence means, found out by looking at all states. For tests. */
import { type Machine, META_FAILURE, META_RESTING, META_STEP } from '../../../compiler/machine.js';

interface Edge {
  readonly process: number;
  /** The step and which of its alternatives: names the same transition in all states. */
  readonly label: number;
  /** Null: it fails. */
  readonly target: number | null;
  readonly isResting: boolean;
}

/** The whole state space, or null if it is too large. */
export class StateSpace {
  readonly states: Uint32Array[] = [];
  readonly #edges: Edge[][] = [];
  readonly #known = new Map<string, number>();

  static of(machine: Machine, limit: number): StateSpace | null {
    const space = new StateSpace();
    space.#add(machine.initial);
    let out = new Uint32Array(machine.expansionLimit);
    for (const state of space.states) {
      if (space.states.length > limit) return null;
      let end = machine.expand(state, 0, out, 0);
      if (end > out.length) {
        out = new Uint32Array(end);
        end = machine.expand(state, 0, out, 0);
      }
      const alternatives = new Map<number, number>();
      const edges: Edge[] = [];
      for (let at = 0; at < end; at += machine.words + 1) {
        const meta = out[at + machine.words] ?? 0;
        const step = meta & META_STEP;
        const alternative = alternatives.get(step) ?? 0;
        alternatives.set(step, alternative + 1);
        edges.push({
          process: machine.steps[step]?.process ?? -1,
          label: step * 1024 + alternative,
          target: meta >= META_FAILURE ? null : space.#add(out.slice(at, at + machine.words)),
          isResting: (meta & META_RESTING) !== 0,
        });
      }
      space.#edges.push(edges);
    }
    return space;
  }

  /** Why the steps of a process may not be taken alone in a state; null if they may. */
  objection(state: number, process: number): string | null {
    const own = this.#of(state).filter((edge) => edge.process === process);
    if (own.length === 0) return 'not enabled';
    if (own.some(({ target }) => target === null)) return 'fails';
    const seen = new Set([state]);
    // A set hands out what is added to it while it is walked through.
    for (const at of seen) {
      const edges = this.#of(at);
      if (edges.filter((edge) => edge.process === process).length !== own.length) return 'other alternatives';
      for (const { label } of own) {
        const after = this.#find(at, label);
        if (after === undefined) return 'other steps';
        if (after.target === null) return 'fails later';
        for (const other of edges) {
          if (other.process === process) continue;
          const second = this.#find(after.target, other.label);
          if (second === undefined) return 'disables another';
          if (other.target === null) {
            if (second.target !== null) return 'prevents a failure';
          } else if (second.target !== this.#find(other.target, label)?.target) return 'does not commute';
        }
      }
      for (const other of edges)
        if (other.process !== process && other.target !== null) seen.add(other.target);
    }
    return null;
  }

  #of(state: number): readonly Edge[] {
    return this.#edges[state] ?? [];
  }

  #find(state: number, label: number): Edge | undefined {
    return this.#of(state).find((edge) => edge.label === label);
  }

  #add(state: Uint32Array): number {
    const key = state.join();
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.#known.set(key, this.states.length);
    return this.states.push(state.slice()) - 1;
  }
}
