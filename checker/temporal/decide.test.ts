/** The automata against the definition of the logic, and the search against all short lassos. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from './decide.js';
import type { Kripke, Lasso } from './kripke.js';
import { sourceOf } from './kripke.js';
import { holds, type Ltl } from './ltl.js';
import { normalize } from './normal.js';
import { isSafety } from './monitor.js';
import { automatonOf } from './automaton.js';
import { nearestTrap } from './emptiness.js';
import { Product } from './product.js';
import { ATOMS, anyFormula, lassoWord, randomStructure, structure, structureOf } from './testing/random.js';

describe('one run', () => {
  it('satisfies a formula by its automaton if it does by the definition', () => {
    const seen = { safety: 0, liveness: 0, violated: 0 };
    fc.assert(
      fc.property(anyFormula, lassoWord, (formula, word) => {
        const decision = decide(structureOf(word), formula, ATOMS);
        seen[decision.kind]++;
        if (decision.verdict === 'violated') seen.violated++;
        expect(decision.verdict === 'holds').toBe(holds(formula, word));
      }),
      { numRuns: 3000 },
    );
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(200);
  });

  it('would satisfy another formula if accepting transitions were forgotten', () => {
    const waits: Ltl = { op: 'until', left: { op: 'atom', atom: 0 }, right: { op: 'atom', atom: 1 } };
    const { formula, pasts } = normalize(waits, ATOMS, false);
    const automaton = automatonOf(formula);
    // The first atom for ever, the second never.
    const kripke = structureOf({ prefix: [], cycle: [1] });
    expect(nearestTrap(new Product(kripke, automaton, pasts))).toBeNull();
    expect(nearestTrap(new Product(kripke, { ...automaton, allMarks: 0 }, pasts))).not.toBeNull();
  });
});

it('a run that starves somebody counts only without fairness', () => {
  const stays = { target: 0, letter: 0, taken: 0 };
  const build = (requirements: Kripke['requirements']) => {
    const enabled = requirements.length;
    const leaves = { target: 1, letter: 0, taken: enabled };
    const kinds = [0, 1].map((letter) => ({ letter, enabled }));
    return structure(kinds, [[stays, leaves], [leaves]], requirements);
  };
  const comes: Ltl = { op: 'until', left: { op: 'constant', value: true }, right: { op: 'atom', atom: 0 } };
  expect(decide(build([]), comes, ATOMS).verdict).toBe('violated');
  expect(decide(build([{ name: 'leaving', kind: 'weak' }]), comes, ATOMS).verdict).toBe('holds');
});

/** The letters of a run along edges. */
function wordOf(kripke: Kripke, { prefix, cycle }: Lasso) {
  const letters = (edges: readonly number[]) =>
    edges.map((edge) => {
      const state = sourceOf(kripke, edge);
      return (
        (kripke.stateKinds[kripke.stateKind[state] ?? 0]?.letter ?? 0) |
        (kripke.edgeKinds[kripke.edgeKind[edge] ?? 0]?.letter ?? 0)
      );
    });
  return { prefix: letters(prefix), cycle: letters(cycle) };
}

function isRun(kripke: Kripke, { prefix, cycle }: Lasso): boolean {
  let state = kripke.initial;
  const start = prefix.length === 0 ? state : (kripke.targets[prefix.at(-1) ?? 0] ?? -1);
  for (const edge of [...prefix, ...cycle]) {
    if (sourceOf(kripke, edge) !== state) return false;
    state = kripke.targets[edge] ?? -1;
  }
  return cycle.length > 0 && state === start;
}

function isFair(kripke: Kripke, { cycle }: Lasso): boolean {
  const enabled = cycle.map(
    (edge) => kripke.stateKinds[kripke.stateKind[sourceOf(kripke, edge)] ?? 0]?.enabled ?? 0,
  );
  const taken = cycle.reduce(
    (mask, edge) => mask | (kripke.edgeKinds[kripke.edgeKind[edge] ?? 0]?.taken ?? 0),
    0,
  );
  return kripke.requirements.every(({ kind }, index) => {
    const bit = 1 << index;
    if ((taken & bit) !== 0) return true;
    return kind === 'weak'
      ? enabled.some((mask) => (mask & bit) === 0)
      : enabled.every((mask) => (mask & bit) === 0);
  });
}

/** Lassos of at most so many edges. */
function* shortLassos(kripke: Kripke, most: number): Generator<Lasso> {
  const paths: number[][] = [[]];
  for (const path of paths) {
    const state = path.length === 0 ? kripke.initial : (kripke.targets[path.at(-1) ?? 0] ?? 0);
    for (let back = 0; back < path.length; back++)
      if (sourceOf(kripke, path[back] ?? 0) === state)
        yield { prefix: path.slice(0, back), cycle: path.slice(back) };
    if (path.length === most) continue;
    for (let edge = kripke.offsets[state] ?? 0; edge < (kripke.offsets[state + 1] ?? 0); edge++)
      paths.push([...path, edge]);
  }
}

describe.each([
  ['no fairness', []],
  ['weak fairness', ['weak', 'weak']],
  ['strong fairness', ['strong', 'strong']],
  ['both', ['weak', 'strong']],
] as const)('a structure with %s', (_, kinds) => {
  it('has a fair run that violates the formula if and only if one is found', () => {
    const seen = { holds: 0, violated: 0 };
    fc.assert(
      fc.property(randomStructure(kinds), anyFormula, (kripke, formula) => {
        const decision = decide(kripke, formula, ATOMS);
        seen[decision.verdict]++;
        if (decision.verdict === 'violated' && decision.kind === 'liveness') {
          const { lasso } = decision;
          expect(isRun(kripke, lasso)).toBe(true);
          expect(isFair(kripke, lasso)).toBe(true);
          expect(holds(formula, wordOf(kripke, lasso))).toBe(false);
        }
        if (decision.verdict === 'holds') {
          // A safety formula is violated by any run, fair or not, but each run goes on to a fair one.
          for (const lasso of shortLassos(kripke, 5))
            if (isFair(kripke, lasso)) expect(holds(formula, wordOf(kripke, lasso))).toBe(true);
        }
      }),
      { numRuns: 400 },
    );
    expect(seen.holds).toBeGreaterThan(30);
    expect(seen.violated).toBeGreaterThan(30);
  });
});

it('a safety formula is recognised by its form', () => {
  const p: Ltl = { op: 'atom', atom: 0 };
  const always: Ltl = { op: 'release', left: { op: 'constant', value: false }, right: p };
  expect(isSafety(normalize(always, 1, false).formula)).toBe(true);
  expect(isSafety(normalize({ op: 'not', operand: always }, 1, false).formula)).toBe(false);
});
