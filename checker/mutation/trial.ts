/** One scenario against the mutants that it reaches. */
import { digestOf } from '../build-cache.js';
import { type Lowered, loweredOf, requestOf } from '../compiler/compile.js';
import { Exploration } from '../engine/exploration.js';
import type { End, SearchOptions } from '../engine/options.js';
import type { Finding } from '../engine/facts.js';
import type { Scenario } from '../workspace/scenarios.js';
import { type MutantMachine, mutantMachine } from './machine.js';
import type { Mutant } from './mutant.js';
import { mutantsOf } from './mutants.js';
import type { Kill, Outcome, TrialOptions } from './outcome.js';
import { numberOf, ORIGINAL, PROBE, PROBE_MESSAGE } from './switched.js';
import { temporalIdentity, temporalOutcome, temporalPropertiesOf } from './temporal-trial.js';
import type { Vocabulary } from './vocabulary.js';

export class Trial {
  readonly mutants: readonly Mutant[];
  readonly #lowered: Lowered;
  readonly #deadlock: string | undefined;
  readonly #violated: ReadonlySet<string>;
  #machine: MutantMachine | null = null;
  #temporal: MutantMachine | null = null;

  private constructor(
    readonly scenario: Scenario,
    lowered: Lowered,
    mutants: readonly Mutant[],
  ) {
    this.#lowered = lowered;
    this.mutants = mutants;
    const { properties, expect } = scenario.spec;
    this.#deadlock = properties.find((each) => each.deadlock)?.id;
    this.#violated = new Set(
      properties.flatMap(({ id }) => ((expect?.[id] ?? 'holds') === 'holds' ? [] : [id])),
    );
  }

  static async of(scenario: Scenario, vocabulary: Vocabulary): Promise<Trial> {
    const lowered = await loweredOf(scenario);
    return new Trial(scenario, lowered, mutantsOf(lowered.program, vocabulary));
  }

  /** With fewer mutants, which compiles sooner. */
  only(isWanted: (key: string) => boolean): Trial {
    return new Trial(
      this.scenario,
      this.#lowered,
      this.mutants.filter(({ key }) => isWanted(key)),
    );
  }

  /** The same as long as neither the scenario nor what it runs has changed, wherever it stands. */
  get identity(): string {
    const { program, configuration } = this.#lowered;
    const { expect, properties } = this.scenario.spec;
    const all = [
      program,
      requestOf(this.scenario, program, configuration),
      expect ?? {},
      properties.map(({ id }) => id),
      ...temporalIdentity(this.scenario),
    ];
    return digestOf(JSON.stringify(all, (key, value: unknown) => (key === 'span' ? undefined : value)));
  }

  /** Searches the model as it is. What it finds and does not expect is a mistake of this folder. */
  original(options: TrialOptions): { readonly outcome: Outcome; readonly states: number } {
    return this.#outcome(ORIGINAL, options);
  }

  /** The mutants that some run of the scenario gets to. */
  reached(options: TrialOptions): readonly Mutant[] {
    const { of, places } = this.#compiled();
    const { failures } = of(PROBE);
    const { findings } = this.#search(PROBE, options, () => false);
    const seen = new Set(
      findings.flatMap(({ failure }) => {
        const message = failure === null ? '' : (failures[failure]?.message ?? '');
        return message.startsWith(PROBE_MESSAGE) ? [Number(message.slice(PROBE_MESSAGE.length))] : [];
      }),
    );
    return this.mutants.filter(
      (_, index) => places[index]?.every((group) => group.some((place) => seen.has(place))) === true,
    );
  }

  run(mutant: Mutant, options: TrialOptions): Outcome {
    return this.#outcome(numberOf(this.mutants.indexOf(mutant)), options).outcome;
  }

  #isUnexpected({ property }: Finding): boolean {
    return property === null || !this.#violated.has(property);
  }

  #compiled(): MutantMachine {
    this.#machine ??= mutantMachine(this.scenario, this.#lowered, this.mutants, 'properties');
    return this.#machine;
  }

  /** Violations first: they are found sooner, and temporal properties are about runs that no error cuts off. */
  #outcome(number: number, options: TrialOptions): { readonly outcome: Outcome; readonly states: number } {
    const found = this.#search(number, options, (finding) => this.#isUnexpected(finding));
    const outcome = outcomeOf(found);
    const { states } = found;
    if (outcome.outcome !== 'survived' || temporalPropertiesOf(this.scenario).length === 0)
      return { outcome, states };
    this.#temporal ??= mutantMachine(this.scenario, this.#lowered, this.mutants, 'temporal');
    return { outcome: temporalOutcome(this.scenario, this.#temporal, number, options), states };
  }

  #search(
    number: number,
    { maxStates, memoryBytes, signal }: TrialOptions,
    isEnough: (finding: Finding) => boolean,
  ): {
    readonly end: End;
    readonly states: number;
    readonly findings: readonly Finding[];
    readonly kill: Kill | null;
  } {
    const options: SearchOptions = {
      maxStates,
      memoryBytes,
      signal,
      deadlock: this.#deadlock !== undefined,
      ...(this.#deadlock !== undefined && { deadlockProperty: this.#deadlock }),
    };
    const exploration = new Exploration(this.#compiled().of(number), options);
    let decisive: Finding | undefined;
    do decisive = exploration.result().findings.find(isEnough);
    while (decisive === undefined && !exploration.advance());
    const result = exploration.result();
    decisive ??= result.findings.find(isEnough);
    result.release();
    const { end, states, findings } = result;
    const kill =
      decisive === undefined ? null : { property: decisive.property ?? 'error', depth: decisive.depth };
    return { end, states, findings, kill };
  }
}

function outcomeOf({ end, kill }: { readonly end: End; readonly kill: Kill | null }): Outcome {
  if (kill !== null) return { outcome: 'killed', kill };
  return { outcome: end === 'exhausted' ? 'survived' : 'open' };
}
