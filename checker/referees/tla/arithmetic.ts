/**
 * The operators that TLA+ lacks, on integers of 32 bits: TLC's own have no more, so that nothing here may exceed them
 * on the way.
 */
import { INT_MIN } from '../../compiler/ir/operators.js';

interface Definition {
  readonly name: string;
  readonly uses: readonly string[];
  readonly text: string;
}

const DEFINITIONS: readonly Definition[] = [
  {
    name: 'Quotient',
    uses: ['Magnitude'],
    text: `\\* Towards zero.
Quotient(a, b) ==
  IF b = 0 THEN 0
  ELSE IF (a < 0) = (b < 0) THEN Magnitude(a) \\div Magnitude(b)
  ELSE -(Magnitude(a) \\div Magnitude(b))`,
  },
  {
    name: 'Remainder',
    uses: ['Magnitude'],
    text: `\\* With the sign of a.
Remainder(a, b) ==
  IF b = 0 THEN 0
  ELSE IF a < 0 THEN -(Magnitude(a) % Magnitude(b))
  ELSE a % Magnitude(b)`,
  },
  { name: 'Magnitude', uses: [], text: 'Magnitude(a) == IF a < 0 THEN -a ELSE a' },
  {
    name: 'BitXor',
    uses: ['BitOr', 'BitAnd'],
    text: 'BitXor(a, b) == BitOr(a, b) - BitAnd(a, b)',
  },
  {
    name: 'BitOr',
    uses: ['BitAnd'],
    text: 'BitOr(a, b) == -BitAnd(-a - 1, -b - 1) - 1',
  },
  {
    name: 'BitAnd',
    uses: ['BitAndNatural'],
    text: `\\* Two's complement: -a - 1 has the opposite bits of a.
BitAnd(a, b) ==
  CASE a >= 0 /\\ b >= 0 -> BitAndNatural(a, b)
    [] a >= 0 /\\ b < 0 -> a - BitAndNatural(a, -b - 1)
    [] a < 0 /\\ b >= 0 -> b - BitAndNatural(-a - 1, b)
    [] OTHER -> -((-a - 1) + ((-b - 1) - BitAndNatural(-a - 1, -b - 1))) - 1`,
  },
  {
    name: 'BitAndNatural',
    uses: [],
    text: `RECURSIVE BitAndNatural(_, _)
BitAndNatural(a, b) ==
  IF a = 0 \\/ b = 0 THEN 0
  ELSE 2 * BitAndNatural(a \\div 2, b \\div 2) + (a % 2) * (b % 2)`,
  },
  {
    name: 'ShiftLeft',
    uses: ['Doubled'],
    text: 'ShiftLeft(a, n) == Doubled(a, n % 32)',
  },
  {
    name: 'Doubled',
    uses: [],
    text: `\\* What leaves the 32 bits is lost.
RECURSIVE Doubled(_, _)
Doubled(a, n) ==
  IF n = 0 THEN a
  ELSE IF a > 1073741823 THEN Doubled(2 * (a - 2147483647 - 1), n - 1)
  ELSE IF a < -1073741824 THEN Doubled(2 * (a + 2147483647 + 1), n - 1)
  ELSE Doubled(2 * a, n - 1)`,
  },
  {
    name: 'ShiftRightUnsigned',
    uses: ['Halved'],
    text: `\\* A negative number that is not shifted would have more than 32 bits.
ShiftRightUnsigned(a, n) ==
  IF a >= 0 \\/ n % 32 = 0 THEN Halved(a, n % 32)
  ELSE Halved((a \\div 2 + 1073741824) + 1073741824, (n % 32) - 1)`,
  },
  { name: 'ShiftRight', uses: ['Halved'], text: 'ShiftRight(a, n) == Halved(a, n % 32)' },
  {
    name: 'Halved',
    uses: [],
    text: `RECURSIVE Halved(_, _)
Halved(a, n) == IF n = 0 THEN a ELSE Halved(a \\div 2, n - 1)`,
  },
];

/** TLC reads a number before its sign. */
export function integerText(value: number): string {
  return value <= INT_MIN ? '(-2147483647 - 1)' : String(value);
}

/** The definitions that a text needs, each behind those that it uses. */
export function definitionsFor(text: string): readonly string[] {
  const wanted = new Set<string>();
  const want = (name: string): void => {
    if (wanted.has(name)) return;
    wanted.add(name);
    for (const used of DEFINITIONS.find((each) => each.name === name)?.uses ?? []) want(used);
  };
  for (const { name } of DEFINITIONS) if (new RegExp(`\\b${name}\\(`).test(text)) want(name);
  return DEFINITIONS.filter(({ name }) => wanted.has(name))
    .map((each) => each.text)
    .reverse();
}
