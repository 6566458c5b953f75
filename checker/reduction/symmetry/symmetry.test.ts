/** What is proven to be a symmetry is one, on random models; and a renaming that is none is found. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { generateMachine } from '../../compiler/codegen/javascript.js';
import { pack } from '../../compiler/codegen/packing.js';
import { type Machine, searchCodeOf } from '../../compiler/machine.js';
import { resetDeadLocals } from '../../compiler/passes/resets.js';
import { search, shortestTrace } from '../../engine/index.js';
import { renamingSource } from './canonical.js';
import { canonicalOf, type Symmetry, symmetryOf, withSymmetry } from './symmetry.js';
import { type Twins, twins } from './testing/twins.js';

interface Both {
  readonly full: Machine;
  readonly symmetry: Symmetry;
  readonly renamings: readonly ((words: Uint32Array, at: number) => void)[];
}

function both({ graph, tree }: Twins, prove?: () => null): Both {
  const model = resetDeadLocals(graph);
  const packing = pack(model);
  const full = generateMachine(model, tree, packing);
  const symmetry = symmetryOf(model, packing, full.initial, prove);
  return {
    full,
    symmetry,
    renamings: symmetry.group.map((each) => canonicalOf(renamingSource(model, packing, each))),
  };
}

/** What the two searches find, and how much they look at. */
function compareSearches(
  { full, symmetry }: Both,
  text: string,
): { readonly full: number; readonly reduced: number } {
  const reduced = withSymmetry(full, symmetry);
  const options = { deadlock: true, memoryBytes: 2 ** 26 };
  const [left, right] = [search(full, options), search(reduced, options)];
  const found = ({ findings }: typeof left): unknown =>
    findings.map(({ property, kind, depth }) => `${property} ${kind} ${depth}`).sort();
  expect(found(right), text).toEqual(found(left));
  expect(right.depth, text).toBe(left.depth);
  expect(right.witnessesReached, text).toEqual(left.witnessesReached);
  for (const finding of right.findings)
    expect(shortestTrace(reduced, right, finding)).toHaveLength(finding.depth);
  return { full: left.states, reduced: right.states };
}

/** Throws if some reachable state can do anything that its renaming cannot. */
function compareSteps({ full, renamings }: Both, limit = 300): void {
  const renamed = (state: Uint32Array, by: (words: Uint32Array, at: number) => void): Uint32Array => {
    const copy = state.slice();
    by(copy, 0);
    return copy;
  };
  const stepsOf = (state: Uint32Array): readonly string[] =>
    full
      .transitions(state)
      .map(({ target, failure, resting }) => `${target?.join() ?? null} ${failure} ${resting}`);
  const known = new Set([full.initial.join()]);
  const states = [full.initial];
  for (const state of states) {
    for (const by of renamings) {
      const image = renamed(state, by);
      const expected = full
        .transitions(state)
        .map(
          ({ target, failure, resting }) => `${target && renamed(target, by).join()} ${failure} ${resting}`,
        );
      expect(stepsOf(image).toSorted()).toEqual(expected.toSorted());
      expect(full.violated(image, 0)).toBe(full.violated(state, 0));
      expect(full.witnessed(image, 0)).toBe(full.witnessed(state, 0));
      expect(full.unfinished(image, 0)).toBe(full.unfinished(state, 0));
    }
    for (const { target } of full.transitions(state)) {
      if (target === null || known.has(target.join()) || known.size >= limit) continue;
      known.add(target.join());
      states.push(target);
    }
  }
}

describe('processes that run the same code', () => {
  test('are found to be symmetric, and one state of each orbit is enough', () => {
    let [before, after] = [0, 0];
    fc.assert(
      fc.property(twins(false), (model) => {
        const models = both(model);
        expect(models.symmetry.rejected, model.text).toEqual([]);
        expect(models.symmetry.order).toBe(model.graph.processes.length === 2 ? 2 : 6);
        compareSteps(models, 60);
        const { full, reduced } = compareSearches(models, model.text);
        before += full;
        after += reduced;
      }),
      { numRuns: 150 },
    );
    expect(after).toBeLessThan(before / 2);
  });

  test('are symmetric whenever that is proven, whatever else is in their code', () => {
    let proven = 0;
    fc.assert(
      fc.property(twins(true), (model) => {
        const models = both(model);
        if (models.symmetry.order === 1) return;
        if (!model.alike) proven++;
        compareSteps(models);
        compareSearches(models, model.text);
      }),
      { numRuns: 300 },
    );
    // Some differ in ways that do not matter.
    expect(proven).toBeGreaterThan(0);
  });
});

test('other threads make the same representatives from text', () => {
  fc.assert(
    fc.property(twins(false), (model) => {
      const { full, symmetry } = both(model);
      const reduced = withSymmetry(full, symmetry);
      if (reduced.portable == null) throw new Error('the machine cannot be sent');
      const { canonical, expand } = searchCodeOf(reduced.portable);
      expect(expand).toBeTypeOf('function');
      for (const { target } of full.transitions(full.initial)) {
        if (target === null) continue;
        const [here, there] = [target.slice(), target.slice()];
        reduced.canonical?.(here, 0);
        canonical?.(there, 0);
        expect(there).toEqual(here);
      }
    }),
    { numRuns: 20 },
  );
});

describe('a renaming that is no symmetry is found', () => {
  const unproven = (check: (models: Both, text: string) => void): boolean =>
    fc.check(
      fc.property(twins(true), (model) =>
        check(
          both(model, () => null),
          model.text,
        ),
      ),
      { numRuns: 300, seed: 1, endOnFailure: true },
    ).failed;

  test('by comparing steps', () => expect(unproven((models) => compareSteps(models))).toBe(true));
  test('by what a search finds', () => expect(unproven(compareSearches)).toBe(true));
});
