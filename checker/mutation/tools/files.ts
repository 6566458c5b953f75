/** What is kept: explanations and killers beside the model, attempts in the folder of builds. */
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cannotWrite, writeWholeFile } from '../../cli/files.js';
import { isRecord, parseJson } from '../../workspace/json.js';
import { readText } from '../../workspace/sources.js';
import type { Killer } from '../campaign.js';
import type { Attempt } from '../ledger.js';
import { type Vocabulary, vocabularyOf } from '../vocabulary.js';

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
    return vocabularyOf(parseJson(readText(file), { name: file, isRight: isRecord, advice: ADVICE }), file);
  }

  /** By key of the mutant. */
  explanations(): Readonly<Record<string, string>> {
    return this.#read('explanations.json', isText);
  }

  /** By key of the mutant. */
  killers(): Readonly<Record<string, Killer>> {
    return this.#read('killers.json', isKiller);
  }

  async keepKillers(killers: Readonly<Record<string, Killer>>): Promise<void> {
    await writeWholeFile(join(this.#folder, 'killers.json'), `${JSON.stringify(killers, null, 2)}\n`);
  }

  attempts(): Attempt[] {
    if (!existsSync(this.#journal)) return [];
    const text = readText(this.#journal);
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    // What has no end was being written when the program was stopped.
    if (whole !== text) writeFileSync(this.#journal, whole);
    return whole
      .split('\n')
      .slice(0, -1)
      .map((line, index) =>
        parseJson(line, {
          name: `${this.#journal}:${index + 1}`,
          isRight: isAttempt,
          advice: 'Remove the file: it only saves time.',
        }),
      );
  }

  /** @throws InputError if it cannot be written */
  keep(attempt: Attempt): void {
    try {
      mkdirSync(dirname(this.#journal), { recursive: true });
      appendFileSync(this.#journal, `${JSON.stringify(attempt)}\n`);
    } catch (error) {
      throw cannotWrite(this.#journal, error);
    }
  }

  #read<T>(name: string, isRight: (value: unknown) => value is T): Readonly<Record<string, T>> {
    const file = join(this.#folder, name);
    if (!existsSync(file)) return {};
    const isEach = (value: unknown): value is Record<string, T> =>
      isRecord(value) && Object.values(value).every(isRight);
    return parseJson(readText(file), { name: file, isRight: isEach, advice: ADVICE });
  }
}

const ADVICE = 'Mend it by hand.';

const isText = (value: unknown): value is string => typeof value === 'string';
const isKiller = (value: unknown): value is Killer =>
  isRecord(value) && isText(value['scenario']) && isText(value['property']);
const isAttempt = (value: unknown): value is Attempt =>
  isRecord(value) &&
  isText(value['scenario']) &&
  isText(value['identity']) &&
  isRecord(value['outcomes']) &&
  Array.isArray(value['unreached']);
