/** An action for each boundary of each process: the step from there. */
import type { BoundaryPoint, Frame, ProcessGraph } from '../../compiler/ir/graph.js';
import { flowOfProcess, stepSuccessors } from '../../compiler/ir/traverse.js';
import { hasBit, type Liveness, liveness } from '../../compiler/passes/live.js';
import { propertyOfFailure } from '../referee.js';
import { choicesOf, pathOrder } from '../typed/choices.js';
import { enablingOf, hopeless } from '../typed/enabling.js';
import { withRanges } from '../typed/ranges.js';
import { type Flow, type Values, writeCode } from './code.js';
import type { Declared } from './declarations.js';
import { TlaPrinter } from './dialect.js';

export interface ProcessText {
  readonly actions: readonly string[];
  /** Names of the actions; none for a process without steps. */
  readonly names: readonly string[];
}

/** @param fail the operator that says that a property is violated by a failure */
export function writeProcess(
  declared: Declared,
  process: ProcessGraph,
  index: number,
  fail: (property: string) => string,
): ProcessText {
  const own = namesOf(declared, index);
  const live = liveness(flowOfProcess(process));
  const scope = declared.kinds.scope(process);
  const { cells, failures } = declared.model.graph;
  const printer = new TlaPrinter(declared, {
    locals: process.locals,
    scope,
    local: () => '',
    root: () => '',
  });
  const lowest = (local: number): string =>
    printer.value({ op: 'const', value: process.locals[local]?.domain?.lo ?? 0 }, scope.local(local));
  const reader = new TlaPrinter(declared, {
    locals: process.locals,
    scope,
    local: (local) => `${own.name}.${own.locals[local]}`,
    root: (name) => declared.field(name, 0),
  });
  const flow: Omit<Flow, 'stop'> = {
    blocks: process.blocks,
    locals: withRanges(process, cells),
    scope,
    liveness: live,
    root: (name) => declared.field(name, 0),
    unset: (local) =>
      process.locals[local]?.domain == null ? lowest(local) : `${own.name}.${own.locals[local]}`,
    fail: (failure) => {
      const known = failures[failure];
      const property = propertyOfFailure({ property: known?.property ?? null });
      return `${fail(property)}("${property}: ${plain(known?.message ?? '')}${lastPlace(known?.frames ?? [])}")`;
    },
  };
  const written = new Set(['pc', own.name]);
  for (const instr of process.blocks.flatMap(({ instrs }) => instrs))
    if (instr.do === 'store') written.add(declared.field(String(cells[instr.ref.base]?.path[0]), 0));
  const untouched = declared.variables.filter((variable) => !written.has(variable));
  const rest = declared.names.globals.fresh(`${own.name}_leaves`);
  const unchanged = (changed: ReadonlySet<string>): string => {
    const own = ['pc', ...declared.variables].filter((each) => written.has(each) && !changed.has(each));
    return `UNCHANGED <<${[...own, rest].join(', ')}>>`;
  };
  const actions = process.boundaries.map((point, boundary) => {
    const name = own.boundaries[boundary];
    const namer = declared.names.globals.inner();
    const choices = choicesOf(process, point.block, cells);
    const guard = choices?.counts.length === 0 ? enablingOf(process, point.block, choices, () => -1) : null;
    const region = pathOrder(point.block, (at) => stepSuccessors(process.blocks[at]?.end ?? { to: 'end' }));
    const excluded = guard === null ? new Set<number>() : hopeless(process.blocks, region);
    const isAlways = guard === null || (guard.op === 'const' && guard.value !== 0);
    const conditions = isAlways ? [] : [reader.conjunct(guard)];
    const stop: Flow['stop'] = (end, values) => {
      if (end.to === 'disabled') return ['FALSE'];
      if (end.to === 'failure') return [flow.fail(end.failure)];
      const target = end.to === 'boundary' ? end.boundary : null;
      return stopped(declared, process, index, { from: boundary, target, values, live, lowest, unchanged });
    };
    const code = writeCode(
      point.block,
      { ...flow, stop, isExcluded: (at) => excluded.has(at) },
      declared,
      namer,
    );
    return [
      ...comment(point),
      `${name} ==`,
      `  /\\ pc.${own.name} = "${name}"`,
      ...conditions.map((each) => `  /\\ ${each}`),
      ...code.map((line, i) => (i === 0 ? `  /\\ ${line}` : `     ${line}`)),
    ].join('\n');
  });
  return { actions: [`${rest} == <<${untouched.join(', ')}>>`, ...actions], names: own.boundaries };
}

export function plain(text: string): string {
  return text.replace(/["\\\n]/g, "'");
}

interface Arrival {
  readonly from: number;
  readonly target: number | null;
  readonly values: Values;
  readonly live: Liveness;
  readonly lowest: (local: number) => string;
  readonly unchanged: (changed: ReadonlySet<string>) => string;
}

/** The state in which a step ends. A local that nobody reads there has its lowest value. */
function stopped(
  declared: Declared,
  process: ProcessGraph,
  index: number,
  { from, target, values, live, lowest, unchanged }: Arrival,
): readonly string[] {
  const own = namesOf(declared, index);
  const label = target === null ? own.finished : own.boundaries[target];
  const changes: string[] = [];
  for (const [local, { domain }] of process.locals.entries()) {
    if (domain === null) continue;
    const isLive = (boundary: number | null): boolean => {
      const bits = boundary === null ? undefined : live.atBoundary[boundary];
      return bits !== undefined && hasBit(bits, local);
    };
    const name = `!.${own.locals[local]}`;
    const value = values.locals.get(local);
    if (isLive(target)) {
      if (value !== undefined) changes.push(`${name} = ${value}`);
    } else if (isLive(from)) changes.push(`${name} = ${lowest(local)}`);
  }
  const changed = new Map<string, string>();
  if (target !== from) changed.set('pc', `[pc EXCEPT !.${own.name} = "${label}"]`);
  for (const [root, value] of values.roots) changed.set(declared.field(root, 0), value);
  if (changes.length > 0) changed.set(own.name, `[${own.name} EXCEPT ${changes.join(', ')}]`);
  return [
    ...[...changed].map(([variable, value]) => `/\\ ${variable}' = ${value}`),
    `/\\ ${unchanged(new Set(changed.keys()))}`,
  ];
}

/** The stack of the boundary, outermost function first. */
function comment({ frames }: BoundaryPoint): readonly string[] {
  return frames.map(({ function: name, span, text }, depth) => {
    const place = `${span.file}:${span.line}`;
    return `\\* ${'  '.repeat(depth)}${place} ${name}: ${text.replace(/\s+/g, ' ')}`;
  });
}

function lastPlace(frames: readonly Frame[]): string {
  const last = frames.at(-1);
  return last === undefined ? '' : ` (${last.span.file}:${last.span.line} ${last.function})`;
}

function namesOf({ names }: Declared, index: number): Declared['names']['processes'][number] {
  const own = names.processes[index];
  if (own === undefined) throw new RangeError(`process ${index} has no name`);
  return own;
}
