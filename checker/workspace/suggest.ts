/** "Did you mean ...?" */

/** The candidate that a mistyped name most likely meant, or null if none is near. */
export function closest(name: string, candidates: Iterable<string>): string | null {
  let best: string | null = null;
  let bestDistance = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Advice for an unknown name: the nearest known one, or all of them. */
export function suggestion(name: string, candidates: Iterable<string>): string {
  const known = [...candidates];
  const near = closest(name, known);
  if (near !== null) return `Did you mean '${near}'?`;
  return known.length === 0 ? 'There are none.' : `Known are: ${known.join(', ')}.`;
}

function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const substituted = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(substituted, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}
