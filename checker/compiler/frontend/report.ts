/** Collects what is wrong with a model, so that one run reports all of it. */
import type { ts } from 'ts-morph';
import type { Span } from '../ir/program.js';
import type { Problem } from './problems.js';

/** Something was reported, and what encloses it cannot be lowered. Caught where lowering can go on with the rest. */
export class Rejected extends Error {
  override readonly name = 'Rejected';
}

export interface Report {
  readonly node: ts.Node;
  readonly problem: Problem;
}

export class Reporter {
  readonly reports: Report[] = [];
  /** What TypeScript reports as well, in its own words; counts only if nothing else was reported. */
  readonly doubts: Report[] = [];
  readonly #seen = new Set<string>();

  #givenUp = false;

  /** Whether a program made from what was lowered would lack something. */
  get hasFailed(): boolean {
    return this.#givenUp || this.reports.length > 0 || this.doubts.length > 0;
  }

  report(node: ts.Node, problem: Problem): void {
    const key = keyOf(node, problem);
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.reports.push({ node, problem });
  }

  /** Reports the problem and gives up on what encloses the node. */
  reject(node: ts.Node, problem: Problem): never {
    this.report(node, problem);
    throw new Rejected();
  }

  /** Gives up on what encloses the node, which has a type error. */
  mistyped(node: ts.Node, problem: Problem): never {
    this.doubts.push({ node, problem });
    throw new Rejected();
  }

  /** As `attempt`, but reports nothing. */
  quietly<T>(body: () => T): T | null {
    const [reports, doubts] = [this.reports.length, this.doubts.length];
    const result = this.attempt(body);
    for (const { node, problem } of this.reports.splice(reports)) this.#seen.delete(keyOf(node, problem));
    this.doubts.splice(doubts);
    return result;
  }

  /** Runs `body`; null if it was given up, with the reason reported. */
  attempt<T>(body: () => T): T | null {
    try {
      return body();
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      this.#givenUp = true;
      return null;
    }
  }
}

function keyOf(node: ts.Node, problem: Problem): string {
  return `${node.getSourceFile().fileName}:${node.pos}:${problem.message}`;
}

/** Where files of a program stand: the names that the user knows them by. */
export class Locations {
  constructor(readonly names: ReadonlyMap<string, string>) {}

  span(node: ts.Node): Span {
    return this.at(node.getSourceFile(), node.getStart());
  }

  at(file: ts.SourceFile, offset: number): Span {
    const { line, character } = file.getLineAndCharacterOfPosition(offset);
    return { file: this.names.get(file.fileName) ?? file.fileName, line: line + 1, column: character + 1 };
  }

  /** Whether the node stands in a file of the model, not in the language or the library. */
  inModel(node: ts.Node): boolean {
    return this.names.has(node.getSourceFile().fileName);
  }
}
