/** Enters what tables contain once more after they have grown; many threads may take part. */
import type { Interner } from './interner.js';
import { type Shared, WORD } from './shared.js';

const ROWS = 2 ** 16;

/** Enters a share of the rows of these interners: all that nobody else takes. */
export function enterShare(interners: readonly Interner[], { control }: Shared): void {
  for (;;) {
    let portion = Atomics.add(control, WORD.portion, 1);
    const interner = interners.find(({ next }) => {
      const portions = Math.ceil(next / ROWS);
      if (portion < portions) return true;
      portion -= portions;
      return false;
    });
    if (interner === undefined) return;
    interner.enter(portion * ROWS, Math.min(interner.next, (portion + 1) * ROWS));
  }
}
