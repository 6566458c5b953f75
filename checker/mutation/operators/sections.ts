/** A critical section is none, or one that excludes less. */
import type { Stmt } from '../../compiler/ir/program.js';
import { everyStatement } from '../effects.js';
import { type Edit, leftOut, type Operator, type Proposal, edited } from '../mutant.js';

type Call = Stmt & { readonly do: 'call' };

export const sections: Operator = ({ fn, effects, vocabulary, text }) => {
  const calls = [...everyStatement(fn.body)].filter((each): each is Call => each.do === 'call');
  return vocabulary.sections.flatMap((section): Proposal[] => {
    const acquired = calls.filter(({ callee }) => callee === section.acquire);
    return [...new Set(acquired.map(argumentsOf))].flatMap((lock): Proposal[] => {
      const own = calls.filter(
        (each) =>
          (each.callee === section.acquire || each.callee === section.release) && argumentsOf(each) === lock,
      );
      const [first] = own;
      if (first === undefined) return [];
      const name = text(acquired.find((each) => argumentsOf(each) === lock) ?? first);
      const without = new Map<Stmt, Edit>(own.map((each) => [each, leftOut(each, effects, fn)]));
      const proposal: Proposal = {
        operator: 'section',
        what: name,
        span: first.span,
        edits: without,
        places: edited(without),
      };
      const weaker = vocabulary.sections.find(({ acquire }) => acquire === section.weaker);
      if (weaker === undefined) return [proposal];
      const weakened = new Map<Stmt, Edit>(
        own.map((each) => {
          const callee = each.callee === section.acquire ? weaker.acquire : weaker.release;
          return [each, { skip: true, before: [{ ...each, callee }] }];
        }),
      );
      const what = `${weaker.acquire} for ${name}`;
      return [
        proposal,
        { operator: 'mode', what, span: first.span, edits: weakened, places: edited(weakened) },
      ];
    });
  });

  function argumentsOf(call: Call): string {
    return text(call).replace(/^[^(]*/, '');
  }
};
