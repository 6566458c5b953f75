/** What may be named, and what may stand, at a place in a random program. */

export type ResultKind = 'nothing' | 'int' | 'bool' | 'pair';
export type ParameterKind = 'small' | 'slot' | 'bool' | 'pair' | 'frame';

export interface Callable {
  readonly name: string;
  readonly parameters: readonly ParameterKind[];
  readonly result: ResultKind;
}

export interface Scope {
  /** Integers that may be read; those of `variables` (all of them Small) may be assigned as well. */
  readonly ints: readonly string[];
  readonly variables: readonly string[];
  readonly bools: readonly string[];
  readonly pairs: readonly string[];
  readonly slots: readonly string[];
  readonly frames: readonly string[];
  /** Whether a step may end here. */
  readonly yields: boolean;
  /** Whether calls and choices may stand here (not in guards and predicates). */
  readonly effects: boolean;
  /** Whether indexes may be out of range (not in the condition of a rest). */
  readonly checks: boolean;
  /** Whether `break` and `continue` may stand here, and behind which labels. */
  readonly loop: boolean;
  readonly labels: readonly string[];
  /** What `return` carries. */
  readonly result: ResultKind;
  /** What may be called: those that were declared before, so that only the one recursion is one. */
  readonly helpers: readonly Callable[];
  readonly operations: readonly Callable[];
}

export const EMPTY: Scope = {
  ints: [],
  variables: [],
  bools: [],
  pairs: [],
  slots: [],
  frames: [],
  yields: false,
  effects: true,
  checks: true,
  loop: false,
  labels: [],
  result: 'nothing',
  helpers: [],
  operations: [],
};

/** The declarations that every random program begins with. */
export const DECLARATIONS = `import {
  assert, assume, type Below, choose, chooseBelow, type Configuration, current, equal, type Op, process, property,
  type Range, rest, scenarios, type Vector,
} from 'mmucheck/language';

interface Config extends Configuration { readonly n: number; readonly flag: boolean; readonly last: number }
type Small = Range<0, 3>;
type Active = 'RUN' | 'DONE';
type Mode = 'IDLE' | Active;
interface Pair { readonly a: Small; readonly on: boolean; readonly mode: Mode }
interface Entry { readonly pair: Pair; readonly level: Range<1, 2> }
interface Inner { v: Small; active: Active }
interface Slot { pair: Pair; count: Range<-4, 9>; next: Below<'n'>; inner: Inner }
interface Frame { cursor: Small; last: Pair; done: boolean }
interface State {
  readonly config: Config;
  x: Range<0, 7>; y: Range<-2, 'last'>; mode: Mode; ready: boolean; pair: Pair; entry: Entry;
  slots: Vector<Slot, 'n'>; bits: Vector<boolean, 3>; grid: Vector<Vector<Small, 2>, 'n'>;
}
const LIMIT = 3;
const ZERO: Pair = { a: 0, on: false, mode: 'IDLE' };
function same_mode(left: Mode, right: Mode): boolean { return left === right; }
function mode_of(s: State): Mode { return s.mode; }
function bump(s: State, by: number): number { s.x = (s.x + by) & 7; return s.x; }
`;
