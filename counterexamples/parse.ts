/** Reads a trace document. Whatever is wrong with it is an error about the user's input, never a crash further on. */
import { createRequire } from 'node:module';
import type { ErrorObject, ValidateFunction } from 'ajv';
import { InputError } from '../checker/diagnostics.js';
import { findJsonError } from './json-syntax.js';
import { traceSchema } from './schema.js';
import { endsInError, FORMAT, type Trace, VERSION } from './trace.js';
import { applyChanges, Mismatch } from './tree.js';

/** The trace in the text of a file. Throws an InputError that names the file and, if it can, the place. */
export function parseTrace(text: string, file: string): Trace {
  const document = parseJson(text, file);
  checkFormat(document, file);
  const validate = validator();
  if (!validate(document)) throw damaged(file, describe(validate.errors ?? []));
  checkConsistency(document, file);
  return document;
}

const RECORD_AGAIN = 'Record it again with `mmucheck check`.';

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    const error = findJsonError(text) ?? { line: 1, column: 1, truncated: false };
    const span = { file, line: error.line, column: error.column };
    if (text.trim() === '') throw InputError.of('the trace file is empty', RECORD_AGAIN, span);
    if (error.truncated)
      throw InputError.of('the trace ends too early: the file was cut off', RECORD_AGAIN, span);
    throw InputError.of('this is not JSON', `Give a trace file, or restore this one. ${RECORD_AGAIN}`, span);
  }
}

function checkFormat(document: unknown, file: string): void {
  const { format, version }: { format?: unknown; version?: unknown } =
    typeof document === 'object' && document !== null ? document : {};
  if (format !== FORMAT) {
    throw InputError.of(
      `${file} is JSON, but not a trace: its "format" is ${shown(format)}, not "${FORMAT}"`,
      'Give a file that `mmucheck check --out` wrote.',
    );
  }
  if (version === VERSION) return;
  const newer = typeof version === 'number' && version > VERSION;
  throw InputError.of(
    `${file} is a trace of version ${shown(version)}; this mmucheck reads version ${VERSION}`,
    newer ? 'Read it with the newer mmucheck that wrote it.' : RECORD_AGAIN,
  );
}

let compiled: ValidateFunction<Trace> | undefined;

/** Loads the validator when it is first needed: most commands read no trace and should not wait for it. */
function validator(): ValidateFunction<Trace> {
  if (compiled === undefined) {
    const load = createRequire(import.meta.url);
    const { Ajv2020 } = load('ajv/dist/2020.js') as typeof import('ajv/dist/2020.js');
    compiled = new Ajv2020({ allowUnionTypes: true }).compile<Trace>(traceSchema);
  }
  return compiled;
}

function describe(errors: readonly ErrorObject[]): string {
  const error = errors[0];
  if (error === undefined) return 'it does not fit the schema';
  const place = error.instancePath === '' ? 'the document' : error.instancePath.slice(1).replaceAll('/', '.');
  const params = error.params as { additionalProperty?: string; allowedValue?: unknown };
  if (error.keyword === 'additionalProperties')
    return `${place} has an unknown member "${params.additionalProperty}"`;
  return `${place} ${error.message ?? 'is wrong'}`;
}

/** What the schema cannot say: that the parts of the document belong together. */
function checkConsistency(trace: Trace, file: string): void {
  if (trace.standing.length !== trace.processes.length) {
    throw damaged(
      file,
      `standing has ${trace.standing.length} entries for ${trace.processes.length} processes`,
    );
  }
  if (endsInError(trace) && trace.violation.stack === null) {
    throw damaged(file, 'violation.stack is missing');
  }
  if ((trace.violation.kind === 'model error') !== (trace.violation.error !== null)) {
    throw damaged(file, 'violation.kind and violation.error do not fit each other');
  }
  if ((trace.violation.kind === 'temporal') !== (trace.temporal !== undefined)) {
    throw damaged(file, 'violation.kind and temporal do not fit each other');
  }
  if ((trace.temporal?.start ?? 0) > trace.steps.length) {
    throw damaged(
      file,
      `the cycle begins after step ${trace.temporal?.start}, which the trace does not have`,
    );
  }
  let state = trace.initial;
  for (const [index, step] of trace.steps.entries()) {
    if (!trace.processes.includes(step.process)) {
      throw damaged(
        file,
        `step ${index + 1} is of a process '${step.process}', which the trace does not have`,
      );
    }
    try {
      state = applyChanges(state, step.changes);
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error;
      throw damaged(file, `in step ${index + 1}, ${error.message}`);
    }
  }
}

function damaged(file: string, what: string): InputError {
  return InputError.of(`${file} is a damaged trace: ${what}`, `Restore the file. ${RECORD_AGAIN}`);
}

function shown(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value);
}
