/** Sets of small numbers, as the bits of a bigint. */
export function bit(index: number): bigint {
  return 1n << BigInt(index);
}

/** In ascending order. */
export function members(set: bigint): number[] {
  const found: number[] = [];
  for (let rest = set, index = 0; rest !== 0n; rest >>= 1n, index++) if (rest & 1n) found.push(index);
  return found;
}
