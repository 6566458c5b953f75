/** Statements of Promela and how they are laid out. */

export type Code = readonly Statement[];

export type Statement =
  | { readonly do: string }
  | { readonly label: string }
  | { readonly comment: string }
  /** A line that may come to nothing: it brings its own semicolon. */
  | { readonly macro: string }
  | { readonly select: readonly { readonly guard: string; readonly code: Code }[] };

/** Lines, each ended by a semicolon where another statement follows. */
export function codeLines(code: Code, indent: string): string[] {
  const lines: string[] = [];
  let label = '';
  const last = code.findLastIndex((each) => 'do' in each || 'select' in each);
  for (const [i, each] of code.entries()) {
    const stop = i < last ? ';' : '';
    if ('comment' in each) lines.push(`${indent}/* ${each.comment.replaceAll('*/', '* /')} */`);
    else if ('macro' in each) lines.push(indent + each.macro);
    else if ('label' in each) label += `${each.label}: `;
    else if ('do' in each) {
      lines.push(indent + label + each.do + stop);
      label = '';
    } else {
      lines.push(`${indent}${label}if`);
      for (const { guard, code: arm } of each.select) {
        const inner = codeLines(arm, `${indent}   `);
        lines.push(`${indent}:: ${guard}${inner.length > 0 ? ' ->' : ''}`, ...inner);
      }
      lines.push(`${indent}fi${stop}`);
      label = '';
    }
  }
  if (label !== '') throw new Error(`nothing follows the label ${label}`);
  return lines;
}
