/** What programmers reach for by habit, and what to write instead in a model. */

/** Advice for a global name, or undefined if it is no well-known one. */
export function globalAdvice(name: string): string | undefined {
  return ADVICE.get(name);
}

export function isGlobal(name: string): boolean {
  return ADVICE.has(name);
}

const POOL = 'State has a fixed shape: use a Vector indexed by the key.';
const TIME = 'A model has no clock: make what time decides a `choose(...)`.';
const SYNCHRONOUS = 'Operations are generators: `function*`, with `yield` where another process may run.';
const ERRORS = 'Return an error code, as the kernel does; use `assert` for what must not happen.';
const DATA = 'Scenario data is written in TypeScript.';

const ADVICE: ReadonlyMap<string, string> = new Map([
  ['Math', 'Compare with `a < b ? a : b`; halve with `>> 1`; truncate with `(a / b) | 0`.'],
  ['Map', POOL],
  ['Set', 'Use a Vector of booleans, or an integer with a bit for each member.'],
  ['WeakMap', POOL],
  ['WeakSet', POOL],
  ['Date', TIME],
  ['performance', TIME],
  ['setTimeout', TIME],
  ['setInterval', TIME],
  ['Promise', SYNCHRONOUS],
  ['console', 'A model prints nothing: `mmucheck trace` shows every step of a run.'],
  ['Error', ERRORS],
  ['RangeError', ERRORS],
  ['TypeError', ERRORS],
  ['Array', 'Keep elements in the state, in a Vector of fixed length, and go through it by index.'],
  ['Object', 'Name the fields; compare values with `equal(a, b)`.'],
  ['Number', 'All numbers of a model are integers already.'],
  ['String', 'Strings cannot be computed.'],
  ['Boolean', 'Compare: `n !== 0`.'],
  ['BigInt', 'All numbers of a model are 32-bit integers.'],
  ['Symbol', 'Use a union of strings.'],
  ['NaN', 'All numbers of a model are integers.'],
  ['Infinity', 'Use a bound from the configuration.'],
  ['JSON', DATA],
  ['globalThis', 'What changes belongs into the state.'],
  ['process', "Import `process` from 'mmucheck/language' to declare what a scenario runs."],
  ['require', 'Use `import`.'],
  ['structuredClone', 'Values are snapshots already: assign them.'],
  ['Proxy', 'State is plain data.'],
  ['Reflect', 'Name the fields.'],
  ['Atomics', 'What stands between two yields happens at once.'],
  ['SharedArrayBuffer', 'State is declared in interfaces and shared by all processes.'],
  ['Uint8Array', POOL],
  ['Uint32Array', POOL],
  ['parseInt', 'Strings cannot be computed.'],
  ['isNaN', 'All numbers of a model are integers.'],
]);
