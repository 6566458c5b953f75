/** The variables of one generated function: which words, locals and temporaries its text turned out to need. */
import type { Scope } from './expressions.js';
import { bit } from './sets.js';
import type { Field } from './packing.js';
import type { Domains } from './ranges.js';

/** Constant tables, shared by all functions of a machine. */
export class Tables {
  readonly #names = new Map<string, string>();

  name(values: readonly number[]): string {
    const text = `[${values.join(', ')}]`;
    const known = this.#names.get(text) ?? `table${this.#names.size}`;
    this.#names.set(text, known);
    return known;
  }

  declarations(): string {
    return [...this.#names].map(([text, name]) => `const ${name} = ${text};`).join('\n');
  }
}

export class Variables implements Scope {
  readonly cells: Domains['cells'];
  readonly locals: Domains['locals'];
  /** Sets as the bits of bigints. */
  words = 0n;
  wordsBefore = 0n;
  readonly #usedLocals = new Set<number>();
  #temporaries = 0;

  constructor(
    domains: Domains,
    readonly fields: readonly Field[],
    private readonly tables: Tables,
  ) {
    this.cells = domains.cells;
    this.locals = domains.locals;
  }

  word(index: number, state?: 'before'): string {
    if (state === 'before') {
      this.wordsBefore |= bit(index);
      return `v${index}`;
    }
    this.words |= bit(index);
    return `w${index}`;
  }

  local(local: number): string {
    this.#usedLocals.add(local);
    return `l${local}`;
  }

  temporary(): string {
    return `t${this.#temporaries++}`;
  }

  table(values: readonly number[]): string {
    return this.tables.name(values);
  }

  /** In ascending order. */
  get usedLocals(): number[] {
    return [...this.#usedLocals].sort((a, b) => a - b);
  }

  /** Declarators. */
  get temporaries(): string[] {
    return Array.from({ length: this.#temporaries }, (_, index) => `t${index} = 0`);
  }
}
