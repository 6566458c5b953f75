/**
 * Large arrays, shared between threads. They are reserved at their largest at once: the operating system hands out pages
 * when they are first written, so a reservation costs nothing, and nothing is ever copied. (Shared buffers rather than
 * plain ones even for one thread: V8 collects garbage before it reserves much memory that only one thread sees.)
 *
 * Touching a page for the first time is slow, so memory is kept from one search to the next.
 */

/** The most elements that a `Uint32Array` has. */
export const MOST_ELEMENTS = 2 ** 32 - 1;

const spare: SharedArrayBuffer[] = [];

/** Elements of 32 bits. (Not an array: one of more than 4 GiB comes out empty when it is sent to another thread.) */
export interface Reserved {
  readonly buffer: SharedArrayBuffer;
  readonly length: number;
}

export function viewOf({ buffer, length }: Reserved): Uint32Array {
  return new Uint32Array(buffer, 0, length);
}

/** Zeros. As many as wanted if the system allows, otherwise fewer. */
export function reserve(elements: number): Reserved {
  const wanted = Math.max(1, Math.min(elements, MOST_ELEMENTS));
  const kept = spare.findIndex(({ byteLength }) => byteLength >= 4 * wanted && byteLength <= 64 * wanted);
  const [found] = kept < 0 ? [] : spare.splice(kept, 1);
  if (found !== undefined) return { buffer: found, length: wanted };
  for (let length = wanted; ; length = Math.ceil(length / 2)) {
    try {
      return { buffer: new SharedArrayBuffer(4 * length), length };
    } catch (error) {
      if (!(error instanceof RangeError) || length < 1024) throw error;
    }
  }
}

/** Takes an array back of which no more than the first `used` elements were written. Nobody may use it any more. */
export function giveBack(array: Uint32Array, used: number): void {
  array.fill(0, 0, used);
  if (array.buffer instanceof SharedArrayBuffer) spare.push(array.buffer);
}
