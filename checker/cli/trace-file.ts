/** The trace file that a command names. */
import { resolve } from 'node:path';
import { parseTrace } from '../../counterexamples/parse.js';
import type { Trace } from '../../counterexamples/trace.js';
import { readText } from '../workspace/sources.js';
import type { Arguments } from './options.js';

export function readTraceFile(args: Arguments, cwd: string): Trace {
  const file = args.positionals[0] ?? '';
  return parseTrace(readText(resolve(cwd, file)), file);
}
