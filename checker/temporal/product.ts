/** A Kripke structure beside an automaton that reads along: what can be reached, breadth first, with a way back to the beginning. */
import { type Automaton, type AutomatonTransition, reads } from './automaton.js';
import type { Kripke } from './kripke.js';
import { complete, type Past } from './normal.js';

/** Where the automaton goes with an edge. */
export interface Move {
  readonly local: number;
  /** The accepting sets that the automaton's transition belongs to. */
  readonly marks: number;
}

export class Product {
  readonly #locals: { readonly state: number; readonly remembered: number }[] = [];
  readonly #localNumbers = new Map<string, number>();
  readonly #moves = new Map<number, readonly Move[]>();
  /** By node, in the order of discovery: its state, and what the automaton is in. */
  #states = new Uint32Array(1024);
  #of = new Uint32Array(1024);
  /** The node from which it was discovered, and by which edge. */
  #parents = new Uint32Array(1024);
  #edges = new Uint32Array(1024);
  #table = new Uint32Array(4096);
  count = 0;

  constructor(
    readonly kripke: Kripke,
    readonly automaton: Automaton,
    readonly pasts: readonly Past[],
    /** Called between nodes; may throw. */
    onNode: () => void = () => {},
  ) {
    this.#add(kripke.initial, this.#local(0, 0), 0, 0);
    for (let node = 0; node < this.count; node++) {
      if (node % 4096 === 0) onNode();
      this.forEachEdge(node, (edge, move) => {
        this.#add(kripke.targets[edge] ?? 0, move.local, node, edge);
      });
    }
  }

  state(node: number): number {
    return this.#states[node] ?? 0;
  }

  local(node: number): number {
    return this.#of[node] ?? 0;
  }

  /** The edges by which the node was reached first: a shortest way. */
  pathTo(node: number): number[] {
    const path: number[] = [];
    for (let at = node; at !== 0; at = this.#parents[at] ?? 0) path.push(this.#edges[at] ?? 0);
    return path.reverse();
  }

  forEachEdge(node: number, visit: (edge: number, move: Move) => void): void {
    const { offsets } = this.kripke;
    const state = this.state(node);
    const end = offsets[state + 1] ?? 0;
    for (let edge = offsets[state] ?? 0; edge < end; edge++)
      for (const move of this.movesOn(node, edge)) visit(edge, move);
  }

  movesOn(node: number, edge: number): readonly Move[] {
    const { stateKind, edgeKind, stateKinds, edgeKinds } = this.kripke;
    const ofState = stateKind[this.state(node)] ?? 0;
    const ofEdge = edgeKind[edge] ?? 0;
    const local = this.local(node);
    const key = (local * stateKinds.length + ofState) * edgeKinds.length + ofEdge;
    let moves = this.#moves.get(key);
    if (moves === undefined) {
      const letter = (stateKinds[ofState]?.letter ?? 0) | (edgeKinds[ofEdge]?.letter ?? 0);
      moves = this.#movesBy(local, letter);
      this.#moves.set(key, moves);
    }
    return moves;
  }

  /** The node with this state and automaton, which has been discovered. */
  find(state: number, local: number): number {
    return (this.#table[this.#slot(state, local)] ?? 0) - 1;
  }

  #movesBy(local: number, letter: number): readonly Move[] {
    const from = this.#locals[local];
    if (from === undefined) return [];
    const full = complete(letter, this.pasts, from.remembered);
    let remembered = 0;
    for (const { atom } of this.pasts) remembered |= full & (1 << atom);
    return (this.automaton.transitions[from.state] ?? [])
      .filter((transition) => reads(transition, full))
      .map(({ target, marks }: AutomatonTransition) => ({ local: this.#local(target, remembered), marks }));
  }

  #local(state: number, remembered: number): number {
    const key = `${state} ${remembered}`;
    let number = this.#localNumbers.get(key);
    if (number === undefined) {
      number = this.#locals.push({ state, remembered }) - 1;
      this.#localNumbers.set(key, number);
    }
    return number;
  }

  #slot(state: number, local: number): number {
    const mask = this.#table.length - 1;
    let slot = (Math.imul(state, 0x9e3779b1) ^ Math.imul(local + 1, 0x85ebca6b)) >>> 0;
    slot = (slot ^ (slot >>> 15)) & mask;
    for (;;) {
      const node = this.#table[slot] ?? 0;
      if (node === 0 || (this.#states[node - 1] === state && this.#of[node - 1] === local)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #add(state: number, local: number, parent: number, edge: number): void {
    const slot = this.#slot(state, local);
    if (this.#table[slot] !== 0) return;
    if (this.count === this.#states.length) this.#grow();
    const node = this.count++;
    this.#states[node] = state;
    this.#of[node] = local;
    this.#parents[node] = parent;
    this.#edges[node] = edge;
    this.#table[slot] = this.count;
    if (this.count * 2 > this.#table.length) this.#rehash();
  }

  #grow(): void {
    const larger = (old: Uint32Array): Uint32Array<ArrayBuffer> => {
      const array = new Uint32Array(old.length * 2);
      array.set(old);
      return array;
    };
    this.#states = larger(this.#states);
    this.#of = larger(this.#of);
    this.#parents = larger(this.#parents);
    this.#edges = larger(this.#edges);
  }

  #rehash(): void {
    this.#table = new Uint32Array(this.#table.length * 2);
    for (let node = 0; node < this.count; node++)
      this.#table[this.#slot(this.state(node), this.local(node))] = node + 1;
  }
}
