/** Predicates over states as functions: invariants over one, step predicates over two. */
import type { Graph, PredicateGraph } from '../../compiler/ir/graph.js';
import { blockExprs, flowOfPredicate, visitExpr } from '../../compiler/ir/traverse.js';
import { hasBit, liveness } from '../../compiler/passes/live.js';
import { indented, linesOf, writeStep } from './control.js';
import type { Declared } from './declarations.js';
import { murphiPrinter } from './dialect.js';
import { when } from './steps.js';

export interface PredicateText {
  readonly name: string;
  /** Fields of the root record that it wants as they were before the step, in the order of its parameters. */
  readonly before: readonly string[];
  /** Fields of the root record that it reads at all. */
  readonly reads: ReadonlySet<string>;
  readonly text: string;
}

/** A predicate that fails to be evaluated counts as false. */
export function writePredicate(declared: Declared, predicate: PredicateGraph): PredicateText {
  const { kinds, names, field, typeOf, model } = declared;
  const { blocks, locals, entry, result } = predicate;
  const { before, reads } = rootsOf(predicate, model.graph.cells);
  const scope = kinds.scope(predicate);
  const name = names.globals.fresh(`${predicate.name}_holds`);
  const own = names.globals.inner();
  const parameters = new Map(before.map((root) => [root, own.fresh(`before_${field(root, 0)}`)]));
  const variables = locals.map(({ name: local }) => own.fresh(local.slice(local.indexOf('.') + 1)));
  const printer = murphiPrinter(declared, {
    locals: declared.ranged(predicate),
    scope,
    local: (local) => variables[local] ?? 'result',
    root: (root, isBefore) => (isBefore ? parameters.get(root) : undefined) ?? field(root, 0),
  });
  const failed = ['return false;'];
  const written = writeStep(entry, {
    blocks,
    isExcluded: () => false,
    leaving: 'by itself',
    statements: (at) =>
      (blocks[at]?.instrs ?? [])
        .flatMap((instr) => {
          if (instr.do === 'check') return when(printer.falsity(instr.test), failed);
          if (instr.do === 'store') throw new RangeError(`predicate ${predicate.name} stores`);
          return [`${variables[instr.local]} := ${printer.value(instr.value, scope.local(instr.local))};`];
        })
        .map((line) => ({ line })),
    stop: ({ to }) => (to === 'end' ? [`return ${printer.truth({ op: 'local', local: result })};`] : failed),
  });
  const code = linesOf(written.code, printer.wording);
  const live = liveness(flowOfPredicate(predicate)).atStart(entry);
  const initial = locals.flatMap(({ domain }, i) => {
    if (!hasBit(live, i)) return [];
    const zero = printer.value({ op: 'const', value: domain?.lo ?? 0 }, scope.local(i));
    return [`${variables[i]} := ${zero};`];
  });
  const types = declared
    .ranged(predicate)
    .map(({ domain }, i) => `${variables[i]}: ${typeOf(scope.local(i), domain)};`);
  if (written.usesNext) {
    types.push(`next: 0..${blocks.length};`);
    initial.push(`next := ${blocks.length};`);
  }
  const formal = [...parameters].map(
    ([root, parameter]) => `${parameter}: ${declared.rootTypes.get(root) ?? 'boolean'}`,
  );
  const text = [
    `function ${name}(${formal.join('; ')}): boolean;`,
    'var',
    ...indented(types),
    'begin',
    ...indented([...initial, ...code]),
    'end;',
  ].join('\n');
  return { name, before, reads, text };
}

function rootsOf(
  { blocks }: PredicateGraph,
  cells: Graph['cells'],
): { readonly before: readonly string[]; readonly reads: ReadonlySet<string> } {
  const before = new Set<string>();
  const reads = new Set<string>();
  for (const block of blocks)
    for (const expr of blockExprs(block))
      visitExpr(expr, (each) => {
        if (each.op !== 'load') return;
        const root = String(cells[each.ref.base]?.path[0]);
        reads.add(root);
        if (each.state === 'before') before.add(root);
      });
  return { before: [...before], reads };
}
