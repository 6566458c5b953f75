/** The declarations of checker/language, as the front end shows them to model files. Written by its test. */
export const LANGUAGE_DECLARATIONS: Readonly<Record<string, string>> = {
  'index.d.ts': `export { claims, property, scenarios } from './declarations.js';
export type { ClaimKind, ClaimSet, ClaimSide, ClaimSpec, ProcessSpec, PropertySpec, ScenarioSpec, ScenarioSet, Verdict, } from './declarations.js';
export { process } from './declarations.js';
export { always, and, eventually, finished, implies, leadsTo, moves, next, not, once, or, release, since, step, until, weakUntil, } from './temporal.js';
export type { Fairness, Formula, StatePredicate, StepPredicate, Temporal } from './temporal.js';
export { assert, assume, choose, chooseBelow, current, equal, rest } from './primitives.js';
export type { Below, Bound, Boundary, Configuration, Guard, Op, Range, Rest, Vector } from './types.js';
`,
  'declarations.d.ts': `import type { Fairness, Temporal } from './temporal.js';
import type { Op } from './types.js';
type Predicate = (...states: never[]) => boolean;
export interface ProcessSpec {
    readonly name: string;
    readonly run: CallableFunction;
    readonly args: readonly (number | boolean | string)[];
}
export declare function process<Root, Args extends readonly (number | boolean | string)[]>(name: string, run: (root: Root, ...args: Args) => Op<unknown>, ...args: Args): ProcessSpec;
export interface PropertySpec {
    readonly id: string;
    readonly title: string;
    readonly invariant?: (root: never) => boolean;
    readonly step?: (before: never, after: never) => boolean;
    readonly deadlock?: true;
    readonly temporal?: Temporal;
    readonly fairness?: Fairness;
}
export declare function property(spec: PropertySpec): PropertySpec;
export type Verdict = 'holds' | 'violated' | 'incomplete' | 'vacuous' | 'error';
export interface ScenarioSpec {
    readonly title: string;
    readonly claims: readonly string[];
    readonly because?: string;
    readonly variant?: readonly string[];
    readonly config: object;
    readonly scope?: readonly string[];
    readonly setup?: (root: never) => void;
    readonly processes: readonly ProcessSpec[];
    readonly properties: readonly PropertySpec[];
    readonly fairness?: Fairness;
    readonly expect?: Readonly<Record<string, Verdict>>;
    readonly witnesses: readonly Predicate[];
    readonly unreached?: Readonly<Record<string, string>>;
}
export type ScenarioSet = Readonly<Record<string, ScenarioSpec>>;
export declare function scenarios<const T extends ScenarioSet>(set: T): T;
export type ClaimKind = 'holds' | 'depends' | 'refuted' | 'cost' | 'naming' | 'hardware' | 'bug' | 'situation';
export interface ClaimSide {
    readonly says: string;
    readonly verdict: 'holds' | 'violated';
    readonly unchecked?: string;
}
export interface ClaimSpec {
    readonly says: string;
    readonly who?: string;
    readonly where?: string;
    readonly commit?: string;
    readonly kind: ClaimKind;
    readonly because: string;
    readonly sides?: Readonly<Record<string, ClaimSide>>;
    readonly unchecked?: string;
}
export interface ClaimSet {
    readonly title: string;
    readonly where?: string;
    readonly claims: Readonly<Record<string, ClaimSpec>>;
}
export declare function claims<const T extends ClaimSet>(set: T): T;
export {};
`,
  'primitives.d.ts': `import type { Guard, Rest } from './types.js';
export type Chooser = (alternatives: number) => number;
export declare class Disabled extends Error {
    readonly name = "Disabled";
}
export declare class ModelError extends Error {
    readonly kind: ModelErrorKind;
    readonly property: string | null;
    readonly name = "ModelError";
    constructor(kind: ModelErrorKind, property: string | null, message: string);
}
export type ModelErrorKind = 'assertion' | 'index' | 'domain' | 'recursion' | 'arithmetic';
export declare function withChooser<T>(answer: Chooser, body: () => T): T;
export declare function asProcess<T>(index: number, body: () => T): T;
export declare function current(): number;
export declare function choose<const T extends number | boolean | string>(...alternatives: readonly [T, ...T[]]): T;
export declare function chooseBelow(count: number): number;
export declare function assume(condition: boolean): asserts condition;
export declare function assert(condition: boolean, property: string, message: string): asserts condition;
export declare function equal<T>(left: T, right: T): boolean;
export declare function rest(condition: Guard): Rest;
`,
  'temporal.d.ts': `export type StatePredicate = (root: never) => boolean;
export type StepPredicate = (before: never, after: never) => boolean;
export type Temporal = {
    readonly op: 'constant';
    readonly value: boolean;
} | {
    readonly op: 'state';
    readonly predicate: StatePredicate;
} | {
    readonly op: 'step';
    readonly predicate: StepPredicate;
} | {
    readonly op: 'finished' | 'moves';
    readonly process: string;
} | {
    readonly op: 'not' | 'next' | 'once';
    readonly operand: Temporal;
} | {
    readonly op: 'and' | 'or';
    readonly operands: readonly Temporal[];
} | {
    readonly op: 'until' | 'release' | 'since';
    readonly left: Temporal;
    readonly right: Temporal;
};
export type Formula = Temporal | StatePredicate;
export interface Fairness {
    readonly unfair?: readonly string[];
    readonly strong?: readonly string[];
    readonly weak?: readonly string[];
}
export declare const always: (formula: Formula) => Temporal;
export declare const eventually: (formula: Formula) => Temporal;
export declare const until: (left: Formula, right: Formula) => Temporal;
export declare const weakUntil: (left: Formula, right: Formula) => Temporal;
export declare const release: (left: Formula, right: Formula) => Temporal;
export declare const next: (formula: Formula) => Temporal;
export declare const leadsTo: (cause: Formula, effect: Formula) => Temporal;
export declare const implies: (condition: Formula, formula: Formula) => Temporal;
export declare const not: (formula: Formula) => Temporal;
export declare const and: (...formulas: readonly Formula[]) => Temporal;
export declare const or: (...formulas: readonly Formula[]) => Temporal;
export declare const once: (formula: Formula) => Temporal;
export declare const since: (left: Formula, right: Formula) => Temporal;
export declare const step: (predicate: StepPredicate) => Temporal;
export declare const finished: (process: string) => Temporal;
export declare const moves: (process: string) => Temporal;
`,
  'types.d.ts': `export type Bound = number | string;
export type Range<Lo extends Bound, Hi extends Bound> = number & {
    readonly __range?: readonly [Lo, Hi];
};
export type Below<N extends Bound> = number & {
    readonly __below?: N;
};
export interface Vector<T, N extends Bound> {
    [index: number]: T;
    readonly length: number;
    readonly __length?: N;
}
export interface Configuration {
    readonly __configuration?: true;
}
export type Guard = () => boolean;
export interface Rest {
    readonly rest: Guard;
}
export type Boundary = Guard | Rest | undefined;
export type Op<T = void> = Generator<Boundary, T, undefined>;
`,
};
