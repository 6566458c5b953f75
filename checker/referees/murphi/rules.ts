/** A rule for each boundary of each process: the step from there. */
import type { BoundaryPoint, Frame } from '../../compiler/ir/graph.js';
import { propertyOfFailure } from '../referee.js';
import { indented } from './control.js';
import type { Declared } from './declarations.js';
import { Runs } from './runs.js';
import { messageOf } from './messages.js';
import { type StepText, type StepUse, StepWriter } from './steps.js';

/** A procedure that judges a step behind it. */
export interface StepJudge {
  readonly procedure: string;
  /** Fields of the root record that it wants as they were before the step. */
  readonly before: readonly string[];
  readonly reads: ReadonlySet<string>;
}

export interface Rules {
  readonly procedures: readonly string[];
  readonly text: string;
}

export function writeRules(declared: Declared, stepJudges: readonly StepJudge[]): Rules {
  const { graph } = declared.model;
  const runs = new Runs(declared.names.globals);
  const write = (run: (lines: readonly string[], process: string) => readonly string[]): readonly string[] =>
    graph.processes.map((process, index) => {
      const rules = process.boundaries.map((point, boundary) => {
        const step = new StepWriter(declared, process, index, point.block);
        return writeRule(step, boundary, stepJudges, run);
      });
      return [`-- Process ${process.name}`, ...rules].join('\n\n');
    });
  write((lines) => runs.note(lines));
  const text = write((lines, process) => runs.write(lines, process)).join('\n\n');
  return { procedures: runs.procedures, text };
}

function writeRule(
  step: StepWriter,
  boundary: number,
  stepJudges: readonly StepJudge[],
  run: (lines: readonly string[], process: string) => readonly string[],
): string {
  const { declared, process, index } = step;
  const { names, rootTypes, field, model } = declared;
  const own = names.processes[index];
  const variables = declared.processes[index];
  const point = process.boundaries[boundary];
  if (own === undefined || variables === undefined || point === undefined)
    throw new RangeError(`no boundary ${boundary}`);
  const written = step.written();
  const judging = stepJudges.filter(({ reads }) => [...reads].some((root) => written.has(root)));
  const namer = names.globals.inner();
  for (const local of own.locals) namer.fresh(local);
  const messageOfFailure = (failure: number): string => {
    const known = model.graph.failures[failure];
    const property = propertyOfFailure({ property: known?.property ?? null });
    return messageOf(property, `${known?.message}${lastPlace(known?.frames ?? [])}`);
  };
  const use: StepUse = {
    local: () => null,
    root: () => null,
    disabled: ['assume false;'],
    // Judges are called in one place: Rumur copies what is called with every call.
    run: (lines) => run(lines, own.name),
    leaving: judging.length > 0 ? 'at the end' : 'by return',
    fail: (failure) => [`error "${messageOfFailure(failure)}";`],
    check: (test, failure) => [`assert "${messageOfFailure(failure)}" ${test};`],
    stop: (to) => [`${variables.counter} := ${to === null ? own.finished : own.boundaries[to]};`],
  };
  const text = step.write(use);
  const saved = new Map<string, string>();
  for (const root of judging.flatMap(({ before }) => before))
    if (written.has(root) && !saved.has(root)) saved.set(root, namer.fresh(`old_${field(root, 0)}`));
  const calls = judging.map(({ procedure, before }) => {
    const actual = before.map((root) => saved.get(root) ?? field(root, 0));
    return `${procedure}(${actual.join(', ')});`;
  });
  const declarations = [
    ...[...saved].map(([root, name]) => `${name}: ${rootTypes.get(root)};`),
    ...text.variables,
  ];
  const copies = [...saved].map(([root, name]) => `${name} := ${field(root, 0)};`);
  const label = `${process.name}: ${own.boundaries[boundary]}`;
  const guard = [
    `${variables.counter} = ${own.boundaries[boundary]}`,
    ...(text.guard === null ? [] : [text.guard]),
  ];
  const rule = [
    `rule "${label}"`,
    ...indented([guard.join(' & ')]),
    '==>',
    ...(declarations.length === 0 ? [] : ['var', ...indented(declarations)]),
    'begin',
    ...indented([...copies, ...text.code, ...calls]),
    'end;',
  ];
  return [...comment(point), ...inRuleset(text, rule)].join('\n');
}

function inRuleset({ parameters }: StepText, rule: readonly string[]): readonly string[] {
  if (parameters.length === 0) return rule;
  const quantifiers = parameters.map(({ name, type }) => `${name}: ${type}`);
  return [`ruleset ${quantifiers.join('; ')} do`, ...rule, 'end;'];
}

/** The stack of the boundary, outermost function first. */
function comment({ frames }: BoundaryPoint): readonly string[] {
  return frames.map(({ function: name, span, text }, depth) => {
    const place = `${span.file}:${span.line}`;
    return `-- ${'  '.repeat(depth)}${place} ${name}: ${text.replace(/\s+/g, ' ')}`;
  });
}

function lastPlace(frames: readonly Frame[]): string {
  const last = frames.at(-1);
  return last === undefined ? '' : ` (${last.span.file}:${last.span.line} ${last.function})`;
}
