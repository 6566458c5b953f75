/**
 * The temporal properties of a scenario, asked of a machine that has their atoms. Properties that rest on the same assumptions are
 * asked of one structure.
 */
import type { Packing } from '../compiler/codegen/packing.js';
import type { Machine } from '../compiler/machine.js';
import type { Space } from '../engine/index.js';
import type { PropertySpec, ScenarioSpec } from '../language/declarations.js';
import type { Fairness } from '../language/temporal.js';
import { Atoms, indexOf } from './atoms.js';
import { type Decision, decide } from './decide.js';
import { type Assumptions, assumptionsOf, describeAssumptions, fairnessOf } from './fairness.js';
import type { Kripke } from './kripke.js';
import type { Ltl } from './ltl.js';
import { structureOf } from './structure.js';

export interface Premises {
  readonly fairness: Required<Fairness>;
  readonly assumptions: Assumptions;
  /** In a few words; the same for the same assumptions. */
  readonly description: string;
}

export interface Answer {
  readonly kripke: Kripke;
  readonly decision: Decision;
}

export class Questions {
  readonly #atoms = new Atoms();
  readonly #formulas: ReadonlyMap<string, Ltl>;
  readonly #structures = new Map<string, Kripke>();

  /** @param unfair further processes to which nothing is owed */
  constructor(
    readonly spec: Pick<ScenarioSpec, 'properties' | 'fairness'>,
    readonly machine: Machine,
    readonly packing: Packing,
    readonly unfair: readonly string[] = [],
  ) {
    // All of them, whatever is asked: the machine has the atoms of all, in this order.
    this.#formulas = new Map(
      spec.properties.flatMap(({ id, temporal }) =>
        temporal === undefined ? [] : [[id, this.#atoms.read(temporal)]],
      ),
    );
  }

  premises(property: PropertySpec): Premises {
    const fairness = fairnessOf(this.spec, property, this.unfair);
    const assumptions = assumptionsOf(this.machine, fairness);
    return { fairness, assumptions, description: describeAssumptions(this.machine, assumptions) };
  }

  /**
   * @param space every state of the machine
   * @param onState called now and then; may throw to stop
   */
  ask(property: PropertySpec, space: Space, onState?: () => void): Answer {
    const formula = this.#formulas.get(property.id);
    if (formula === undefined) throw new Error(`${property.id} is no temporal property of the scenario`);
    const { assumptions, description } = this.premises(property);
    let kripke = this.#structures.get(description);
    if (kripke === undefined) {
      const labels = { atoms: this.#atoms.all, index: indexOf(this.#atoms) };
      kripke = structureOf(this.machine, this.packing, space, labels, assumptions, onState);
      this.#structures.set(description, kripke);
    }
    return { kripke, decision: decide(kripke, formula, this.#atoms.all.length, onState) };
  }
}
