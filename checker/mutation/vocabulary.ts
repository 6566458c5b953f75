/** The words of a model that its program does not explain by itself: which functions are locks, which state is no state of the kernel. */
import { InputError } from '../diagnostics.js';

export interface Vocabulary {
  /** Folders whose functions are mutated. */
  readonly folders: readonly string[];
  /** Pairs that open and close a critical section. Their own bodies are what locks are, and not mutated. */
  readonly sections: readonly Section[];
  /** Further functions that are no operations of what is modelled: parts of locks, hardware, the host, questions of properties. */
  readonly primitives: readonly string[];
  /**
   * Functions of the model that stand for nothing in what is modelled, such as forgetting what means nothing any more, so that equal
   * states are equal. They count as doing nothing.
   */
  readonly bookkeeping: readonly string[];
  /** Functions without whose call an operation would do less, which is no mistake of synchronisation. */
  readonly work: readonly string[];
  /** Fields (`Record.field`) that only properties read. Leaving out a write of one is no mutant. */
  readonly ghosts: readonly string[];
  /** Fields that belong to the machinery of the hardware: reading one is no look at shared memory. */
  readonly hardware: readonly string[];
  /** Guards of locked instructions: a step that waits for one of these reads and writes at once. */
  readonly locked: readonly string[];
}

export interface Section {
  readonly acquire: string;
  readonly release: string;
  /** The `acquire` of a section that excludes less. */
  readonly weaker?: string;
}

const MEMBERS = [
  'folders',
  'sections',
  'primitives',
  'bookkeeping',
  'work',
  'ghosts',
  'hardware',
  'locked',
] as const;

/** @param file for messages */
export function vocabularyOf(given: unknown, file: string): Vocabulary {
  const found = given as Partial<Vocabulary>;
  for (const member of MEMBERS)
    if (!Array.isArray(found[member]))
      throw InputError.of(
        `${file} has no ${member}`,
        `Give a list; it may be empty. Members: ${MEMBERS.join(', ')}.`,
      );
  return found as Vocabulary;
}
