/**
 * Direct execution: the model's generators run under Node on an immutable state. Slow and obvious, with no compiler in
 * it; what it does is what a model means.
 */
import { enablePatches, type Patch, produceWithPatches } from 'immer';
import type { RecordType } from '../compiler/ir/program.js';
import type { StateTree } from '../compiler/machine.js';
import { asProcess, type Chooser, Disabled, ModelError, withChooser } from '../language/primitives.js';
import type { Boundary, Op } from '../language/types.js';
import type { Scenario } from '../workspace/scenarios.js';
import { Places } from './places.js';
import { configurationOf, initialState, type RecordSchema, schemaOf } from './schema.js';

enablePatches();

/** What came of resuming a process. Only `boundary` and `end` change the state. */
export interface DirectStep {
  readonly outcome: 'boundary' | 'end' | 'failure' | 'disabled';
  /** The state after the step; the one before it if there is no successor. */
  readonly state: StateTree;
  readonly patches: readonly Patch[];
  /** The answers that the step's choices took. */
  readonly choices: readonly number[];
  /** How many boundaries the process was resumed from. */
  readonly boundaries: number;
  readonly failure: ModelError | null;
}

/** A caller's mistake: a step of a finished process, or choices that do not answer the step's questions. */
export class ScheduleError extends Error {
  override readonly name = 'ScheduleError';
}

export class DirectExecution {
  private readonly processes: RunningProcess[];
  private readonly places: Places;
  private readonly beforePlaces: Places;

  private constructor(
    scenario: Scenario,
    schema: RecordSchema,
    /** The current shared state: frozen, one version of many. */
    public state: StateTree,
  ) {
    const config = configurationOf(scenario);
    this.places = new Places(schema, config);
    this.beforePlaces = new Places(schema, config);
    this.processes = scenario.spec.processes.map((spec, index) => {
      const run = spec.run as unknown as (root: object, ...args: unknown[]) => Op;
      return new RunningProcess(index, spec.name, () => run(this.places.root, ...spec.args));
    });
  }

  /** An execution in the initial state of a scenario. */
  static start(scenario: Scenario, root: RecordType): DirectExecution {
    const state = initialState(scenario, root);
    return new DirectExecution(scenario, schemaOf(root, configurationOf(scenario)), state);
  }

  /**
   * Takes a step: resumes a process `boundaries` times (a compiled step may run through several), with these answers
   * to its choices. Too few answers, too many, or one out of range is a ScheduleError.
   */
  step(process: number, choices: readonly number[], boundaries = 1): DirectStep {
    const running = this.process(process);
    const result = this.attempt(running, answerer(choices), boundaries);
    const goesOn = result.outcome === 'boundary' || result.outcome === 'end';
    if (goesOn && result.choices.length < choices.length) {
      this.rebuild(running);
      throw new ScheduleError(`the step asks for ${result.choices.length} of ${choices.length} choices`);
    }
    if (goesOn) {
      running.commit({ state: this.state, choices, boundaries });
      this.state = result.state;
    }
    return result;
  }

  /** Takes a step in which everything that can be chosen is the first alternative. */
  stepFirst(process: number): DirectStep {
    const running = this.process(process);
    const result = this.attempt(running, () => 0, 1);
    if (result.outcome === 'boundary' || result.outcome === 'end') {
      running.commit({ state: this.state, choices: result.choices, boundaries: 1 });
      this.state = result.state;
    }
    return result;
  }

  /** What a step would come to, without taking it. */
  peek(process: number, choices: readonly number[], boundaries = 1): DirectStep {
    const running = this.process(process);
    const result = this.attempt(running, answerer(choices), boundaries);
    this.rebuild(running);
    return result;
  }

  /** The same for a step of which only the first choices are known; the others are answered by 0. */
  explore(process: number, choices: readonly number[], boundaries = 1): DirectStep {
    const running = this.process(process);
    let used = 0;
    const result = this.attempt(running, () => choices[used++] ?? 0, boundaries);
    this.rebuild(running);
    return result;
  }

  /** Everything that resuming a process can come to, one result for each list of answers, without doing it. */
  alternatives(process: number, boundaries = 1): DirectStep[] {
    const running = this.process(process);
    const results: DirectStep[] = [];
    let questions: { answer: number; alternatives: number }[] = [];
    for (;;) {
      let asked = 0;
      const result = this.attempt(
        running,
        (alternatives) => {
          questions[asked] ??= { answer: 0, alternatives };
          return questions[asked++]?.answer ?? 0;
        },
        boundaries,
      );
      results.push(result);
      this.rebuild(running);
      const last = questions.findLastIndex(({ answer, alternatives }) => answer + 1 < alternatives);
      if (last < 0) return results;
      questions = questions
        .slice(0, last + 1)
        .map((each, index) => (index === last ? { ...each, answer: each.answer + 1 } : each));
    }
  }

  finished(process: number): boolean {
    return this.process(process).boundary === 'finished';
  }

