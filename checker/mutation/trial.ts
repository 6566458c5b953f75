/** One scenario against the mutants that it reaches. */
import { digestOf } from '../build-cache.js';
import { type Lowered, loweredOf, requestOf } from '../compiler/compile.js';
import { generateMachine } from '../compiler/codegen/javascript.js';
import { type Field, pack } from '../compiler/codegen/packing.js';
import type { Machine } from '../compiler/machine.js';
import { buildGraph } from '../compiler/passes/index.js';
import { initialState } from '../direct/schema.js';
import { Exploration } from '../engine/exploration.js';
import type { End, SearchOptions } from '../engine/options.js';
import type { Finding } from '../engine/facts.js';
import type { Scenario } from '../workspace/scenarios.js';
import type { Mutant } from './mutant.js';
import { mutantsOf } from './mutants.js';
import { numberOf, ORIGINAL, PROBE, PROBE_MESSAGE, SWITCH, type Switched, switched } from './switched.js';
import type { Vocabulary } from './vocabulary.js';

export interface Kill {
  /** The property that is violated and should hold; `error` for a model error. */
  readonly property: string;
  /** The length of the shortest counterexample. */
  readonly depth: number;
}

export type Outcome =
  | { readonly outcome: 'killed'; readonly kill: Kill }
  | { readonly outcome: 'survived' }
  /** The bound on states, or on memory, came first. */
  | { readonly outcome: 'open' };

export interface TrialOptions {
  /** For each search. */
  readonly maxStates: number;
  readonly memoryBytes: number;
  readonly signal: { readonly aborted: boolean };
}

export class Trial {
  readonly mutants: readonly Mutant[];
  readonly #lowered: Lowered;
  readonly #deadlock: string | undefined;
  readonly #violated: ReadonlySet<string>;
  #switch: { machine: Machine; field: Field; places: Switched['places'] } | null = null;

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

  /** The same as long as neither the scenario nor what it runs has changed. */
  get identity(): string {
    const { program, configuration } = this.#lowered;
    const { expect, properties } = this.scenario.spec;
    return digestOf([
      program,
      requestOf(this.scenario, program, configuration),
      expect ?? {},
      properties.map(({ id }) => id),
    ]);
  }

  /** Searches the model as it is. What it finds and does not expect is a mistake of this folder. */
  original(options: TrialOptions): { readonly outcome: Outcome; readonly states: number } {
    const found = this.#search(ORIGINAL, options, (finding) => this.#isUnexpected(finding));
    return { outcome: outcomeOf(found), states: found.states };
  }

  /** The mutants that some run of the scenario gets to. */
  reached(options: TrialOptions): readonly Mutant[] {
    const { machine, places } = this.#compiled();
    const { findings } = this.#search(PROBE, options, () => false);
    const seen = new Set(
      findings.flatMap(({ failure }) => {
        const message = failure === null ? '' : (machine.failures[failure]?.message ?? '');
        return message.startsWith(PROBE_MESSAGE) ? [Number(message.slice(PROBE_MESSAGE.length))] : [];
      }),
    );
    return this.mutants.filter(
      (_, index) => places[index]?.every((group) => group.some((place) => seen.has(place))) === true,
    );
  }

  run(mutant: Mutant, options: TrialOptions): Outcome {
    const number = numberOf(this.mutants.indexOf(mutant));
    return outcomeOf(this.#search(number, options, (finding) => this.#isUnexpected(finding)));
  }

  #isUnexpected({ property }: Finding): boolean {
    return property === null || !this.#violated.has(property);
  }

  #compiled(): { machine: Machine; field: Field; places: Switched['places'] } {
    if (this.#switch !== null) return this.#switch;
    const { program, configuration } = this.#lowered;
    const request = requestOf(this.scenario, program, configuration);
    const meta = switched(program, request, this.mutants);
    const graph = buildGraph(meta.program, meta.request);
    const packing = pack(graph);
    const tree = { ...initialState(this.scenario, program.root), [SWITCH]: ORIGINAL };
    const machine = generateMachine(graph, tree, packing);
    const field = packing.cells[graph.cells.findIndex(({ path }) => path[0] === SWITCH)];
    if (field === undefined) throw new Error('the state has lost its switch');
    this.#switch = { machine, field, places: meta.places };
    return this.#switch;
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
    const { machine, field } = this.#compiled();
    const initial = machine.initial.slice();
    initial[field.word] = (initial[field.word] ?? 0) | ((number - field.lo) << field.shift);
    const options: SearchOptions = {
      maxStates,
      memoryBytes,
      signal,
      deadlock: this.#deadlock !== undefined,
      ...(this.#deadlock !== undefined && { deadlockProperty: this.#deadlock }),
    };
    const exploration = new Exploration({ ...machine, initial }, options);
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
