/** What a search has found of the machine's properties: a shortest violation of each. */
import type { Machine } from '../compiler/machine.js';
import type { Finding } from './facts.js';
import { type Shared, WORD } from './shared.js';

const DEFAULT_DEADLOCK_PROPERTY = 'T7';

export interface Collected {
  readonly invariants: number;
  readonly stepPredicates: number;
  readonly failed: readonly number[];
  readonly deadlock: boolean;
  readonly findings: readonly Finding[];
}

export class Findings {
  readonly #found = new Map<string, Finding>();
  #invariants = 0;
  #stepPredicates = 0;
  readonly #failed: Uint8Array;
  #deadlock = false;

  constructor(
    readonly machine: Machine,
    readonly deadlockProperty: string = DEFAULT_DEADLOCK_PROPERTY,
  ) {
    this.#failed = new Uint8Array(machine.failures.length);
  }

  /**
   * Takes up what was noted while the layer of this depth was expanded (-1: while the initial state was looked at). What
   * a step led to is one step further away than a state in which nothing moves.
   */
  collect({ control, failed }: Shared, depth: number): void {
    const { machine } = this;
    if (!this.#deadlock && control[WORD.deadlock] !== 0) {
      this.#deadlock = true;
      this.#add({ property: this.deadlockProperty, kind: 'deadlock', depth, failure: null });
    }
    const invariants = (control[WORD.invariants] ?? 0) & ~this.#invariants;
    this.#invariants |= invariants;
    for (const property of selected(machine.invariants, invariants)) {
      this.#add({ property, kind: 'invariant', depth: depth + 1, failure: null });
    }
    const steps = (control[WORD.stepPredicates] ?? 0) & ~this.#stepPredicates;
    this.#stepPredicates |= steps;
    for (const property of selected(machine.stepPredicates, steps)) {
      this.#add({ property, kind: 'step', depth: depth + 1, failure: null });
    }
    machine.failures.forEach(({ property }, failure) => {
      if (failed[failure] === 0 || this.#failed[failure] !== 0) return;
      this.#failed[failure] = 1;
      this.#add({ property, kind: 'failure', depth: depth + 1, failure });
    });
  }

  /** What has been collected: less than what was noted, while a layer is being expanded. */
  get collected(): Collected {
    return {
      invariants: this.#invariants,
      stepPredicates: this.#stepPredicates,
      failed: [...this.#failed],
      deadlock: this.#deadlock,
      findings: this.all,
    };
  }

  /** Goes on from there. */
  restore({ invariants, stepPredicates, failed, deadlock, findings }: Collected): void {
    this.#invariants = invariants;
    this.#stepPredicates = stepPredicates;
    this.#deadlock = deadlock;
    this.#failed.set(failed);
    for (const finding of findings) this.#add(finding);
  }

  has(property: string): boolean {
    return this.#found.has(property);
  }

  /** Shortest first. */
  get all(): readonly Finding[] {
    return [...this.#found.values()].toSorted((a, b) => a.depth - b.depth);
  }

  #add(finding: Finding): void {
    const key = finding.property ?? `failure ${finding.failure}`;
    const known = this.#found.get(key);
    if (known === undefined || known.depth > finding.depth) this.#found.set(key, finding);
  }
}

function selected(names: readonly string[], mask: number): readonly string[] {
  return names.filter((_, index) => (mask & (1 << index)) !== 0);
}
