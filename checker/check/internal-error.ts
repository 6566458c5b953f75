/** The checker itself is wrong: a counterexample that direct execution does not confirm, above all. */
export class InternalError extends Error {
  override readonly name = 'InternalError';
}
