/** `mmucheck trace export` */
import { formats } from '../../counterexamples/formats/index.js';
import type { RunCommand } from './command.js';
import { EXIT } from './exit-codes.js';
import { printOrWrite } from './files.js';
import { readTraceFile } from './trace-file.js';

export const traceExport: RunCommand = async (args, environment) => {
  const trace = readTraceFile(args, environment.cwd);
  const name = args.value('format') ?? 'text';
  const format = formats.find((each) => each.name === name);
  if (format === undefined) throw new Error(`no trace format ${name}, although the command line offers it`);
  await printOrWrite(format.render(trace), args.value('output'), environment);
  return EXIT.ok;
};
