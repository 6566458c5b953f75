/** A mutant: one step of synchronisation of one function left out, weakened or moved. */
import type { Function, Span, Stmt } from '../compiler/ir/program.js';
import type { Effects } from './effects.js';
import type { Vocabulary } from './vocabulary.js';

export type OperatorName =
  | 'drop'
  | 'forget'
  | 'section'
  | 'mode'
  | 'swap'
  | 'plain'
  | 'undrained'
  | 'wait'
  | 'ignore'
  | 'once';

/** What becomes of a statement in the mutant. */
export interface Edit {
  readonly before?: readonly Stmt[];
  readonly after?: readonly Stmt[];
  /** The statement itself is left out. */
  readonly skip?: boolean;
  /** The statement is left out with all that follow in its list, up to this one. */
  readonly through?: Stmt;
  /** Others may come in front of the write, behind what an assignment computes. */
  readonly torn?: boolean;
  /** The test of an `if` comes out like this. */
  readonly truth?: boolean;
}

/** As an operator proposes it. */
export interface Proposal {
  readonly operator: OperatorName;
  /** What is done to what, in the words of the source; the name of the mutant within its function. */
  readonly what: string;
  readonly span: Span;
  /** By statement. A statement of the program is one object. */
  readonly edits: ReadonlyMap<Stmt, Edit>;
  /** A run differs from one of the model only if it gets to one place of each group. */
  readonly places: readonly (readonly Place[])[];
}

export interface Place {
  readonly statement: Stmt;
  /** In front of the statement, or, of an `if`, where its test has come out like this. */
  readonly where: 'before' | 'then' | 'else';
}

/** For most mutants: one of the statements that are edited. */
export function edited(edits: ReadonlyMap<Stmt, Edit>): readonly (readonly Place[])[] {
  const where = (truth: boolean | undefined): Place['where'] =>
    truth === undefined ? 'before' : truth ? 'else' : 'then';
  return [[...edits].map(([statement, { truth }]) => ({ statement, where: where(truth) }))];
}

export interface Mutant extends Proposal {
  /**
   * `function: operator what`, with a number behind it if the function does the same thing several times: the same as long as
   * this function's own steps are.
   */
  readonly key: string;
  readonly function: string;
}

export interface Site {
  readonly fn: Function;
  readonly effects: Effects;
  readonly vocabulary: Vocabulary;
  /** Whether a locked step calls the function. */
  isCalledLocked(id: string): boolean;
  /** The source of a statement, on one line. */
  text(statement: Stmt): string;
}

export type Operator = (site: Site) => readonly Proposal[];

/** A step that does nothing. */
export function boundary({ span }: Stmt): Stmt {
  return { do: 'yield', rest: null, restVariable: null, span };
}

/**
 * What took steps leaves one behind: others may run there as they could before, and what follows does not become part of
 * the step before.
 */
export function leftOut(statement: Stmt, effects: Effects, fn: Function): Edit {
  return effects.of(statement, fn).steps ? { skip: true, before: [boundary(statement)] } : { skip: true };
}
