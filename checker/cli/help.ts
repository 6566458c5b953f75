/** The help texts, made from the table of commands. Each fits a screen. */
import type { CommandSpec } from './command.js';
import { COMMANDS } from './commands.js';
import { EXIT_CODE_MEANINGS } from './exit-codes.js';
import type { Style } from './style.js';

export function overview(style: Style): string {
  return [
    'mmucheck explores every interleaving of small models of the KVM x86 MMU.',
    '',
    heading(style, 'Usage'),
    '  mmucheck COMMAND [ARGUMENTS]',
    '  mmucheck COMMAND --help',
    '',
    heading(style, 'Commands'),
    ...columns(COMMANDS.map(({ name, summary }) => [name, summary])),
    '',
    heading(style, 'Exit status'),
    ...columns(EXIT_CODE_MEANINGS.map(([code, meaning]) => [String(code).padStart(3), meaning])),
    '',
  ].join('\n');
}

export function commandHelp(command: CommandSpec, style: Style): string {
  const { name, summary, positionals, options, examples } = command;
  const usage = [`mmucheck ${name}`, options.length > 0 ? '[OPTIONS]' : '', positionals.usage];
  const lines = [`${summary}.`, '', heading(style, 'Usage'), `  ${usage.filter(Boolean).join(' ')}`];
  if (positionals.help !== undefined) lines.push(...columns([[positionals.usage, positionals.help]]));
  if (options.length > 0) {
    lines.push('', heading(style, 'Options'));
    lines.push(
      ...columns(
        options.map(({ name, short, value, repeatable, help }) => [
          `${short ? `-${short}, ` : ''}--${name}${value ? ` ${value}` : ''}`,
          `${help}${repeatable ? '; repeatable' : ''}`,
        ]),
      ),
    );
  }
  if (examples.length > 0) {
    lines.push('', heading(style, 'Examples'));
    for (const [line, what] of examples) lines.push(`  ${line}`, style('dim', `      ${what}`));
  }
  return `${lines.join('\n')}\n`;
}

function heading(style: Style, text: string): string {
  return style('bold', `${text}:`);
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
