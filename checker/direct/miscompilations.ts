/**
 * Wrong versions of every part of the compiler, each with a mistake that such a part is apt to make. The differential test
 * must find them all.
 */
import type { Packing } from '../compiler/codegen/packing.js';
import type { Block, Expr, Graph, Instr, ProcessGraph } from '../compiler/ir/graph.js';
import type { Function, Program, Stmt } from '../compiler/ir/program.js';
import {
  blockExprs,
  mapExpr,
  mapInstr,
  mapTerminator,
  stepSuccessors,
  visitLoads,
} from '../compiler/ir/traverse.js';
import { allPasses, type Passes } from '../compiler/passes/index.js';

export interface Miscompilation {
  readonly program?: (program: Program) => Program;
  readonly passes?: Partial<Passes>;
  readonly packing?: (packing: Packing) => Packing;
}

export const miscompilations: Readonly<Record<string, Miscompilation>> = {
  'inlining: a return does not leave the function': { program: withoutReturns },
  'inlining: the frames of a recursion share their locals': {
    passes: { fold: (graph) => allPasses.fold(mapProcesses(graph, withSharedFrames)) },
  },
  'folding: at most counts as less than': {
    passes: { fold: (graph) => mapExprs(allPasses.fold(graph), strict) },
  },
  'folding: a check that may fail is taken to hold': {
    passes: { fold: (graph) => mapBlocks(allPasses.fold(graph), withoutChecks) },
  },
  'merging: a step that reads the shared state counts as local': {
    passes: { merge: (graph) => mapProcesses(graph, (process) => mergedAt(process, isReading)) },
  },
  'merging: a step that writes the shared state counts as local': {
    passes: { merge: (graph) => mapProcesses(graph, (process) => mergedAt(process, isWriting)) },
  },
  'slots: two locals that are live together share a slot': {
    passes: { slots: (graph) => mapProcesses(allPasses.slots(graph), withSharedSlot) },
  },
  'liveness: what is read in a later step counts as dead': {
    passes: { liveness: (graph) => mapProcesses(allPasses.liveness(graph), withEverythingReset) },
  },
  'packing: a field is one bit too narrow': { packing: withNarrowFields },
  'packing: two fields overlap': { packing: withOverlap },
};

function mapProcesses(graph: Graph, change: (process: ProcessGraph) => ProcessGraph): Graph {
  return { ...graph, processes: graph.processes.map(change) };
}

function mapBlocks(graph: Graph, change: (block: Block) => Block): Graph {
  return mapProcesses(graph, (process) => ({ ...process, blocks: process.blocks.map(change) }));
}

function mapExprs(graph: Graph, change: (expr: Expr) => Expr): Graph {
  return mapBlocks(graph, ({ instrs, end }) => ({
    instrs: instrs.map((instr) => mapInstr(instr, change)),
    end: mapTerminator(end, change),
  }));
}

function withoutReturns(program: Program): Program {
  const without = (body: readonly Stmt[], last: boolean): Stmt[] =>
    body.flatMap((statement, index): Stmt[] => {
      if (statement.do === 'return') return last && index === body.length - 1 ? [statement] : [];
      if (statement.do !== 'if') return [statement];
      return [{ ...statement, then: without(statement.then, false), else: without(statement.else, false) }];
    });
  const functions = Object.entries(program.functions).map(([id, each]): [string, Function] => [
    id,
    id.startsWith('process') ? each : { ...each, body: without(each.body, true) },
  ]);
  return { ...program, functions: Object.fromEntries(functions) };
}

function withSharedFrames(process: ProcessGraph): ProcessGraph {
  const names = process.locals.map(({ name }) => name);
  return renamed(process, (local) => names.indexOf(names[local] ?? ''));
}

