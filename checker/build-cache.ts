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

/** Equal for what is equal as JSON, its members in the same order. */
export function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

/** The result of `make`, which must be JSON and depend on `inputs` only. */
export function remembered<T>(kind: string, inputs: readonly unknown[], make: () => T): T {
  const entry = entryOf<T>(kind, inputs);
  return entry.known ?? entry.keep(make());
}

/** The same for what takes loading a part of the program. */
export async function rememberedLater<T>(
  kind: string,
  inputs: readonly unknown[],
  make: () => Promise<T>,
): Promise<T> {
  const entry = entryOf<T>(kind, inputs);
  return entry.known ?? entry.keep(await make());
}

interface Entry<T> {
  readonly known: T | null;
  keep(result: T): T;
}

function entryOf<T>(kind: string, inputs: readonly unknown[]): Entry<T> {
  if (store === null) return { known: null, keep: (result) => result };
  const current = store;
  const key = `${kind}-${digestOf(inputs)}`;
  const text = current.read(key);
  return {
    known: text === null ? null : (JSON.parse(text) as T),
    keep: (result) => {
      current.write(key, JSON.stringify(result));
      return result;
    },
  };
}
