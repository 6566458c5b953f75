/**
 * The model language: everything that a model file may import.
 *
 * A model is ordinary TypeScript, restricted to what has a finite meaning (see README.md in this folder). The same
 * text runs in two ways: directly under Node on an immer state, and compiled to packed transition functions. What is
 * declared here is the meeting point of the two, so each function says what both of them do.
 */
export { claims, property, scenarios } from './declarations.js';
export type {
  ClaimKind,
  ClaimSet,
  ClaimSide,
  ClaimSpec,
  ProcessSpec,
  PropertySpec,
  ScenarioSpec,
  ScenarioSet,
  Verdict,
} from './declarations.js';
export { process } from './declarations.js';
export {
  always,
  and,
  eventually,
  finished,
  implies,
  leadsTo,
  moves,
  next,
  not,
  once,
  or,
  release,
  since,
  step,
  until,
  weakUntil,
} from './temporal.js';
export type { Fairness, Formula, StatePredicate, StepPredicate, Temporal } from './temporal.js';
export { assert, assume, choose, chooseBelow, current, equal, rest } from './primitives.js';
export type { Below, Bound, Boundary, Configuration, Guard, Op, Range, Rest, Vector } from './types.js';
