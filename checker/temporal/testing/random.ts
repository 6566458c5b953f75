/** Random formulas, words and structures. */
import fc from 'fast-check';
import type { EdgeKind, Kripke, Requirement, StateKind } from '../kripke.js';
import type { LassoWord, Ltl } from '../ltl.js';

export const ATOMS = 2;

const leaf: fc.Arbitrary<Ltl> = fc.oneof(
  { weight: 6, arbitrary: fc.nat(ATOMS - 1).map((atom): Ltl => ({ op: 'atom', atom })) },
  { weight: 1, arbitrary: fc.boolean().map((value): Ltl => ({ op: 'constant', value })) },
);

/** Formulas of one moment and of what was before. */
export const pastFormula: fc.Arbitrary<Ltl> = fc.letrec<{ f: Ltl }>((tie) => ({
  f: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    tie('f').map((operand): Ltl => ({ op: 'not', operand })),
    tie('f').map((operand): Ltl => ({ op: 'once', operand })),
    fc.tuple(tie('f'), tie('f')).map(([left, right]): Ltl => ({ op: 'since', left, right })),
    fc.tuple(tie('f'), tie('f')).map((operands): Ltl => ({ op: 'and', operands })),
  ),
})).f;

export const futureFormula = (leaves: fc.Arbitrary<Ltl>): fc.Arbitrary<Ltl> =>
  fc.letrec<{ f: Ltl }>((tie) => ({
    f: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaves,
      tie('f').map((operand): Ltl => ({ op: 'not', operand })),
      tie('f').map((operand): Ltl => ({ op: 'next', operand })),
      fc.tuple(tie('f'), tie('f')).map(([left, right]): Ltl => ({ op: 'until', left, right })),
      fc.tuple(tie('f'), tie('f')).map(([left, right]): Ltl => ({ op: 'release', left, right })),
      fc.tuple(tie('f'), tie('f')).map((operands): Ltl => ({ op: 'and', operands })),
      fc.tuple(tie('f'), tie('f')).map((operands): Ltl => ({ op: 'or', operands })),
    ),
  })).f;

export const propositional = leaf;
export const anyFormula = futureFormula(
  fc.oneof({ weight: 4, arbitrary: leaf }, { weight: 1, arbitrary: pastFormula }),
);

const letter = fc.nat(2 ** ATOMS - 1);
export const lassoWord: fc.Arbitrary<LassoWord> = fc.record({
  prefix: fc.array(letter, { maxLength: 4 }),
  cycle: fc.array(letter, { minLength: 1, maxLength: 4 }),
});

/** A structure whose only run reads the word. */
export function structureOf({ prefix, cycle }: LassoWord): Kripke {
  const letters = [...prefix, ...cycle];
  return structure(
    letters.map((each) => ({ letter: each, enabled: 0 })),
    letters.map((_, i) => [{ target: i + 1 < letters.length ? i + 1 : prefix.length, letter: 0, taken: 0 }]),
    [],
  );
}

export interface RandomEdge {
  readonly target: number;
  readonly letter: number;
  readonly taken: number;
}

export function structure(
  stateKinds: readonly StateKind[],
  edges: readonly (readonly RandomEdge[])[],
  requirements: readonly Requirement[],
): Kripke {
  const flat = edges.flat();
  const offsets = new Uint32Array(edges.length + 1);
  edges.forEach((each, i) => {
    offsets[i + 1] = (offsets[i] ?? 0) + each.length;
  });
  return {
    states: edges.length,
    initial: 0,
    offsets,
    targets: Uint32Array.from(flat, ({ target }) => target),
    edgeKind: Uint32Array.from(flat, (_, i) => i),
    stateKind: Uint32Array.from(edges, (_, i) => i),
    stateKinds,
    edgeKinds: flat.map(({ letter: bits, taken }, step): EdgeKind => ({ letter: bits, taken, step })),
    requirements,
  };
}

/** Each requirement can be taken where an edge takes it, and may be enabled elsewhere only if that is said of the state. */
export function randomStructure(requirements: readonly Requirement['kind'][]): fc.Arbitrary<Kripke> {
  return fc.integer({ min: 1, max: 6 }).chain((states) => {
    const edge = fc.record({
      target: fc.nat(states - 1),
      letter: fc.constant(0),
      taken: fc.nat(2 ** requirements.length - 1),
    });
    return fc
      .tuple(
        fc.array(letter, { minLength: states, maxLength: states }),
        fc.array(fc.array(edge, { minLength: 1, maxLength: 3 }), { minLength: states, maxLength: states }),
      )
      .map(([letters, edges]) =>
        structure(
          letters.map((bits, i) => ({
            letter: bits,
            enabled: (edges[i] ?? []).reduce((mask, { taken }) => mask | taken, 0),
          })),
          edges,
          requirements.map((kind, i) => ({ name: `r${i}`, kind })),
        ),
      );
  });
}
