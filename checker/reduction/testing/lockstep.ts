/** Drives two machines of the same processes through the same schedules. For tests. */
import type { Machine, Transition } from '../../compiler/machine.js';

/**
 * Throws at the first difference between what two machines can do in corresponding states: steps, choices, failures,
 * rest, predicates, and whether a state is stuck.
 */
export function compareInLockstep(full: Machine, reduced: Machine, limit = 1500): void {
  const known = new Map<string, string>();
  const queue: { readonly left: Uint32Array; readonly right: Uint32Array }[] = [];
  const meet = (left: Uint32Array, right: Uint32Array): void => {
    const [key, other] = [left.join(), right.join()];
    if (!known.has(key)) queue.push({ left, right });
    same('one state of the full machine in two reduced ones', known.get(key) ?? other, other);
    known.set(key, other);
  };
  meet(full.initial, reduced.initial);
  for (const { left, right } of queue) {
    same('violated', full.violated(left, 0), reduced.violated(right, 0));
    same('witnessed', full.witnessed(left, 0), reduced.witnessed(right, 0));
    same('unfinished', full.unfinished(left, 0), reduced.unfinished(right, 0));
    const expected = full.transitions(left);
    const found = reduced.transitions(right);
    same('transitions', expected.map(whatHappens), found.map(whatHappens));
    same('stuck', isStuck(left, expected), isStuck(right, found));
    expected.forEach(({ target }, i) => {
      const reached = found[i]?.target ?? null;
      if (target === null || reached === null) return;
      same(
        'violated step predicates',
        full.violatedStep(left, 0, target, 0),
        reduced.violatedStep(right, 0, reached, 0),
      );
      if (known.size < limit) meet(target, reached);
    });
  }
}

function whatHappens({ process, step, choices, boundaries, failure, resting }: Transition): unknown {
  return { process, step, choices, boundaries, failure, resting };
}

/** As the search sees it: no step of a process that does not rest leads to another state or to an error. */
function isStuck(state: Uint32Array, transitions: readonly Transition[]): boolean {
  return transitions.every(
    ({ target, resting }) => resting || (target?.every((word, i) => word === state[i]) ?? false),
  );
}

function same(what: string, expected: unknown, found: unknown): void {
  const [left, right] = [JSON.stringify(expected), JSON.stringify(found)];
  if (left !== right) throw new Error(`${what}: ${left} before, ${right} after`);
}
