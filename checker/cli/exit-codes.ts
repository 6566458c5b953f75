/** What the exit status of a command says. Scripts rely on these numbers. */

export const EXIT = {
  ok: 0,
  violation: 1,
  usage: 2,
  incomplete: 3,
  unsound: 4,
  internal: 5,
  interrupted: 130,
  brokenPipe: 141,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The rows of the table in `mmucheck --help`. */
export const EXIT_CODE_MEANINGS: readonly (readonly [ExitCode, string])[] = [
  [EXIT.ok, 'every verdict is the expected one and every state space was exhausted'],
  [
    EXIT.violation,
    'a verdict that is not the expected one, a regression, or a replay that ends in the violation',
  ],
  [EXIT.usage, 'bad usage or bad input: an option, a file, a patch, a model that does not compile'],
  [EXIT.incomplete, 'a limit was hit before everything was explored'],
  [EXIT.unsound, 'the requested combination of options would be unsound'],
  [EXIT.internal, 'an internal error, or a counterexample that failed its own confirmation'],
  [EXIT.interrupted, 'interrupted by Ctrl-C; what was known until then was printed'],
];

/** Which code wins when several parts of one command end differently: the one that says the least about the model. */
const PRECEDENCE: readonly ExitCode[] = [
  EXIT.interrupted,
  EXIT.internal,
  EXIT.usage,
  EXIT.unsound,
  EXIT.violation,
  EXIT.incomplete,
  EXIT.brokenPipe,
  EXIT.ok,
];

export function worstExitCode(codes: Iterable<ExitCode>): ExitCode {
  const seen = new Set(codes);
  return PRECEDENCE.find((code) => seen.has(code)) ?? EXIT.ok;
}
