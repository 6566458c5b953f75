/** Which scenarios are run, and which mutants each of them tries: as few as it takes to see every mutant killed that anything kills. */
import { type Attempt, isKill, type Known } from './ledger.js';

export interface Killer {
  readonly scenario: string;
  readonly property: string;
}

export interface CampaignOptions {
  /** What has killed each mutant before: tried first, and confirmed. By key of the mutant. */
  readonly killers: Readonly<Record<string, Killer>>;
  /** Of earlier runs. */
  readonly attempts: readonly Attempt[];
  /** Only mutants whose key contains this. */
  readonly filter: string;
  /** Whether a mutant is tried wherever it is reached, also after it was killed. */
  readonly everywhere: boolean;
  /** Whether only what has killed before is run, for what it has killed. */
  readonly confirms: boolean;
}

export interface Selection {
  /** Mutants that need no trial. */
  readonly skip: readonly string[];
  /** Only these; null for all others. */
  readonly only: readonly string[] | null;
  /** What is known already of this scenario. */
  readonly known: readonly Attempt[];
}

export class Campaign {
  readonly #options: CampaignOptions;
  readonly #attempts: Attempt[];
  readonly #mutants = new Map<string, Known>();
  readonly #identities = new Map<string, string>();
  readonly #killed = new Set<string>();

  constructor(options: CampaignOptions) {
    this.#options = options;
    this.#attempts = [...options.attempts];
  }

  /** The mutants of a scenario as it is now. Earlier attempts count if they were made with the same. */
  read(scenario: string, mutants: readonly Known[], identity: string): void {
    this.#identities.set(scenario, identity);
    for (const each of mutants)
      if (each.key.includes(this.#options.filter)) this.#mutants.set(each.key, each);
    for (const each of this.valid) if (each.scenario === scenario) this.#learn(each);
  }

  /** Those first that have killed most, then those that are small. */
  inOrder<T extends { readonly scenario: string }>(jobs: readonly T[]): T[] {
    const sizes = new Map(this.#attempts.map(({ scenario, states }) => [scenario, states]));
    const rank = jobs.map((job) => ({
      job,
      kills: this.#killsOf(job.scenario).length,
      states: sizes.get(job.scenario) ?? 0,
    }));
    return rank
      .filter(({ kills }) => !this.#options.confirms || kills > 0)
      .sort((left, right) => right.kills - left.kills || left.states - right.states)
      .map(({ job }) => job);
  }

  selectionFor(scenario: string): Selection {
    const { killers, everywhere, confirms } = this.#options;
    const own = this.#killsOf(scenario);
    const known = this.#attempts.filter((each) => each.scenario === scenario);
    const done = everywhere ? [] : this.keys.filter((key) => this.#killed.has(key));
    if (confirms) return { skip: done, only: own, known };
    // What is known to be killed elsewhere waits for that.
    const later =
      everywhere || own.length === 0
        ? []
        : this.keys.filter((key) => {
            const killer = killers[key];
            return killer !== undefined && killer.scenario !== scenario && !this.#killed.has(key);
          });
    return { skip: [...done, ...later], only: null, known };
  }

  /** Takes what a scenario has found. Returns it with the identity that it has if it came without. */
  take(attempt: Attempt): Attempt {
    const { identity, scenario } = attempt;
    const made = identity === '' ? { ...attempt, identity: this.#identities.get(scenario) ?? '' } : attempt;
    this.#attempts.push(made);
    this.#learn(made);
    return made;
  }

  get mutants(): readonly Known[] {
    return [...this.#mutants.values()];
  }

  get keys(): readonly string[] {
    return [...this.#mutants.keys()];
  }

  get killed(): number {
    return this.keys.filter((key) => this.#killed.has(key)).length;
  }

  /** Attempts of what the scenarios are now. */
  get valid(): readonly Attempt[] {
    return this.#attempts.filter(
      ({ scenario, identity }) => identity === '' || this.#identities.get(scenario) === identity,
    );
  }

  #killsOf(scenario: string): readonly string[] {
    return Object.entries(this.#options.killers).flatMap(([key, killer]) =>
      killer.scenario === scenario ? [key] : [],
    );
  }

  #learn({ outcomes }: Attempt): void {
    for (const [key, outcome] of Object.entries(outcomes)) if (isKill(outcome)) this.#killed.add(key);
  }
}
