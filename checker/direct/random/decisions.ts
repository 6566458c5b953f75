/**
 * Decisions from a list of numbers. Where the list ends, everything is decided by 0, which stands for the simplest
 * form: whatever makes the list shorter or its numbers smaller makes what is written from it simpler, so that
 * fast-check's shrinking of lists works on programs.
 */
export class Decisions {
  #at = 0;
  #names = 0;

  constructor(private readonly numbers: readonly number[]) {}

  below(count: number): number {
    return (this.numbers[this.#at++] ?? 0) % count;
  }

  flip(): boolean {
    return this.below(2) === 1;
  }

  pick<T>(of: readonly [T, ...T[]]): T;
  pick<T>(of: readonly T[]): T | undefined;
  pick<T>(of: readonly T[]): T | undefined {
    return of.length === 0 ? undefined : of[this.below(of.length)];
  }

  /** One of several ways to write something, the simplest first. */
  one<T>(first: () => T, ...others: readonly (() => T)[]): T {
    return ([first, ...others][this.below(others.length + 1)] ?? first)();
  }

  /** A name that nothing else has. */
  name(prefix: string): string {
    return `${prefix}${this.#names++}`;
  }
}
