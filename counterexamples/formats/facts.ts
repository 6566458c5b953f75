/** What a reader wants to know about a run besides its steps: what was checked on what, and how it ended. */
import { effectLines } from '../effects.js';
import { labelOf } from '../build.js';
import { Kinds } from '../kinds.js';
import { statesOf, type Trace, type TraceFrame } from '../trace.js';
import { differences } from '../tree.js';

/** `P3 violated: no dirty write missed`. */
export function headline(trace: Trace): string {
  const { kind, error, message } = trace.violation;
  if (kind === 'model error') return `Model error (${error}): ${message}`;
  return `${trace.property.id} violated: ${trace.property.title}`;
}

/** `vcpus=1, fanout=2`. */
export function configuration(trace: Trace): string {
  return settings(trace).join(', ');
}

/** What a scenario has chosen, one text for each; what follows from it, and the model's defaults, are left out. */
export function settings({ configuration: all, scope }: Pick<Trace, 'configuration' | 'scope'>): string[] {
  const chosen = Object.entries(all).filter(([name]) => scope === undefined || scope.includes(name));
  return chosen.map(([name, value]) => `${name}=${value}`);
}

/** What the run ends in, as a sentence. */
export function conclusion(trace: Trace): string {
  const { kind, error, message, stack } = trace.violation;
  const property = `${trace.property.id} (${trace.property.title})`;
  const steps = trace.steps.length;
  switch (kind) {
    case 'invariant':
      return `${steps === 0 ? 'In the initial state' : `After step ${steps}`}, ${property} does not hold.`;
    case 'step':
      return `Step ${steps} breaks ${property}.`;
    case 'deadlock':
      return `${property}: ${message}.`;
    case 'temporal': {
      const closing = steps === 0 ? 'At the start' : `After step ${steps}`;
      const what = message.charAt(0).toUpperCase() + message.slice(1);
      const fair = trace.temporal?.start === null ? '' : ` Fair: ${trace.temporal?.assumptions ?? ''}.`;
      return steps === 0 ? `${closing}, ${property} is lost.${fair}` : `${property}: ${what}.${fair}`;
    }
    case 'assertion':
      return `Step ${steps} breaks ${property} at ${placeOf(stack)}: ${message}`;
    case 'model error':
      return `Step ${steps} ends in a model error (${error}) at ${placeOf(stack)}: ${message}`;
  }
}

/** The number, from 1, of the step with which a cycle begins that has steps; null if there is none. */
export function cycleBegins({ temporal, steps }: Trace): number | null {
  const start = temporal?.start ?? null;
  return start === null || start === steps.length ? null : start + 1;
}

/** Scenario and variant, as pairs of a word and a text. */
export function origin(trace: Trace): [string, string][] {
  const { scenario, model } = trace;
  const claims = scenario.claims.length === 0 ? '' : ` (${scenario.claims.join(', ')})`;
  const lines: [string, string][] = [['Scenario', `${scenario.name}${claims}: ${scenario.title}`]];
  if (model.patches.length > 0) lines.push(['Variant', model.patches.map((patch) => patch.name).join(', ')]);
  return lines;
}

/** What each process would do next, and where that is; the place is empty for one that is not to be looked for. */
export function standing(trace: Trace): { process: string; text: string; place: string }[] {
  return trace.processes.map((process, index) => {
    const stack = trace.standing[index] ?? null;
    if (stack === null) return { process, text: '(finished)', place: '' };
    if (!trace.steps.some((step) => step.process === process))
      return { process, text: '(took no step)', place: '' };
    return { process, text: labelOf(stack), place: callPlace(stack) };
  });
}

/** What of the shared state is different from the initial one when the run ends. */
export function outcome(
  trace: Trace,
  limit: number,
  hidden: (path: string) => boolean = () => false,
): string[] {
  const states = statesOf(trace);
  const end = states.at(-1) ?? trace.initial;
  const changes = differences(trace.initial, end).filter(({ path }) => !hidden(path));
  return effectLines(changes, end, { limit, kinds: new Kinds(states, hidden) });
}

/** `model/kernel/tdp_mmu.ts:120`: where the innermost function is. */
export function placeOf(stack: readonly TraceFrame[] | null): string {
  return shown(stack?.at(-1));
}

/** Where the call stands that is the step: a reader looks for that, not for the `yield` inside of `read_lock`. */
export function callFrame(stack: readonly TraceFrame[]): TraceFrame | undefined {
  return stack.at(-2) ?? stack.at(-1);
}

export function callPlace(stack: readonly TraceFrame[]): string {
  return shown(callFrame(stack));
}

function shown(frame: TraceFrame | undefined): string {
  return frame === undefined ? '' : `${frame.file}:${frame.line}`;
}
