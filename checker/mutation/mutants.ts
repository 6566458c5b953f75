/** All mutants of a program. */
import type { Function, Program } from '../compiler/ir/program.js';
import { Effects } from './effects.js';
import type { Mutant, Operator, Proposal, Site } from './mutant.js';
import { drop } from './operators/drop.js';
import { forget } from './operators/forget.js';
import { ignore } from './operators/ignore.js';
import { once } from './operators/once.js';
import { calledLocked, plain } from './operators/plain.js';
import { sections } from './operators/sections.js';
import { swap } from './operators/swap.js';
import { waits } from './operators/waits.js';
import { Texts } from './text.js';
import type { Vocabulary } from './vocabulary.js';

const OPERATORS: readonly Operator[] = [drop, forget, sections, swap, plain, waits, ignore, once];

export function mutantsOf(program: Program, vocabulary: Vocabulary): readonly Mutant[] {
  const effects = new Effects(program, vocabulary);
  const locks = new Set([
    ...vocabulary.sections.flatMap(({ acquire, release }) => [acquire, release]),
    ...vocabulary.primitives,
    ...vocabulary.bookkeeping,
  ]);
  const isMutated = (fn: Function): boolean =>
    vocabulary.folders.some((folder) => fn.span.file.startsWith(`${folder}/`)) &&
    !locks.has(fn.name) &&
    rootOf(fn, program) !== null;
  const locked = new Set(
    Object.values(program.functions).flatMap((fn) => calledLocked({ fn, effects, vocabulary })),
  );
  const isCalledLocked = (id: string): boolean => locked.has(id);
  return Object.values(program.functions)
    .filter(isMutated)
    .flatMap((fn) => {
      const texts = new Texts(program, fn);
      const site: Site = {
        fn,
        effects,
        vocabulary,
        isCalledLocked,
        text: (statement) => texts.of(statement),
      };
      return named(
        fn,
        OPERATORS.flatMap((operator) => operator(site)),
      );
    });
}

/** The parameter by which a function reaches the whole state; those that have none are mutated in their callers. */
export function rootOf({ variables, parameters }: Function, { root }: Program): number | null {
  const at = variables
    .slice(0, parameters)
    .findIndex(({ type, role }) => role === 'place' && type.kind === 'record' && type.name === root.name);
  return at < 0 ? null : at;
}

/** Like numbers tell the same thing done twice apart, in the order of the source. */
function named(fn: Function, proposals: readonly Proposal[]): readonly Mutant[] {
  const counts = new Map<string, number>();
  return proposals.map((proposal) => {
    const name = `${fn.id}: ${proposal.operator} ${proposal.what}`;
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return { ...proposal, key: count === 1 ? name : `${name} #${count}`, function: fn.id };
  });
}
