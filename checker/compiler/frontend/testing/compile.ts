/** For tests: a model in one file (or several), and what the front end makes of it. */
import { InputError } from '../../../diagnostics.js';
import { printFunction } from '../../ir/print-program.js';
import type { Function, Program } from '../../ir/program.js';
import { FrontEnd } from '../frontend.js';
import type { RootName } from '../roots.js';

/** Shared: parsing the library once is what real use does. */
const frontEnd = new FrontEnd();

/** A small state, for models that are about something else. */
export const STATE = `
import { type Below, type Configuration, type Op, type Range, type Vector, assert, assume, choose, chooseBelow,
  current, equal, rest } from 'mmucheck/language';
interface Config extends Configuration {
  readonly n: number; readonly fast: boolean; readonly kind: 'a' | 'b';
}
type Index = Below<'n'>;
type Mode = 'idle' | 'busy' | 'done';
interface Entry { readonly pfn: Index; readonly writable: boolean; readonly mode: Mode }
interface Table { entry: Vector<Entry, 'n'>; used: boolean }
interface Iter { index: Index; old: Entry; valid: boolean }
interface Lock { owner: Range<-1, 'n'> }
interface Root {
  readonly config: Config;
  tables: Vector<Table, 2>; flags: Vector<boolean, 'n'>;
  lock: Lock; count: Range<0, 'n'>; flag: boolean; mode: Mode;
}
const NONE: Entry = { pfn: 0, writable: false, mode: 'idle' };
`
  .trim()
  .replace(/\s*\n\s*/g, ' ');

/** Models on one line of declarations, so that line 2 is where a test's own text begins. */
export function model(text: string): string {
  return `${STATE}\n${text}`;
}

/** Compiles the exported functions of `model.ts`, with other files beside it. */
export function compile(text: string, others: Readonly<Record<string, string>> = {}): Program {
  const texts = new Map(Object.entries({ 'model.ts': text, ...others }));
  return frontEnd.program({ root: '/project', texts }, exportsOf('model.ts', text));
}

/** The diagnostics, one string each: `line:column: message | advice`, with the file if it is not model.ts. */
export function diagnose(text: string, others: Readonly<Record<string, string>> = {}): string[] {
  try {
    compile(text, others);
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.diagnostics.map(({ span, message, advice }) => {
      const file = span === null || span.file === 'model.ts' ? '' : `${span.file}:`;
      return `${file}${span?.line}:${span?.column}: ${message} | ${advice}`;
    });
  }
}

/** A function of a program, which must be there. */
export function functionOf(program: Program, id: string): Function {
  const found = program.functions[id];
  if (found === undefined)
    throw new Error(`no function ${id} among ${Object.keys(program.functions).join(', ')}`);
  return found;
}

/** The listing of one function of a model over STATE. */
export function listing(text: string, id = 'f'): string {
  return printFunction(functionOf(compile(model(text)), id));
}

export function exportsOf(file: string, text: string): RootName[] {
  return [...text.matchAll(/^export (?:async )?(?:function\*? ?|const )(\w+)/gm)].map(([, name]) => ({
    file,
    name: name ?? '',
  }));
}
