/** What is kept: explanations and killers beside the model, attempts in the folder of builds. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Attempt } from '../ledger.js';
import { type Vocabulary, vocabularyOf } from '../vocabulary.js';

export interface Killer {
  readonly scenario: string;
  readonly property: string;
}

export class MutationFiles {
  readonly #folder: string;
  readonly #journal: string;

  /** @param journal where attempts are kept; null for the usual place */
  constructor(root: string, model: string, journal: string | null) {
    this.#folder = join(root, model, 'mutation');
    this.#journal = journal ?? join(root, '.mmucheck', 'mutants.jsonl');
  }

  vocabulary(): Vocabulary {
    const file = join(this.#folder, 'vocabulary.json');
    return vocabularyOf(readFileSync(file, 'utf8'), file);
  }

  /** By key of the mutant. */
  explanations(): Readonly<Record<string, string>> {
    return this.#read<string>('explanations.json');
  }

  /** By key of the mutant. */
  killers(): Readonly<Record<string, Killer>> {
    return this.#read<Killer>('killers.json');
  }

  keepKillers(killers: Readonly<Record<string, Killer>>): void {
    writeFileSync(join(this.#folder, 'killers.json'), `${JSON.stringify(killers, null, 2)}\n`);
  }

  attempts(): Attempt[] {
    if (!existsSync(this.#journal)) return [];
    return readFileSync(this.#journal, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Attempt);
  }

  keep(attempt: Attempt): void {
    mkdirSync(dirname(this.#journal), { recursive: true });
    appendFileSync(this.#journal, `${JSON.stringify(attempt)}\n`);
  }

  #read<T>(name: string): Readonly<Record<string, T>> {
    const file = join(this.#folder, name);
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, T>) : {};
  }
}
