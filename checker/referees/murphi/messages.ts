/**
 * What Rumur says when something is violated: which property, and how. A referee reads the property back, and asks for
 * other answers to the same model by rewriting the statements that carry these messages.
 */

/** Of step predicates. They are judged when the step is over, so that it is no failure of the step. */
const STEP = 'the step is not allowed';
export const INVARIANT = 'the invariant does not hold';
export const DEADLOCK = 'nothing can move';

export function messageOf(property: string, text: string): string {
  return `${property}: ${text.replace(/["\\\n]/g, "'")}`;
}

export function stepMessage(property: string): string {
  return messageOf(property, STEP);
}

/** What the model is asked. */
export type Question =
  /** How much there is, and what is violated. Rumur counts covers, and does not stop at them. */
  | 'everything'
  /** The shortest way to a violation of one property; those of others are passed over. */
  | { readonly shortest: string };

/** The exported text, asking this. Each of its statements with a message stands on a line of its own. */
export function ask(text: string, question: Question): string {
  const failures = new Map<string, string>();
  const failed = (property: string): string => {
    const name = failures.get(property) ?? `failed_transition_${failures.size + 1}`;
    failures.set(property, name);
    return `${name}();`;
  };
  const lines = text.split('\n').map((line) => {
    const match = /^(\s*)(assert|error|invariant) "(([^:"]+): ([^"]*))"(.*);$/.exec(line);
    if (match === null) return line;
    const [, indent = '', word = '', message = '', property = '', said = '', rest = ''] = match;
    const test = rest.trim();
    const isFailure = word === 'error' || (word === 'assert' && said !== STEP);
    if (question === 'everything') {
      if (!isFailure) return `${indent}cover "${message}" !(${test});`;
      return indent + (word === 'error' ? failed(property) : `if !(${test}) then ${failed(property)} end;`);
    }
    if (property === question.shortest) return line;
    return isFailure ? `${indent}assume ${word === 'error' ? 'false' : test};` : `${indent}-- not asked`;
  });
  const procedures = [...failures].map(([property, name]) =>
    [
      `procedure ${name}();`,
      'begin',
      `  cover "${failedMessage(property)}" true;`,
      '  assume false;',
      'end;',
      '',
      '',
    ].join('\n'),
  );
  const asked = lines.join('\n');
  const at = asked.search(/^(procedure|startstate)\b/m);
  return withNumberedCounters(asked.slice(0, at) + procedures.join('') + asked.slice(at));
}

/**
 * Program counters as numbers with names: Rumur 2022.08 copies an enumeration with every mention of one of its members,
 * and those of a process are many.
 */
function withNumberedCounters(text: string): string {
  const constants: string[] = [];
  const types = text.replace(/^( *\w+_pc_t\w*): enum \{([^}]*)\};/gm, (_, type: string, members: string) => {
    const names = members.split(',').map((name) => name.trim());
    constants.push(...names.map((name, value) => `  ${name}: ${value};\n`));
    return `${type}: 0..${names.length - 1};`;
  });
  return types.replace(/^type$/m, `const\n${constants.join('')}\ntype`);
}

/** The message of transitions that fail; each is one that Rumur does not count, because it is given up. */
export function failedMessage(property: string): string {
  return messageOf(property, 'a step fails');
}

/** The property that a message is about. */
export function propertyIn(message: string, properties: readonly string[]): string | null {
  return properties.find((property) => new RegExp(`(^|[":] ?)${escaped(property)}: `).test(message)) ?? null;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
