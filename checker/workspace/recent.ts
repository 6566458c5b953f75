/** A cache of what was made last, so that a long run over many patches does not keep them all. */
export class Recent<Value> {
  readonly #values = new Map<string, Value>();

  constructor(private readonly limit: number) {}

  /** The value made for this key before, or else a new one. */
  get(key: string, make: () => Value): Value {
    const value = this.#values.get(key) ?? make();
    // A Map remembers the order of insertion: the first key is the one that was not used for longest.
    this.#values.delete(key);
    this.#values.set(key, value);
    for (const oldest of this.#values.keys()) {
      if (this.#values.size <= this.limit) break;
      this.#values.delete(oldest);
    }
    return value;
  }
}
