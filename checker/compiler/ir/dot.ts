/**
 * A graph as Graphviz: one cluster per process, its boundaries as nodes, its steps as edges. A boundary that may block
 * is a house, one at which the process may rest has two outlines, a step that may fail has a dashed edge to a cross.
 */
import type { BoundaryPoint, Graph, ProcessGraph } from './graph.js';
import { framesText } from './print.js';
import { exprText, type Names, namesOf } from './text.js';
import { stepSuccessors } from './traverse.js';

export function graphToDot(graph: Graph): string {
  const clusters = graph.processes.map((process, i) => cluster(process, i, graph));
  return [
    'digraph mmucheck {',
    '  rankdir=TB;',
    '  node [shape=box, fontname="monospace", fontsize=10];',
    ...clusters.flat(),
    '}',
    '',
  ].join('\n');
}

function cluster(process: ProcessGraph, index: number, graph: Graph): readonly string[] {
  const names = namesOf(graph.cells, process.locals);
  const node = (name: string | number): string => `p${index}_${name}`;
  const entry = stepFrom(process, process.entry);
  const steps = process.boundaries.map((point) => stepFrom(process, point.block));
  const all = [entry, ...steps];
  const line = (text: string): string => `    ${text}`;
  return [
    `  subgraph cluster_${index} {`,
    line(`label=${quote(process.name)};`),
    line(`${node('entry')} [shape=circle, label="", width=0.2, style=filled, fillcolor=black];`),
    ...process.boundaries.map((point, i) => line(`${node(i)} [${attributes(point, steps[i], names)}];`)),
    ...(all.some((step) => step.ends)
      ? [line(`${node('end')} [shape=doublecircle, label="", width=0.2, style=filled, fillcolor=black];`)]
      : []),
    ...(all.some((step) => step.fails)
      ? [line(`${node('error')} [shape=plaintext, label="✗", fontcolor=red];`)]
      : []),
    ...[...edges('entry', entry), ...steps.flatMap((step, i) => edges(i, step))].map(([from, to, style]) =>
      line(`${node(from)} -> ${node(to)}${style === '' ? '' : ` [${style}]`};`),
    ),
    '  }',
  ];
}

type Edge = readonly [from: string | number, to: string | number, style: string];

function edges(from: string | number, step: Step): readonly Edge[] {
  return [
    ...[...step.next].map(([to, passed]): Edge => [from, to, passed > 0 ? `label="+${passed}"` : '']),
    ...(step.ends ? [[from, 'end', ''] satisfies Edge] : []),
    ...(step.fails ? [[from, 'error', 'style=dashed, color=red'] satisfies Edge] : []),
  ];
}

function attributes(point: BoundaryPoint, step: Step | undefined, names: Names): string {
  const last = point.frames.at(-1);
  const caller = point.frames.at(-2);
  const title = last === undefined ? '?' : `${last.function}:${last.span.line}`;
  const label = caller === undefined ? title : `${title}\nfrom ${caller.function}:${caller.span.line}`;
  const rest = point.rest === null ? '' : `\nrests while ${exprText(point.rest, names)}`;
  const parts = [`label=${quote(label + rest)}`, `tooltip=${quote(framesText(point.frames))}`];
  if (step?.blocks === true) parts.push('shape=house');
  if (point.rest !== null) parts.push('peripheries=2');
  return parts.join(', ');
}

interface Step {
  /** By boundary that it may end at: the most boundaries that it passes on the way. */
  readonly next: ReadonlyMap<number, number>;
  readonly ends: boolean;
  readonly fails: boolean;
  readonly blocks: boolean;
}

function stepFrom(process: ProcessGraph, start: number): Step {
  const next = new Map<number, number>();
  const passedAt = new Map<number, number>([[start, 0]]);
  const stack = [start];
  let [ends, fails, blocks] = [false, false, false];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    const block = process.blocks[at];
    if (block === undefined) continue;
    const passed = (passedAt.get(at) ?? 0) + (block.end.to === 'passed' ? 1 : 0);
    fails ||= block.end.to === 'failure' || block.instrs.some((instr) => instr.do === 'check');
    ends ||= block.end.to === 'end';
    blocks ||= block.end.to === 'disabled' || block.end.to === 'choose';
    if (block.end.to === 'boundary')
      next.set(block.end.boundary, Math.max(passed, next.get(block.end.boundary) ?? 0));
    for (const to of stepSuccessors(block.end))
      if (!passedAt.has(to)) {
        passedAt.set(to, passed);
        stack.push(to);
      }
  }
  return { next, ends, fails, blocks };
}

function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}
