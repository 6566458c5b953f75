/**
 * The lock context of a step: which locks are not free, and how they are held.
 *
 * What a lock is, is a convention of names, not knowledge of any model: a field of the shared state called
 * `lock`, `..._lock`, `...Lock` or the same with `mutex`. The initial state shows what it looks like when it is free.
 */
import {
  formatPath,
  isVector,
  lookUp,
  parsePath,
  type RecordTree,
  type Scalar,
  scalars,
  type Tree,
} from './tree.js';

/** The paths of the locks of a state. */
export function locksOf(state: RecordTree): string[] {
  const found: string[] = [];
  const visit = (tree: Tree, path: (string | number)[]): void => {
    if (typeof path.at(-1) === 'string' && LOCK.test(String(path.at(-1)))) found.push(formatPath(path));
    else if (isVector(tree)) for (const [index, child] of tree.entries()) visit(child, [...path, index]);
    else if (typeof tree === 'object')
      for (const [field, child] of Object.entries(tree)) visit(child, [...path, field]);
  };
  visit(state, []);
  return found;
}

/** The locks that are not as in the initial state, by path: `{ mmu_lock: 'readers=1' }`. */
export function heldLocks(
  locks: readonly string[],
  initial: RecordTree,
  state: RecordTree,
): Record<string, string> {
  const held: Record<string, string> = {};
  for (const lock of locks) {
    const path = parsePath(lock) ?? [];
    const free = lookUp(initial, path);
    const now = lookUp(state, path);
    if (free === undefined || now === undefined) continue;
    const parts = [...scalars(now)]
      .filter((each) => lookUp(free, each.path) !== each.value)
      .map((each) => phrase(formatPath(each.path), each.value));
    if (parts.length > 0) held[lock] = parts.join(', ');
  }
  return held;
}

function phrase(field: string, value: Scalar): string {
  if (field === '') return value === true ? 'held' : String(value);
  if (typeof value === 'boolean') return value ? field : `not ${field}`;
  return `${field}=${value}`;
}

const LOCK = /^(?:.*_)?(?:lock|mutex)$|(?:Lock|Mutex)$/;
