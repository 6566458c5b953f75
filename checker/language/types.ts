/**
 * Types with a finite domain, as a model declares its state with them.
 *
 * The checker reads them with ts-morph; at run time they are plain numbers and arrays. The optional phantom member
 * tells `Below<'gfns'>` from `Below<'pfns'>` at compile time, while a literal or the result of arithmetic, a plain
 * `number`, may be stored in either (a value out of its domain is a model error, found while exploring).
 */

/** A bound of a domain: a literal, or the name of a number in the model's configuration. */
export type Bound = number | string;

/** An integer from `Lo` to `Hi`, both included. */
export type Range<Lo extends Bound, Hi extends Bound> = number & { readonly __range?: readonly [Lo, Hi] };

/** An integer from 0 to `N - 1`: an index into a `Vector<T, N>`. */
export type Below<N extends Bound> = number & { readonly __below?: N };

/** A fixed array of `N` elements. It has no methods: read and write its elements by index. */
export interface Vector<T, N extends Bound> {
  [index: number]: T;
  readonly length: number;
  readonly __length?: N;
}

/**
 * Marks the interface of a configuration: `interface Config extends Configuration { readonly vcpus: number }`.
 * Its members are booleans, integers or strings, fixed for a run; the compiler folds them as constants.
 */
export interface Configuration {
  readonly __configuration?: true;
}

/** The condition of a blocking step: the step is enabled in exactly the states in which it returns true. */
export type Guard = () => boolean;

/** A step boundary at which the process may stay for ever without being stuck, while `rest` holds. */
export interface Rest {
  readonly rest: Guard;
}

/** What a `yield` may carry: nothing, `() => condition`, or `rest(() => condition)`. */
export type Boundary = Guard | Rest | undefined;

/** An operation: a generator in which every `yield` is a point where any other process may run. */
export type Op<T = void> = Generator<Boundary, T, undefined>;