  /** Whether a process stands where it may stay for ever. */
  resting(process: number): boolean {
    const { boundary } = this.process(process);
    if (boundary === 'finished' || boundary === undefined || typeof boundary === 'function') return false;
    return falseOnError(() => asProcess(process, () => this.places.within(this.state, boundary.rest)));
  }

  /** Whether some process is neither finished nor resting. */
  get unfinished(): boolean {
    return this.processes.some(({ index }) => !this.finished(index) && !this.resting(index));
  }

  /** A predicate's value in a state. One that cannot be evaluated (an index out of range) is false. */
  evaluate(predicate: CallableFunction, state: StateTree): boolean {
    return falseOnError(() => this.places.within(state, () => predicate(this.places.root)));
  }

  /** A step predicate's value for two states. */
  evaluateStep(predicate: CallableFunction, before: StateTree, after: StateTree): boolean {
    return falseOnError(() =>
      this.beforePlaces.within(before, () =>
        this.places.within(after, () => predicate(this.beforePlaces.root, this.places.root)),
      ),
    );
  }

  private process(index: number): RunningProcess {
    const process = this.processes[index];
    if (process === undefined) throw new ScheduleError(`there is no process ${index}`);
    return process;
  }

  /** Resumes a process. After anything but `boundary` and `end` it stands where it stood before. */
  private attempt(running: RunningProcess, answer: Chooser, boundaries: number): DirectStep {
    const choices: number[] = [];
    const recorder: Chooser = (alternatives) => {
      const choice = answer(alternatives);
      choices.push(choice);
      return choice;
    };
    let resumed = 0;
    const none = { state: this.state, patches: [], choices };
    try {
      const [state, patches] = produceWithPatches(this.state, (draft) => {
        this.places.within(draft, () => {
          for (; resumed < boundaries; resumed++) running.resume(recorder);
        });
      });
      const outcome = running.boundary === 'finished' ? 'end' : 'boundary';
      return { outcome, state, patches, choices, boundaries, failure: null };
    } catch (error) {
      this.rebuild(running);
      if (error instanceof Disabled)
        return { ...none, outcome: 'disabled', boundaries: resumed + 1, failure: null };
      if (error instanceof ModelError)
        return { ...none, outcome: 'failure', boundaries: resumed + 1, failure: error };
      throw error;
    }
  }

  /** Runs a process again from its beginning through all steps that it took: a generator cannot be copied. */
  private rebuild(running: RunningProcess): void {
    if (!running.moved) return;
    running.restart();
    for (const { state, choices, boundaries } of running.history) {
      let used = 0;
      produceWithPatches(state, (draft) => {
        this.places.within(draft, () => {
          for (let i = 0; i < boundaries; i++) running.resume(() => choices[used++] ?? 0);
        });
      });
    }
    running.moved = false;
  }
}

function falseOnError(question: () => boolean): boolean {
  try {
    return question();
  } catch (error) {
    if (error instanceof ModelError) return false;
    throw error;
  }
}

/** Answers questions from a list. */
function answerer(choices: readonly number[]): Chooser {
  let used = 0;
  return (alternatives) => {
    const choice = choices[used++];
    if (choice === undefined)
      throw new ScheduleError(`the step asks for more than ${choices.length} choices`);
    if (choice < 0 || choice >= alternatives) {
      throw new ScheduleError(`choice ${choice} of ${alternatives} alternatives`);
    }
    return choice;
  };
}

/** A step that was taken: the state before it, and what it needs to be taken again. */
interface Taken {
  readonly state: StateTree;
  readonly choices: readonly number[];
  readonly boundaries: number;
}

class RunningProcess {
  readonly history: Taken[] = [];
  /** Whether the generator ran on from the last step that was taken. */
  moved = false;
  /** What the generator yielded last: where the process stands. */
  boundary: Boundary | 'finished' = 'finished';
  private generator: Op | null = null;

  constructor(
    readonly index: number,
    readonly name: string,
    private readonly create: () => Op,
  ) {
    this.restart();
  }

  /** To the first boundary. What stands before it may use locals only. */
  restart(): void {
    this.generator = this.create();
    this.advance(() => {
      throw new ScheduleError(`${this.name} chooses before its first step`);
    });
    this.moved = false;
  }

  commit(step: Taken): void {
    this.history.push(step);
    this.moved = false;
  }

  /** One step, if the guard of the boundary holds. */
  resume(answer: Chooser): void {
    const { boundary } = this;
    if (boundary === 'finished') throw new ScheduleError(`${this.name} has finished`);
    if (typeof boundary === 'function' && !asProcess(this.index, boundary)) throw new Disabled();
    this.advance(answer);
  }

  private advance(answer: Chooser): void {
    this.moved = true;
    const next = asProcess(this.index, () => withChooser(answer, () => this.generator?.next()));
    this.boundary = next === undefined || next.done === true ? 'finished' : next.value;
  }
}
