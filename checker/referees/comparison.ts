/** Our count of a model beside another checker's, and where they differ. */
import type { Machine } from '../compiler/machine.js';
import { search } from '../engine/index.js';
import {
  type ExportableModel,
  MODEL_ERROR,
  type PropertyResult,
  propertiesOf,
  type RefereeResult,
} from './referee.js';

/** What our engine finds without any reduction; null if there are more states than that, or than memory. */
export function ownResult(
  machine: Machine,
  model: ExportableModel,
  maxStates: number,
  memoryBytes: number,
): RefereeResult | null {
  const { deadlock } = model;
  const result = search(machine, {
    maxStates,
    memoryBytes,
    deadlock: deadlock !== null,
    ...(deadlock !== null && { deadlockProperty: deadlock.property }),
  });
  // Unreleased, gigabytes stay reserved until the garbage collector comes, and a process with more of them than the machine
  // has memory cannot start another program.
  result.release();
  if (result.end !== 'exhausted') return null;
  const shortest = new Map<string, number>();
  for (const { property, depth } of result.findings) {
    const id = property ?? MODEL_ERROR;
    shortest.set(id, Math.min(depth, shortest.get(id) ?? Number.POSITIVE_INFINITY));
  }
  return {
    states: result.states,
    transitions: result.transitions,
    properties: propertiesOf(model).map((property): PropertyResult => {
      const length = shortest.get(property);
      if (length === undefined) return { property, verdict: 'holds', length: null };
      return { property, verdict: 'violated', length };
    }),
    seconds: result.seconds,
    limit: null,
  };
}

/** One line for each thing that the two do not say alike. What a referee does not count is not compared. */
export function differences(own: RefereeResult, other: RefereeResult): readonly string[] {
  const found: string[] = [];
  const compare = (what: string, ours: unknown, theirs: unknown): void => {
    if (ours !== theirs) found.push(`${what}: ${ours} here, ${theirs} there`);
  };
  compare('states', own.states, other.states);
  if (other.transitions !== null) compare('transitions', own.transitions, other.transitions);
  for (const theirs of other.properties) {
    const ours = own.properties.find(({ property }) => property === theirs.property);
    compare(theirs.property, ours?.verdict, theirs.verdict);
    if (ours?.verdict === 'violated' && theirs.verdict === 'violated' && theirs.length !== null)
      compare(`the shortest violation of ${theirs.property}`, ours.length, theirs.length);
  }
  return found;
}
