/**
 * Remembers answers by what they depend on. An answer comes with the facts that were asked for, in order; which fact
 * comes next depends on the values of those before it and on nothing else. So questions form a tree: each node asks
 * for a fact, each branch is a value, each leaf an answer, and what was asked about one state answers for all that
 * agree on these facts.
 */
import type { Answer } from './independence.js';
import type { Fact } from './value-sets.js';

interface Question {
  readonly word: number;
  readonly shift: number;
  readonly mask: number;
  readonly answers: (Question | boolean | undefined)[] | Map<number, Question | boolean>;
}

/** Fields with more bits are looked up in a map. */
const ARRAY_BITS = 8;

export class Decisions {
  readonly #roots: (Question | boolean | undefined)[] = [];
  /** Answers that were computed. */
  leaves = 0;

  constructor(readonly compute: (process: number, state: Uint32Array, at: number) => Answer) {}

  isIndependent(process: number, state: Uint32Array, at: number): boolean {
    let node = this.#roots[process];
    while (typeof node === 'object') {
      const bits = ((state[at + node.word] ?? 0) >>> node.shift) & node.mask;
      node = Array.isArray(node.answers) ? node.answers[bits] : node.answers.get(bits);
    }
    return node ?? this.#learn(process, state, at);
  }

  #learn(process: number, state: Uint32Array, at: number): boolean {
    const { independent, facts } = this.compute(process, state, at);
    this.leaves++;
    let put = (next: Question | boolean): void => {
      this.#roots[process] = next;
    };
    let node = this.#roots[process];
    for (const { field } of facts) {
      if (typeof node !== 'object') {
        node = questionAbout(field);
        put(node);
      }
      const { answers, word, shift, mask } = node;
      const bits = ((state[at + word] ?? 0) >>> shift) & mask;
      put = (next) => {
        if (Array.isArray(answers)) answers[bits] = next;
        else answers.set(bits, next);
      };
      node = Array.isArray(answers) ? answers[bits] : answers.get(bits);
    }
    put(independent);
    return independent;
  }
}

function questionAbout({ word, shift, width }: Fact['field']): Question {
  const mask = width === 32 ? -1 : (1 << width) - 1;
  return { word, shift, mask, answers: width > ARRAY_BITS ? new Map() : [] };
}
