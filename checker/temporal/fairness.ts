/** What the scheduler owes to whom, in terms of a machine's steps. */
import type { Machine } from '../compiler/machine.js';
import { InputError } from '../diagnostics.js';
import type { PropertySpec, ScenarioSpec } from '../language/declarations.js';
import type { Fairness } from '../language/temporal.js';
import type { Requirement } from './kripke.js';

export interface StepRequirement extends Requirement {
  /** By step of the machine. */
  readonly steps: ReadonlySet<number>;
}

export interface Assumptions {
  readonly requirements: readonly StepRequirement[];
  /** By process: whether it must go on if it can and does not rest. */
  readonly isOwed: readonly boolean[];
}

/** Bits of a word, less the sign. */
const MOST_REQUIREMENTS = 31;

export function assumptionsOf(
  machine: Pick<Machine, 'processes' | 'steps'>,
  { unfair = [], strong = [], weak = [] }: Fairness,
): Assumptions {
  const isOwed = machine.processes.map(() => true);
  for (const name of unfair) for (const process of processesNamed(machine, name)) isOwed[process] = false;
  const requirements: StepRequirement[] = [];
  const isStrong = new Set<number>();
  const add = (kind: Requirement['kind'], given: string): void => {
    const [pattern = '', inFunction] = given.split(':');
    let matches = 0;
    for (const process of processesNamed(machine, pattern)) {
      const steps = machine.steps.flatMap((step, index) =>
        step.process === process &&
        (inFunction === undefined || step.frames.some((frame) => frame.function === inFunction))
          ? [index]
          : [],
      );
      if (steps.length === 0) continue;
      matches++;
      const name = machine.processes[process] ?? '';
      requirements.push({
        name: inFunction === undefined ? name : `${name}:${inFunction}`,
        kind,
        steps: new Set(steps),
      });
      if (kind === 'strong' && inFunction === undefined) isStrong.add(process);
    }
    // What a property asks of every process need not be there in each scenario.
    if (matches === 0 && !pattern.includes('*'))
      throw InputError.of(
        `fairness: ${pattern} has no step in ${inFunction}`,
        'Name a function that the process calls, or the process alone.',
      );
  };
  for (const name of strong) add('strong', name);
  for (const name of weak) add('weak', name);
  machine.processes.forEach((name, process) => {
    // Strong fairness implies weak.
    if (isOwed[process] === true && !isStrong.has(process)) add('weak', name);
  });
  if (requirements.length > MOST_REQUIREMENTS)
    throw InputError.of(
      `fairness: ${requirements.length} requirements`,
      `Give at most ${MOST_REQUIREMENTS}, those of every process included.`,
    );
  return { requirements, isOwed };
}

/** What a scenario says comes on top of what its property says. */
export function fairnessOf(
  spec: Pick<ScenarioSpec, 'fairness'>,
  property: Pick<PropertySpec, 'fairness'>,
  unfair: readonly string[],
): Required<Fairness> {
  const both = (name: keyof Fairness): string[] => [
    ...(property.fairness?.[name] ?? []),
    ...(spec.fairness?.[name] ?? []),
  ];
  return { unfair: [...both('unfair'), ...unfair], strong: both('strong'), weak: both('weak') };
}

/** In a few words, for the report: `weak: vcpu0 ipi0; strong: cpu0`. */
export function describeAssumptions(
  machine: Pick<Machine, 'processes'>,
  { requirements, isOwed }: Assumptions,
): string {
  const named = (kind: Requirement['kind']) =>
    requirements.filter((each) => each.kind === kind).map((each) => each.name);
  const parts = [
    ['weak fairness of', named('weak')],
    ['strong fairness of', named('strong')],
    ['none of', machine.processes.filter((_, process) => isOwed[process] !== true)],
  ] as const;
  return parts
    .filter(([, names]) => names.length > 0)
    .map(([what, names]) => `${what} ${names.join(', ')}`)
    .join('; ');
}

/** Those that a pattern means. */
export function processesNamed({ processes }: Pick<Machine, 'processes'>, pattern: string): number[] {
  const text = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*');
  const expression = new RegExp(`^${text}$`);
  const found = processes.flatMap((name, index) => (expression.test(name) ? [index] : []));
  // A property may speak of processes that not every scenario has.
  if (found.length === 0 && !pattern.includes('*'))
    throw InputError.of(
      `fairness: there is no process ${pattern}`,
      `The processes are ${processes.join(', ')}.`,
    );
  return found;
}
