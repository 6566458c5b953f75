/**
 * The Informal Trace Format of Apalache (its ADR-015), which Quint and the ITF viewers read: the shared state after
 * every step, with process, action and source place in the meta data of each state.
 */
import { serializeJson } from '../serialize.js';
import { statesOf, type Trace } from '../trace.js';
import { isVector, type RecordTree, type Tree } from '../tree.js';
import { callFrame, conclusion, headline } from './facts.js';

export function itf(trace: Trace): string {
  const states = statesOf(trace).map((state, index) => ({
    '#meta': { index, ...actionOf(trace, index - 1) },
    ...(expression(state) as Record<string, unknown>),
  }));
  const loop = trace.temporal?.start ?? null;
  return serializeJson({
    '#meta': {
      format: 'ITF',
      'format-description': 'https://apalache-mc.org/docs/adr/015adr-trace.html',
      source: trace.scenario.file,
      description: `${headline(trace)}. ${conclusion(trace)}`,
      status: 'violation',
      scenario: trace.scenario.name,
      property: trace.property.id,
      configuration: trace.configuration,
      processes: trace.processes,
    },
    vars: Object.keys(trace.initial),
    states: states,
    ...(loop !== null && { loop }),
  });
}

/** What led to a state: nothing for the initial one. */
function actionOf(trace: Trace, index: number): object {
  const step = trace.steps[index];
  if (step === undefined) return {};
  const place = callFrame(step.stack);
  return {
    process: step.process,
    action: step.label,
    file: place?.file ?? '',
    line: place?.line ?? 0,
    stack: step.stack.map((frame) => frame.function),
    choices: step.choices,
  };
}

/** Vectors are sequences, written as lists; ADR-015 forbids plain JSON numbers. */
function expression(tree: Tree): unknown {
  if (typeof tree === 'number') return { '#bigint': String(tree) };
  if (typeof tree !== 'object') return tree;
  if (isVector(tree)) return tree.map(expression);
  return Object.fromEntries(
    Object.entries(tree as RecordTree).map(([field, child]) => [field, expression(child)]),
  );
}
