/** Options that together would make a verdict say what was not checked: refused, with the reason and exit code 4. */
export class UnsoundError extends Error {
  override readonly name = 'UnsoundError';

  constructor(
    readonly combination: string,
    readonly reason: string,
    readonly advice: string,
  ) {
    super(`${combination} would be unsound`);
  }
}
