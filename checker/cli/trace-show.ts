/** `mmucheck trace show`: on a terminal with every step in full; in a pipe, the plain table for mail. */
import { terminal } from '../../counterexamples/formats/terminal.js';
import { text } from '../../counterexamples/formats/text.js';
import type { RunCommand } from './command.js';
import { EXIT } from './exit-codes.js';
import { readTraceFile } from './trace-file.js';

export const traceShow: RunCommand = async (args, { stdout, cwd }) => {
  const trace = readTraceFile(args, cwd);
  const { colour, columns } = stdout;
  stdout.write(stdout.terminal ? terminal(trace, { width: columns, colour }) : text(trace));
  return EXIT.ok;
};
