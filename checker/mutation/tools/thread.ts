/** A thread that tries the mutants of one scenario after the other. */
import { parentPort, workerData } from 'node:worker_threads';
import { failureOf } from '../../cli/errors.js';
import { openProject } from '../../cli/project.js';
import { InputError } from '../../diagnostics.js';
import { loadEach } from '../../workspace/scenarios.js';
import { type Attempt, isKill, killText, OPEN, SURVIVED } from '../ledger.js';
import type { Outcome } from '../outcome.js';
import { Trial } from '../trial.js';
import type { Order, Report, ThreadSettings } from './messages.js';

const { root, vocabulary } = workerData as ThreadSettings;
const workspace = openProject({ cwd: root, packageRoot: root, remember: true });
const loaded = new Map<string, ReturnType<typeof loadEach>>();
const send = (report: Report): void => parentPort?.postMessage(report);

parentPort?.on('message', (order: Order) => {
  attempt(order).then(
    (done) => send({ attempt: done }),
    (error: unknown) => send({ problem: said(error) }),
  );
});

function said(error: unknown): string {
  if (!(error instanceof InputError)) return failureOf(error).message;
  return error.diagnostics
    .map(({ span, message }) =>
      span === null ? message : `${span.file}:${span.line}:${span.column}: ${message}`,
    )
    .join('\n');
}

async function attempt(order: Order): Promise<Attempt | null> {
  const { scenario: name, file, maxStates, memoryBytes, skip, filter } = order;
  const inFile = loaded.get(file) ?? loadEach(workspace, file);
  loaded.set(file, inFile);
  const scenario = inFile.find((each) => each.name === name);
  if (scenario === undefined || 'error' in scenario) throw new Error(`${name} cannot be loaded`);
  send({ at: 'reading' });
  const all = await Trial.of(scenario, vocabulary);
  const { identity } = all;
  send({
    identity,
    mutants: all.mutants.map(({ key, operator, span }) => ({
      key,
      operator,
      file: span.file,
      line: span.line,
    })),
  });
  if (skip === null) return null;
  const known = order.known.filter((each) => each.identity === identity);
  const done = new Set(skip);
  for (const each of known) {
    for (const key of each.unreached) done.add(key);
    for (const [key, outcome] of Object.entries(each.outcomes))
      if (outcome !== OPEN || each.maxStates >= maxStates) done.add(key);
    // Then its mutants are no smaller.
    if (each.states > maxStates) return null;
  }
  const only = order.only === null ? null : new Set(order.only);
  const trial = all.only((key) => !done.has(key) && key.includes(filter) && only?.has(key) !== false);
  if (trial.mutants.length === 0) return null;
  const options = { maxStates, memoryBytes, signal: { aborted: false } };
  send({ at: 'compiling' });
  const { outcome, states } = trial.original(options);
  const base = { scenario: name, identity, maxStates, states };
  if (outcome.outcome === 'killed')
    throw new Error(`${name}: ${outcome.kill.property} is violated although nothing was changed`);
  if (outcome.outcome === 'open') return { ...base, states: maxStates + 1, outcomes: {}, unreached: [] };
  const reached = trial.reached({ ...options, maxStates: maxStates * 2 });
  const outcomes: Record<string, string> = {};
  for (const mutant of reached) {
    send({ at: mutant.key });
    // Others may have killed it meanwhile; that is no reason to stop in the middle.
    const text = textOf(trial.run(mutant, { ...options, maxStates: Math.max(20_000, states * 4) }));
    outcomes[mutant.key] = text;
    if (isKill(text)) send({ outcome: [mutant.key, text] });
  }
  return {
    ...base,
    outcomes,
    unreached: trial.mutants.filter((each) => !reached.includes(each)).map(({ key }) => key),
  };
}

function textOf(outcome: Outcome): string {
  if (outcome.outcome === 'killed') return killText(outcome.kill.property, outcome.kill.depth);
  return outcome.outcome === 'open' ? OPEN : SURVIVED;
}
