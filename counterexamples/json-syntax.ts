/**
 * Where a text stops being JSON, as line and column. `JSON.parse` of Node 20 does not say it for every kind of error.
 */

export interface JsonError {
  readonly line: number;
  readonly column: number;
  /** Whether the text is right as far as it goes: a file that was cut off. */
  readonly truncated: boolean;
}

/** The first error of a text, or null if it is JSON. */
export function findJsonError(text: string): JsonError | null {
  const stop = firstError(text);
  if (stop === null) return null;
  const before = text.slice(0, stop).split('\n');
  return {
    line: before.length,
    column: (before.at(-1)?.length ?? 0) + 1,
    truncated: stop === text.length,
  };
}

/** Tokens of JSON; a string or number that is cut off does not match. */
const TOKEN =
  /[{}[\],:]|"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const SPACE = /[ \t\r\n]*/y;
/** What the end of a truncated file may look like: the beginning of a token. */
const CUT_TOKEN =
  /^(?:"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*(?:\\(?:u[0-9a-fA-F]{0,3})?)?|-|t|tr|tru|f|fa|fal|fals|n|nu|nul)$/;

type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or end' | 'nothing';

function firstError(text: string): number | null {
  const open: ('{' | '[')[] = [];
  let expected: Expected = 'value';
  let at = 0;
  for (;;) {
    SPACE.lastIndex = at;
    at += SPACE.exec(text)?.[0].length ?? 0;
    if (at === text.length) return expected === 'nothing' ? null : at;
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(text)?.[0];
    if (token === undefined)
      return CUT_TOKEN.test(text.slice(at)) && takes(expected, text[at]) ? text.length : at;
    // The rest of a number such as `1.` shows at the next token.
    const next = after(expected, token, open);
    if (next === null) return at;
    expected = next;
    at += token.length;
  }
}

function takes(expected: Expected, first: string | undefined): boolean {
  return expected.startsWith('value') || (expected.startsWith('key') && first === '"');
}

/** What is expected after the token, or null if the token was not expected. Keeps track of what is open. */
function after(expected: Expected, token: string, open: ('{' | '[')[]): Expected | null {
  const closed = (): Expected => (open.length === 0 ? 'nothing' : ', or end');
  switch (token) {
    case '{':
    case '[':
      if (!expected.startsWith('value')) return null;
      open.push(token);
      return token === '{' ? 'key or }' : 'value or ]';
    case '}':
    case ']': {
      const begin = token === '}' ? '{' : '[';
      if (open.at(-1) !== begin) return null;
      if (expected !== ', or end' && expected !== (token === '}' ? 'key or }' : 'value or ]')) return null;
      open.pop();
      return closed();
    }
    case ',':
      if (expected !== ', or end') return null;
      return open.at(-1) === '{' ? 'key' : 'value';
    case ':':
      return expected === ':' ? 'value' : null;
    default:
      if (expected.startsWith('key')) return token.startsWith('"') ? ':' : null;
      return expected.startsWith('value') ? closed() : null;
  }
}
