/** Whether every fair run of a structure satisfies a formula; if not, a run that does not. */
import { automatonOf } from './automaton.js';
import { nearestTrap } from './emptiness.js';
import type { Kripke, Lasso } from './kripke.js';
import { lassoOf } from './lasso.js';
import type { Ltl } from './ltl.js';
import { isSafety, shortestViolation } from './monitor.js';
import { normalize } from './normal.js';
import { Product } from './product.js';

export type Decision =
  | { readonly verdict: 'holds'; readonly kind: 'safety' | 'liveness'; readonly nodes: number }
  /** Edges up to the one that breaks it, whatever comes afterwards. */
  | { readonly verdict: 'violated'; readonly kind: 'safety'; readonly run: readonly number[] }
  | { readonly verdict: 'violated'; readonly kind: 'liveness'; readonly lasso: Lasso };

/** @param onNode called now and then; may throw to stop */
export function decide(kripke: Kripke, formula: Ltl, atoms: number, onNode?: () => void): Decision {
  const wanted = normalize(formula, atoms, false);
  if (isSafety(wanted.formula)) {
    const run = shortestViolation(kripke, wanted);
    return run === null
      ? { verdict: 'holds', kind: 'safety', nodes: kripke.states }
      : { verdict: 'violated', kind: 'safety', run };
  }
  const { formula: unwanted, pasts } = normalize(formula, atoms, true);
  const product = new Product(kripke, automatonOf(unwanted), pasts, onNode);
  const trap = nearestTrap(product);
  return trap === null
    ? { verdict: 'holds', kind: 'liveness', nodes: product.count }
    : { verdict: 'violated', kind: 'liveness', lasso: lassoOf(product, trap) };
}