function withSharedSlot(process: ProcessGraph): ProcessGraph {
  const slots = process.locals.flatMap(({ domain }, local) => (domain === null ? [] : [{ local, domain }]));
  const first = slots[0];
  const second = slots.find(
    ({ local, domain }) =>
      local !== first?.local && domain.lo === first?.domain.lo && domain.hi === first.domain.hi,
  );
  if (first === undefined || second === undefined) return process;
  return renamed(process, (local) => (local === second.local ? first.local : local));
}

function renamed(process: ProcessGraph, of: (local: number) => number): ProcessGraph {
  const inExpr = (expr: Expr): Expr => (expr.op === 'local' ? { ...expr, local: of(expr.local) } : expr);
  const blocks = process.blocks.map(({ instrs, end }): Block => {
    const to = mapTerminator(end, inExpr);
    return {
      instrs: instrs.map((each): Instr => {
        const instr = mapInstr(each, inExpr);
        return instr.do === 'set' ? { ...instr, local: of(instr.local) } : instr;
      }),
      end: to.to === 'choose' ? { ...to, local: of(to.local) } : to,
    };
  });
  const boundaries = process.boundaries.map((point) => ({
    ...point,
    rest: point.rest === null ? null : mapExpr(point.rest, inExpr),
  }));
  return { ...process, blocks, boundaries };
}

function strict(expr: Expr): Expr {
  if (expr.op !== 'binary') return expr;
  if (expr.operator === '<=') return { ...expr, operator: '<' };
  return expr.operator === '>=' ? { ...expr, operator: '>' } : expr;
}

function withoutChecks(block: Block): Block {
  return { ...block, instrs: block.instrs.filter(({ do: kind }) => kind !== 'check') };
}

type Test = (block: Block) => boolean;

const isWriting: Test = ({ instrs }) => instrs.every(({ do: kind }) => kind !== 'check');
const isReading: Test = (block) => {
  let loads = 0;
  for (const expr of blockExprs(block)) visitLoads(expr, () => loads++);
  return loads > 0 && block.instrs.every(({ do: kind }) => kind === 'set');
};

/** Takes out the first boundary whose step is one straight piece of code that passes the test. */
function mergedAt(process: ProcessGraph, test: Test): ProcessGraph {
  const atEntry = new Set(
    process.blocks.map(({ end }) => (end.to === 'boundary' ? end.boundary : -1)).slice(0, 1),
  );
  const found = process.boundaries.findIndex(({ block, rest }, index) => {
    const only = process.blocks[block];
    if (only === undefined || rest !== null || atEntry.has(index)) return false;
    const { end } = only;
    const goesOn = (end.to === 'boundary' && end.boundary !== index) || end.to === 'end';
    return goesOn && stepSuccessors(end).length === 0 && only.instrs.length > 0 && test(only);
  });
  const point = process.boundaries[found];
  if (point === undefined) return process;
  const blocks = process.blocks.map((block): Block => {
    if (block.end.to !== 'boundary' || block.end.boundary !== found) return block;
    return { ...block, end: { to: 'passed', block: point.block } };
  });
  return { ...process, blocks };
}

function withEverythingReset(process: ProcessGraph): ProcessGraph {
  const resets = process.locals.flatMap(({ domain }, local): Instr[] =>
    domain === null ? [] : [{ do: 'set', local, value: { op: 'const', value: domain.lo } }],
  );
  const blocks = process.blocks.map((block): Block => {
    return block.end.to === 'boundary' ? { ...block, instrs: [...block.instrs, ...resets] } : block;
  });
  return { ...process, blocks };
}

function withNarrowFields(packing: Packing): Packing {
  const cells = packing.cells.map((field) =>
    field.width < 3 ? field : { ...field, width: field.width - 1 },
  );
  return { ...packing, cells };
}

function withOverlap(packing: Packing): Packing {
  const [first, second, ...others] = packing.cells;
  if (first === undefined || second === undefined) return packing;
  return { ...packing, cells: [first, { ...second, word: first.word, shift: first.shift }, ...others] };
}
