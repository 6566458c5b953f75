/** From a program and a scenario's request to the graph that is explored: layout, inlining, then the passes. */
import type { Expr, Graph, PredicateGraph, ProcessGraph } from '../ir/graph.js';
import type * as ir from '../ir/program.js';
import { flowOfProcess } from '../ir/traverse.js';
import { compact, compactFailures, predicateOf, processOf } from './compact.js';
import { type Binding, Context } from './context.js';
import { reportCrossings, withoutTokens } from './crossings.js';
import { Diagnostics } from './diagnostics.js';
import { Inliner } from './inline.js';
import { booleanShape, type Configuration, encode, layout, type Shape, Shapes } from './layout.js';
import { allPasses, passOrder, type Passes } from './passes.js';

export interface GraphRequest {
  readonly config: Configuration;
  readonly processes: readonly {
    readonly name: string;
    readonly function: string;
    readonly args: readonly (number | boolean | string)[];
  }[];
  readonly invariants: readonly { readonly id: string; readonly function: string }[];
  /** Predicates of two states: before and after a step. */
  readonly stepPredicates: readonly { readonly id: string; readonly function: string }[];
  readonly witnesses: readonly { readonly id: string; readonly function: string }[];
}

/** Throws an `InputError` with everything that is wrong. */
export function buildGraph(program: ir.Program, request: GraphRequest, passes?: Partial<Passes>): Graph {
  const chosen = { ...allPasses, ...passes };
  return compactFailures(
    passOrder.reduce((graph, pass) => chosen[pass](graph), inlinedGraph(program, request)),
  );
}

/** The graph before any pass. */
export function inlinedGraph(program: ir.Program, request: GraphRequest): Graph {
  const diagnostics = new Diagnostics();
  const shapes = new Shapes(request.config, diagnostics);
  const { shape, cells } = layout(program.root, shapes, diagnostics);
  // Without a layout there is nothing that the rest could be checked against.
  diagnostics.throwIfAny();
  const context = new Context(program, shapes, shape, cells, diagnostics);
  const processes = request.processes.map((each, i) => inlineProcess(context, each, i));
  const predicate = ({ id, function: name }: { id: string; function: string }): PredicateGraph =>
    inlinePredicate(context, id, name);
  const graph = {
    cells,
    processes,
    failures: context.failures,
    invariants: request.invariants.map(predicate),
    stepPredicates: request.stepPredicates.map(predicate),
    witnesses: request.witnesses.map(predicate),
  };
  diagnostics.throwIfAny();
  return compactFailures(graph);
}

function inlineProcess(
  context: Context,
  spec: GraphRequest['processes'][number],
  position: number,
): ProcessGraph {
  const fn = functionOf(context, spec.function, `process \`${spec.name}\``);
  const [root, ...parameters] = fn.variables.slice(0, fn.parameters);
  const bindings: Binding[] = root === undefined ? [] : [rootBinding(context.root, false)];
  if (parameters.length !== spec.args.length)
    context.diagnostics.add(
      fn.span,
      `process \`${spec.name}\` gives ${spec.args.length} arguments to \`${fn.name}\`, which takes ${parameters.length} after the state`,
      'Give one argument for each parameter behind the first.',
    );
  for (const [i, parameter] of parameters.entries())
    bindings.push(argumentBinding(context, spec.name, fn, parameter, spec.args[i]));
  const inliner = new Inliner(context, { function: fn, bindings, process: position });
  inliner.run(null);
  const process: ProcessGraph = {
    name: spec.name,
    entry: 0,
    blocks: inliner.emitter.finish(),
    boundaries: inliner.boundaries,
    locals: inliner.emitter.locals,
  };
  reportInitialFailures(context, process);
  const reachable = processOf(spec.name, compact(flowOfProcess(process)));
  reportCrossings(reachable, context.diagnostics);
  return processOf(spec.name, withoutTokens(flowOfProcess(reachable)));
}

function inlinePredicate(context: Context, id: string, name: string): PredicateGraph {
  const fn = functionOf(context, name, `predicate \`${id}\``);
  const bindings = Array.from({ length: fn.parameters }, (_, i) =>
    rootBinding(context.root, i === 0 && fn.parameters === 2),
  );
  const inliner = new Inliner(context, { function: fn, bindings, process: null });
  const { emitter } = inliner;
  const result = emitter.newLocal(`${fn.name}.result`, fn.span, booleanShape.domain, 'call');
  const leaves: readonly Expr[] = [{ op: 'local', local: result }];
  inliner.run({ leaves, before: false, base: 0, indexes: [], shape: booleanShape });
  const flow = { entry: 0, blocks: emitter.finish(), boundaries: [], locals: emitter.locals, result };
  return predicateOf(id, compact(withoutTokens(flow)));
}

function functionOf(context: Context, id: string, what: string): ir.Function {
  const fn = context.program.functions[id];
  if (fn !== undefined) return fn;
  context.diagnostics.add(null, `${what} runs \`${id}\`, which the model does not have`, 'Correct the name.');
  context.diagnostics.throwIfAny();
  throw new RangeError(id);
}

function rootBinding(shape: Shape, before: boolean): Binding {
  return { place: { leaves: null, before, base: 0, indexes: [], shape }, token: null, toValue: false };
}

function argumentBinding(
  context: Context,
  process: string,
  fn: ir.Function,
  parameter: ir.Variable,
  argument: number | boolean | string | undefined,
): Binding {
  const shape = context.shapes.of(parameter.type, parameter.name, parameter.span);
  const value = argument === undefined || shape.kind !== 'scalar' ? null : encode(argument, shape);
  const domain = shape.kind === 'scalar' ? shape.domain : null;
  const outside = value !== null && domain !== null && (value < domain.lo || value > domain.hi);
  if (argument !== undefined && (value === null || outside))
    context.diagnostics.add(
      parameter.span,
      `process \`${process}\` gives ${JSON.stringify(argument)} to \`${parameter.name}\` of \`${fn.name}\`, which cannot be that`,
      domain === null
        ? 'Give it an integer.'
        : `Give it one of ${domain.names?.join(', ') ?? `${domain.lo}..${domain.hi}`}.`,
    );
  const leaves: readonly Expr[] = [{ op: 'const', value: value ?? 0 }];
  return { place: { leaves, before: false, base: 0, indexes: [], shape }, token: null, toValue: false };
}

/** What runs before the first step runs on constants: an error there is certain, and no trace could show it. */
function reportInitialFailures(context: Context, process: ProcessGraph): void {
  const seen = new Set<number>();
  const stack = [process.entry];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    const end = process.blocks[at]?.end;
    if (end?.to === 'block') stack.push(end.block);
    else if (end?.to === 'branch') stack.push(end.then, end.else);
    else if (end?.to === 'failure') {
      const failure = context.failures[end.failure];
      context.diagnostics.add(
        failure?.frames.at(-1)?.span ?? null,
        `process \`${process.name}\` fails before its first yield: ${failure?.message ?? ''}`,
        'Correct its arguments, or put a `yield` before it to see it as a model error.',
      );
    }
  }
}
