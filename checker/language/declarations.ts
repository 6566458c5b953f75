/** What scenario and property files declare: plain data plus references to functions in the model language. */
import type { Fairness, Temporal } from './temporal.js';
import type { Op } from './types.js';

/** A model function of any signature; the front end checks its parameters against the root state. */
type Predicate = (...states: never[]) => boolean;

/** A process: a name for its lane in traces, the exported generator that it runs, and the arguments after the root. */
export interface ProcessSpec {
  readonly name: string;
  /** The exported generator; the front end checks its parameters against the root state and `args`. */
  readonly run: CallableFunction;
  readonly args: readonly (number | boolean | string)[];
}

/** Declares a process. `run` is an exported generator function whose first parameter is the root state. */
export function process<Root, Args extends readonly (number | boolean | string)[]>(
  name: string,
  run: (root: Root, ...args: Args) => Op<unknown>,
  ...args: Args
): ProcessSpec {
  return { name, run, args };
}

/** A property of the catalogue. */
export interface PropertySpec {
  /** Its number: `P1`. Failing assertions name it. */
  readonly id: string;
  /** What it says, in a few words: `no access after revocation`. */
  readonly title: string;
  /** An exported predicate over a state that must hold in every reachable one. */
  readonly invariant?: (root: never) => boolean;
  /** An exported predicate over the states before and after one step that must hold for every step. */
  readonly step?: (before: never, after: never) => boolean;
  /** True for the built-in property that no process is stuck for ever. */
  readonly deadlock?: true;
  /** A formula that every fair run must satisfy, by the operators of temporal.ts. */
  readonly temporal?: Temporal;
  /** What the scheduler owes when the formula is judged. */
  readonly fairness?: Fairness;
  // A property with none of these is the set of assertions in the model that name its id.
}

export function property(spec: PropertySpec): PropertySpec {
  return spec;
}

export type Verdict = 'holds' | 'violated' | 'incomplete' | 'vacuous' | 'error';

/** A scenario: a configuration, what runs in it, what is checked and what is expected. */
export interface ScenarioSpec {
  /** One sentence: what question this scenario answers. */
  readonly title: string;
  /** The claims and bugs that it stands for: `S000-12`, `M4`, `S000-5(b)` for one side of several. */
  readonly claims: readonly string[];
  /** Why the expected verdict is the right one, and what was abstracted; shown by `mmucheck list`. */
  readonly because?: string;
  /** Patches of the model, by name without `.patch`, applied in this order. */
  readonly variant?: readonly string[];
  /** Every number, boolean and string of the model's configuration. */
  readonly config: object;
  /** The members of `config` that this scenario has chosen: reports leave out the others, which are the model's defaults. */
  readonly scope?: readonly string[];
  /** Changes the state of all-zero values into the initial one. Runs as plain JavaScript, once. */
  readonly setup?: (root: never) => void;
  readonly processes: readonly ProcessSpec[];
  readonly properties: readonly PropertySpec[];
  /** What the scheduler owes in this scenario, on top of what its temporal properties say. */
  readonly fairness?: Fairness;
  /** The expected verdict by property id; a property that is not named is expected to hold. */
  readonly expect?: Readonly<Record<string, Verdict>>;
  /** Exported predicates over a state, each of which must be reached for `holds` not to be vacuous. */
  readonly witnesses: readonly Predicate[];
  /** Steps that this scenario is known never to execute, by function name, each with the reason why that is no gap. */
  readonly unreached?: Readonly<Record<string, string>>;
}

/** The scenarios of one file, by name. */
export type ScenarioSet = Readonly<Record<string, ScenarioSpec>>;

/** Declares the scenarios of a file as its default export: `export default scenarios({ 'with-flush': {...} })`. */
export function scenarios<const T extends ScenarioSet>(set: T): T {
  return set;
}

/**
 * What a claim turned out to be: it holds; it depends on something (its sides say on what); it is refuted; it is about cost, about names
 * or about the hardware; it is a bug that was fixed; or no claim of anybody but a situation that scenarios are written for.
 */
export type ClaimKind =
  | 'holds'
  | 'depends'
  | 'refuted'
  | 'cost'
  | 'naming'
  | 'hardware'
  | 'bug'
  | 'situation';

/** One side of a claim: what is the case under some condition, and what is found then. */
export interface ClaimSide {
  readonly says: string;
  /** What every scenario of this side must find. */
  readonly verdict: 'holds' | 'violated';
  /** Why no scenario stands for it. */
  readonly unchecked?: string;
}

/** Something that somebody says about the system. Scenarios name it in `claims`: `S000-5`, or `S000-5(b)` for one side. */
export interface ClaimSpec {
  /** The statement, in our own words. */
  readonly says: string;
  readonly who?: string;
  /** Subject and date of the message, if not those of the whole set. */
  readonly where?: string;
  /** The commit that settled the matter. */
  readonly commit?: string;
  readonly kind: ClaimKind;
  /** Why it is of this kind, in one line. */
  readonly because: string;
  /** By letter. */
  readonly sides?: Readonly<Record<string, ClaimSide>>;
  /** Why no scenario stands for it, and what does instead. */
  readonly unchecked?: string;
}

/** The claims of one source, by id. */
export interface ClaimSet {
  /** Heading of the ledger's section. */
  readonly title: string;
  /** Where they were made, unless one says otherwise. */
  readonly where?: string;
  readonly claims: Readonly<Record<string, ClaimSpec>>;
}

/** Declares the claims of a file as its default export: `export default claims({ title: ..., claims: { 'S000-1': {...} } })`. */
export function claims<const T extends ClaimSet>(set: T): T {
  return set;
}
