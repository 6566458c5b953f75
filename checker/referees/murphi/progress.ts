/**
 * Deadlock as an invariant: some process is neither finished nor resting, and no step of a process that is not resting
 * leads to another state or to a failure. (Rumur's own deadlock modes know no resting, and take the end for one.)
 *
 * Most steps lead to another boundary, so that their guard says all. One that may come back to where it began is tried
 * on copies of what it stores to.
 */
import type { ProcessGraph } from '../../compiler/ir/graph.js';
import { indented } from './control.js';
import type { Declared } from './declarations.js';
import { murphiPrinter } from './dialect.js';
import { type StepUse, StepWriter } from './steps.js';

export interface ProgressText {
  readonly functions: readonly string[];
  /** Holds unless the state is a deadlock. */
  readonly condition: string;
}

export function writeProgress(declared: Declared): ProgressText {
  const { graph } = declared.model;
  const functions: string[] = [];
  const rests: string[] = [];
  const moves: string[] = [];
  for (const [index, process] of graph.processes.entries()) {
    const resting = restingFunction(declared, process, index);
    const moving = movingFunctions(declared, process, index);
    functions.push(resting.text, ...moving.texts);
    rests.push(`${resting.name}()`);
    moves.push(`!${resting.name}() & ${moving.name}()`);
  }
  // No function of its own: Rumur copies what is called with every call, and calls within that once more.
  const condition = rests.length === 0 ? ['true'] : [rests.join(' & '), ...moves].map((each) => `(${each})`);
  return { functions, condition: condition.join(' | ') };
}

/** Whether the process may stay where it is. */
function restingFunction(
  declared: Declared,
  process: ProcessGraph,
  index: number,
): { name: string; text: string } {
  const own = namesOf(declared, index);
  const name = declared.names.globals.fresh(`${own.name}_rests`);
  const printer = murphiPrinter(declared, {
    locals: process.locals,
    scope: declared.kinds.scope(process),
    local: (local) => own.locals[local] ?? '',
    root: (root) => declared.field(root, 0),
  });
  const cases = process.boundaries.flatMap(({ rest }, boundary) =>
    rest === null ? [] : [`case ${own.boundaries[boundary]}: return ${printer.truth(rest)};`],
  );
  const text = [
    `function ${name}(): boolean;`,
    'begin',
    `  switch ${own.counter}`,
    ...indented(indented([`case ${own.finished}: return true;`, ...cases, 'else return false;'])),
    '  end;',
    'end;',
  ].join('\n');
  return { name, text };
}

/** Whether some step of the process leads to another state or fails; asked only where it does not rest. */
function movingFunctions(
  declared: Declared,
  process: ProcessGraph,
  index: number,
): { name: string; texts: readonly string[] } {
  const own = namesOf(declared, index);
  const texts: string[] = [];
  const cases: string[] = [];
  for (const [boundary, point] of process.boundaries.entries()) {
    const step = new StepWriter(declared, process, index, point.block);
    if (step.settled(boundary).has(point.block)) {
      const { guard, parameters } = step.write(tried(step, boundary, new Map(), new Map()));
      if (guard !== null)
        cases.push(`case ${own.boundaries[boundary]}: return ${forSome(parameters, guard)};`);
      continue;
    }
    const { name, text, parameters } = tryingFunction(step, boundary);
    texts.push(text);
    const call = `${name}(${parameters.map((each) => each.name).join(', ')})`;
    cases.push(`case ${own.boundaries[boundary]}: return ${forSome(parameters, call)};`);
  }
  const name = declared.names.globals.fresh(`${own.name}_moves`);
  const body = [`switch ${own.counter}`, ...indented([`case ${own.finished}: return false;`, ...cases])];
  texts.push(
    [
      `function ${name}(): boolean;`,
      'begin',
      ...indented([...body, '  else return true;', 'end;']),
      'end;',
    ].join('\n'),
  );
  return { name, texts };
}

type Parameters = readonly { readonly name: string; readonly type: string }[];

function tryingFunction(
  step: StepWriter,
  boundary: number,
): { readonly name: string; readonly text: string; readonly parameters: Parameters } {
  const { declared, index } = step;
  const own = namesOf(declared, index);
  const name = declared.names.globals.fresh(`${own.boundaries[boundary]}_moves`);
  const namer = declared.names.globals.inner();
  for (const local of declared.names.processes[index]?.locals ?? []) namer.fresh(local);
  const settled = step.settled(boundary);
  const copies = new Map(
    [...step.written(settled)].map((root) => [root, namer.fresh(`new_${declared.field(root, 0)}`)]),
  );
  const locals = new Map(
    [...step.set(settled)].map((local) => [local, namer.fresh(`new_${own.locals[local]}`)]),
  );
  const { guard, parameters, variables, code } = step.write({
    ...tried(step, boundary, copies, locals),
    settled: { blocks: settled, lines: ['return true;'] },
  });
  const declarations = [
    ...[...copies].map(([root, each]) => `${each}: ${declared.rootTypes.get(root)};`),
    ...[...locals].map(([local, each]) => `${each}: ${own.types[local]};`),
  ];
  const initial = [
    ...[...copies].map(([root, each]) => `${each} := ${declared.field(root, 0)};`),
    ...[...locals].map(([local, each]) => `${each} := ${own.locals[local]};`),
  ];
  const all = [...declarations, ...variables];
  const text = [
    `function ${name}(${parameters.map((each) => `${each.name}: ${each.type}`).join('; ')}): boolean;`,
    ...(all.length === 0 ? [] : ['var', ...indented(all)]),
    'begin',
    ...indented([...initial, ...(guard === null ? [] : [`if !(${guard}) then return false; end;`]), ...code]),
    'end;',
  ].join('\n');
  return { name, text, parameters };
}

/** A step that answers whether it leads to another state, on copies of what it changes. */
function tried(
  { declared, index }: StepWriter,
  boundary: number,
  copies: ReadonlyMap<string, string>,
  locals: ReadonlyMap<number, string>,
): StepUse {
  const own = namesOf(declared, index);
  const differences = [
    ...[...copies].map(([root, each]) => `${each} != ${declared.field(root, 0)}`),
    ...[...locals].map(([local, each]) => `${each} != ${own.locals[local]}`),
  ];
  const changed = differences.length === 0 ? 'false' : differences.join(' | ');
  return {
    local: (local) => locals.get(local) ?? null,
    root: (name) => copies.get(name) ?? null,
    disabled: ['return false;'],
    leaving: 'by itself',
    run: (lines) => lines,
    fail: () => ['return true;'],
    check: (test) => [`if !(${test}) then return true; end;`],
    stop: (to) => [`return ${to === boundary ? changed : 'true'};`],
  };
}

function forSome(parameters: Parameters, condition: string): string {
  return parameters.reduceRight(
    (inner, { name, type }) => `exists ${name}: ${type} do ${inner} end`,
    condition,
  );
}

function namesOf(
  { names, processes }: Declared,
  index: number,
): Declared['names']['processes'][number] & Declared['processes'][number] {
  const [own, variables] = [names.processes[index], processes[index]];
  if (own === undefined || variables === undefined) throw new RangeError(`process ${index} has no name`);
  return { ...own, ...variables, locals: own.locals.map((name, i) => variables.locals[i] ?? name) };
}
