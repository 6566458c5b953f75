/** What is known of each mutant: the runs of all scenarios put together with the explanations that people have given. */
export interface Attempt {
  readonly scenario: string;
  /** Of the program and the question: an attempt counts only for what it was made with. */
  readonly identity: string;
  readonly maxStates: number;
  /** Of the model as it is. */
  readonly states: number;
  /** By mutant that was reached: `P1 at 12`, `survived`, or `open` if a bound came first. */
  readonly outcomes: Readonly<Record<string, string>>;
  /** Mutants that no run gets to. */
  readonly unreached: readonly string[];
}

export type Status = 'killed' | 'survived' | 'unreached';

export interface MutantRecord {
  readonly mutant: string;
  readonly operator: string;
  readonly file: string;
  readonly line: number;
  readonly status: Status;
  /** The scenario that kills it, the property that is violated there and the length of the trace; null if none does. */
  readonly killer: { readonly scenario: string; readonly property: string; readonly depth: number } | null;
  /** Scenarios that it got through. */
  readonly survived: number;
  /** Scenarios where a bound on the search came first. */
  readonly open: number;
  /** Why it cannot be killed, or not yet; null if nobody has said. */
  readonly explanation: string | null;
}

export interface Ledger {
  readonly version: 1;
  readonly killed: number;
  readonly survived: number;
  readonly unreached: number;
  /** Of those that survived or were not reached. */
  readonly explained: number;
  /** Of those that survived: no execution can tell the difference, as their explanation says. */
  readonly equivalent: number;
  readonly mutants: readonly MutantRecord[];
  /** Explanations of mutants that are killed after all, or that there are none of. */
  readonly stale: readonly string[];
}

export interface Known {
  readonly key: string;
  readonly operator: string;
  readonly file: string;
  readonly line: number;
}

export const SURVIVED = 'survived';
export const OPEN = 'open';
/** How an explanation begins that says so. (One that says "equivalent here", or "for safety", says less.) */
const EQUIVALENT = 'equivalent because';

/** `P1 at 12`. */
export function killText(property: string, depth: number): string {
  return `${property} at ${depth}`;
}

/** Counted only if some scenario gets there and sees nothing. */
export function isEquivalent({ status, explanation }: MutantRecord): boolean {
  return status === 'survived' && explanation?.startsWith(EQUIVALENT) === true;
}

export function isKill(outcome: string): boolean {
  return outcome !== SURVIVED && outcome !== OPEN;
}

export function ledgerOf(
  mutants: readonly Known[],
  attempts: readonly Attempt[],
  explanations: Readonly<Record<string, string>>,
): Ledger {
  const records = mutants.map((mutant) => recordOf(mutant, attempts, explanations[mutant.key] ?? null));
  const left = records.filter(({ status }) => status !== 'killed');
  const count = (status: Status): number => records.filter((each) => each.status === status).length;
  return {
    version: 1,
    killed: count('killed'),
    survived: count('survived'),
    unreached: count('unreached'),
    explained: left.filter(({ explanation }) => explanation !== null).length,
    equivalent: records.filter(isEquivalent).length,
    mutants: records,
    stale: Object.keys(explanations).filter((key) => !left.some(({ mutant }) => mutant === key)),
  };
}

function recordOf(
  { key, operator, file, line }: Known,
  attempts: readonly Attempt[],
  explanation: string | null,
): MutantRecord {
  const outcomes = attempts.flatMap(({ scenario, outcomes: { [key]: outcome } }) =>
    outcome === undefined ? [] : [{ scenario, outcome }],
  );
  const kills = outcomes
    .filter(({ outcome }) => isKill(outcome))
    .map(({ scenario, outcome }) => {
      const [property = '', depth] = outcome.split(' at ');
      return { scenario, property, depth: Number(depth) };
    })
    .sort((left, right) => left.depth - right.depth);
  const count = (what: string): number => outcomes.filter(({ outcome }) => outcome === what).length;
  const [killer = null] = kills;
  const status = killer !== null ? 'killed' : outcomes.length > 0 ? 'survived' : 'unreached';
  return {
    mutant: key,
    operator,
    file,
    line,
    status,
    killer,
    survived: count(SURVIVED),
    open: count(OPEN),
    explanation: killer === null ? explanation : null,
  };
}
