/**
 * Remembers what compiling came to, from one run of the program to the next.
 *
 * Only results of pure functions are remembered, under a key that holds everything that they depend on, the checker
 * itself included. Errors are not: they are made again, with their places. Where there is no store (in tests, in a
 * folder that cannot be written) everything is computed anew.
 */
import { createHash } from 'node:crypto';

export interface BuildStore {
  /** The text that was written under this key, or null. */
  read(key: string): string | null;
  write(key: string, text: string): void;
}

let store: BuildStore | null = null;

/** From now on, in this thread. */
export function useBuildStore(next: BuildStore | null): void {
  store = next;
}

/** The result of `make`, which must be JSON and depend on `inputs` only. */
export function remembered<T>(kind: string, inputs: readonly unknown[], make: () => T): T {
  if (store === null) return make();
  const key = `${kind}-${createHash('sha256').update(JSON.stringify(inputs)).digest('hex')}`;
  const known = store.read(key);
  if (known !== null) return JSON.parse(known) as T;
  const result = make();
  store.write(key, JSON.stringify(result));
  return result;
}
