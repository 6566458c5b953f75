/** Making any text fit to be shown, and fitting it into columns. */

/** Printable ASCII on one line: what cannot be shown in a mail or could steer a terminal becomes `?`. */
export function ascii(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[^\x20-\x7e]/gu, '?');
}

/** One line without control characters or changes of direction, which could make a reader see what is not there. */
export function printable(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/\p{C}/gu, '?');
}

/** Lines of at most `width`; those after the first are indented. Words longer than a line are cut. */
export function fold(text: string, width: number, indent = ''): string[] {
  const room = Math.max(1, width);
  const hanging = indent.length < room / 2 ? indent : '';
  const lines: string[] = [];
  let rest = text;
  let prefix = '';
  while (prefix.length + rest.length > room) {
    const at = breakPoint(rest, room - prefix.length);
    lines.push(`${prefix}${rest.slice(0, at)}`.trimEnd());
    rest = rest.slice(at).trimStart();
    prefix = hanging;
  }
  if (rest !== '' || lines.length === 0) lines.push(`${prefix}${rest}`.trimEnd());
  return lines;
}

/** Where to break: behind the last space, else behind the last punctuation, else where the line is full. */
function breakPoint(text: string, room: number): number {
  const space = text.lastIndexOf(' ', room);
  if (space > room / 3) return space;
  const head = text.slice(0, room);
  const punctuation = Math.max(...['.', ',', '(', '_', '/', '-', '>'].map((mark) => head.lastIndexOf(mark)));
  return punctuation > room / 3 ? punctuation + 1 : room;
}
