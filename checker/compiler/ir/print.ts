/** A graph as text for people: the state, and for each process its boundaries and the code of the steps from them. */
import type {
  Block,
  BoundaryPoint,
  Failure,
  Frame,
  Graph,
  Instr,
  PredicateGraph,
  ProcessGraph,
  Terminator,
} from './graph.js';
import { domainText, exprText, type Names, namesOf, refText, textIn } from './text.js';

export function printGraph(graph: Graph): string {
  const state = namesOf(graph.cells, []);
  const cells = graph.cells.map(
    (cell, i) => `  ${refText({ base: i, indexes: [] }, state)}: ${domainText(cell.domain)}`,
  );
  const predicates = [
    ...graph.invariants.map((each) => printPredicate('invariant', each, graph)),
    ...graph.stepPredicates.map((each) => printPredicate('step predicate', each, graph)),
    ...graph.witnesses.map((each) => printPredicate('witness', each, graph)),
  ];
  const processes = graph.processes.map((each) => printProcess(each, graph));
  return `${[['state', ...cells], ...processes, ...predicates].map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** `tdp_mmu.ts:12 zap_leafs > locks.ts:3 write_lock`, outermost first. */
export function framesText(frames: readonly Frame[]): string {
  return frames.map(({ function: name, span }) => `${shortFile(span.file)}:${span.line} ${name}`).join(' > ');
}

function printProcess(process: ProcessGraph, graph: Graph): readonly string[] {
  const names = namesOf(graph.cells, process.locals);
  const headings = new Map<number, string[]>([[process.entry, ['  entry:']]]);
  for (const [i, point] of process.boundaries.entries()) {
    const lines = headings.get(point.block) ?? [];
    headings.set(point.block, [...lines, ...boundaryHeading(i, point, names)]);
  }
  return [
    `process ${process.name}`,
    ...printLocals(process.locals, names),
    ...printBlocks(process.blocks, headings, names, graph.failures),
  ];
}

function printPredicate(kind: string, predicate: PredicateGraph, graph: Graph): readonly string[] {
  const names = namesOf(graph.cells, predicate.locals);
  const result = names.localNames[predicate.result] ?? '';
  return [
    `${kind} ${predicate.name}: ${result} of`,
    ...printBlocks(predicate.blocks, new Map([[predicate.entry, []]]), names, graph.failures),
  ];
}

function printLocals(locals: ProcessGraph['locals'], names: Names): readonly string[] {
  // Those without a domain live within one step and say nothing about the state.
  return locals.flatMap(({ domain, name }, i) =>
    domain === null ? [] : [`  local ${names.localNames[i]}: ${domainText(domain)}, which is ${name}`],
  );
}

function boundaryHeading(index: number, point: BoundaryPoint, names: Names): readonly string[] {
  const rest = point.rest === null ? [] : [`    rests while ${exprText(point.rest, names)}`];
  return [`  boundary ${index}: ${framesText(point.frames)}`, ...rest];
}

function printBlocks(
  blocks: readonly Block[],
  headings: ReadonlyMap<number, readonly string[]>,
  names: Names,
  failures: readonly Failure[],
): readonly string[] {
  return blocks.flatMap((block, i) => [
    ...(headings.get(i) ?? []),
    `    b${i}:`,
    ...block.instrs.map((instr) => `      ${instrText(instr, names, failures)}`),
    `      ${endText(block.end, names, failures)}`,
  ]);
}

function instrText(instr: Instr, names: Names, failures: readonly Failure[]): string {
  switch (instr.do) {
    case 'set': {
      const domain = names.locals[instr.local]?.domain ?? null;
      return `${names.localNames[instr.local]} = ${textIn(instr.value, domain, names)}`;
    }
    case 'store': {
      const domain = names.cells[instr.ref.base]?.domain ?? null;
      return `${refText(instr.ref, names)} = ${textIn(instr.value, domain, names)}`;
    }
    case 'check':
      return `check ${exprText(instr.test, names)} else ${failureText(failures[instr.failure])}`;
    default:
      return instr satisfies never;
  }
}

function endText(end: Terminator, names: Names, failures: readonly Failure[]): string {
  switch (end.to) {
    case 'block':
      return `goto b${end.block}`;
    case 'passed':
      return `pass a boundary, goto b${end.block}`;
    case 'branch':
      return `if (${exprText(end.test, names)}) goto b${end.then} else b${end.else}`;
    case 'choose':
      return `${names.localNames[end.local]} = any below ${exprText(end.count, names)}, goto b${end.block}`;
    case 'boundary':
      return `stop at boundary ${end.boundary}`;
    case 'end':
      return 'end';
    case 'disabled':
      return 'disabled';
    case 'failure':
      return `fail: ${failureText(failures[end.failure])}`;
    default:
      return end satisfies never;
  }
}

function failureText(failure: Failure | undefined): string {
  if (failure === undefined) return '?';
  const { kind, property, message, frames } = failure;
  const last = frames.at(-1);
  const where = last === undefined ? '' : ` (${shortFile(last.span.file)}:${last.span.line})`;
  return `${property === null ? kind : `${kind} ${property}`}: ${message}${where}`;
}

function shortFile(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}
