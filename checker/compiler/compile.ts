/** From a loaded scenario to the machine that the engine explores: front end, passes, code generation. */
import { digestOf, remembered, rememberedLater } from '../build-cache.js';
import { initialState } from '../direct/schema.js';
import { type Diagnostic, InputError } from '../diagnostics.js';
import type { Declaration } from '../workspace/evaluate.js';
import { spanOfConfiguration, type Scenario } from '../workspace/scenarios.js';
import { reachedHash } from '../workspace/sources.js';
import { suggestion } from '../workspace/suggest.js';
import { generateMachine, machineSource } from './codegen/javascript.js';
import { pack } from './codegen/packing.js';
import type { FrontEnd } from './frontend/frontend.js';
import type { Graph } from './ir/graph.js';
import type { Program, RecordType, Scalar } from './ir/program.js';
import type { Machine } from './machine.js';
import { buildGraph, type Configuration, type GraphRequest, identity, type Passes } from './passes/index.js';

export interface CompiledScenario {
  readonly program: Program;
  readonly graph: Graph;
  readonly machine: Machine;
  /** The type of the root state. */
  readonly root: RecordType;
  readonly configuration: Configuration;
  /** The same for what was compiled from the same: a key under which to remember what is made of it. */
  readonly origin: string;
}

/** What is to be asked: the properties of states and steps, the temporal ones, or all of them by somebody else. */
export type Purpose = 'properties' | 'temporal' | 'export';

/** The passes that may be switched off to see what they are good for. */
export interface OptionalPasses {
  readonly merging: boolean;
  readonly liveness: boolean;
}

/**
 * Whatever was compiled before, in this run of the program or another, comes from the store.
 * @throws InputError with everything that is wrong with the model or the scenario
 */
export async function compileScenario(
  scenario: Scenario,
  optional: OptionalPasses = { merging: true, liveness: true },
  question: Purpose = 'properties',
): Promise<CompiledScenario> {
  const { program, configuration } = await loweredOf(scenario);
  const request = requestOf(scenario, program, configuration, question);
  // Not by the sources: what changes in a scenario's file is mostly about another scenario.
  const passes = {
    ...(!optional.merging && { merge: identity }),
    ...(!optional.liveness && { slots: identity, liveness: identity }),
  };
  const origin = digestOf([program, request, Object.keys(passes)]);
  const graph = remembered('graph', [origin], () => buildGraph(program, request, passes));
  const packing = pack(graph);
  const source = remembered('code', [origin], () => machineSource(graph, packing, false));
  const machine = generateMachine(graph, initialState(scenario, program.root), packing, source);
  return { program, graph, machine, root: program.root, configuration, origin };
}

export type Lowered = Pick<CompiledScenario, 'program' | 'configuration'>;

/** The first stage: the program of what the scenario runs, for the configuration that it gives. */
export async function loweredOf(scenario: Scenario): Promise<Lowered> {
  const { sources, file } = scenario;
  const functions = functionsOf(scenario);
  const inputs = [reachedHash(sources, [file, ...functions.map((each) => each.file)]), functions, file];
  const program = await rememberedLater('program', inputs, async () =>
    (await sharedFrontEnd()).program(sources, functions, [file]),
  );
  return { program, configuration: checkedConfiguration(scenario, program) };
}

/**
 * The same with a front end at hand, remembering nothing.
 * @param passes wrong ones, for tests
 */
export function compileWith(
  frontEnd: Pick<FrontEnd, 'program'>,
  scenario: Scenario,
  passes: Partial<Passes> = {},
): CompiledScenario {
  const program = frontEnd.program(scenario.sources, functionsOf(scenario), [scenario.file]);
  const configuration = checkedConfiguration(scenario, program);
  const graph = buildGraph(program, requestOf(scenario, program, configuration), passes);
  const machine = generateMachine(graph, initialState(scenario, program.root));
  return { program, graph, machine, root: program.root, configuration, origin: digestOf(graph) };
}

let frontEnd: Promise<FrontEnd> | null = null;

/**
 * One for all: files that do not change from scenario to scenario are parsed once. Loaded only when it is needed, because
 * that takes longer than checking a small scenario.
 */
function sharedFrontEnd(): Promise<FrontEnd> {
  frontEnd ??= import('./frontend/frontend.js').then((module) => new module.FrontEnd());
  return frontEnd;
}

function functionsOf({ roots }: Scenario): Declaration[] {
  return [...roots.processes, ...roots.invariants, ...roots.steps, ...roots.witnesses, ...roots.atoms];
}

/** What the graph of a scenario is to contain. */
export function requestOf(
  scenario: Scenario,
  program: Program,
  config: Configuration,
  purpose: Purpose = 'properties',
): GraphRequest {
  const { spec, roots } = scenario;
  const idOf = ({ file, name }: { readonly file: string; readonly name: string }): string =>
    program.functions[`${file}#${name}`] === undefined ? name : `${file}#${name}`;
  const predicate = (each: { readonly property: string; readonly file: string; readonly name: string }) => ({
    id: each.property,
    function: idOf(each),
  });
  const predicates = rootsFor(purpose, roots);
  return {
    config,
    processes: spec.processes.map(({ name, args }, index) => {
      const operation = roots.processes[index];
      return { name, function: operation === undefined ? '' : idOf(operation), args };
    }),
    invariants: predicates.invariants.map(predicate),
    stepPredicates: predicates.steps.map(predicate),
    witnesses: predicates.witnesses.map((each) => ({ id: each.name, function: idOf(each) })),
  };
}

function rootsFor(
  purpose: Purpose,
  roots: Scenario['roots'],
): Pick<Scenario['roots'], 'invariants' | 'steps' | 'witnesses'> {
  if (purpose === 'properties') return roots;
  const temporal = temporalRoots(roots);
  // Others are told nothing of witnesses; atoms about steps they have no words for.
  return purpose === 'temporal'
    ? temporal
    : { ...roots, witnesses: [...roots.witnesses, ...temporal.witnesses] };
}

/** The atoms of temporal formulas in the place of what a search for violations looks at: it may ask how each state and step is. */
function temporalRoots({
  atoms,
}: Scenario['roots']): Pick<Scenario['roots'], 'invariants' | 'steps' | 'witnesses'> {
  const named = atoms.map((each, index) => ({ ...each, property: `atom ${index}` }));
  return {
    invariants: [],
    steps: named.filter((each) => each.of === 'step'),
    witnesses: named.filter((each) => each.of === 'state'),
  };
}

/** The scenario's configuration, which must have every member that the model declares, and no others. */
function checkedConfiguration(scenario: Scenario, program: Program): Configuration {
  const config = scenario.spec.config as Configuration;
  const declared = new Map((program.configuration ?? []).map(({ name, type }) => [name, type]));
  const problems: Diagnostic[] = [];
  const complain = (member: string | null, message: string, advice: string) =>
    problems.push({ span: spanOfConfiguration(scenario, member), message, advice });
  for (const [name, type] of declared) {
    const value = config[name];
    if (value === undefined)
      complain(null, `config has no ${name}`, `The model declares ${describe(type)}: give it.`);
    else if (!fits(value, type))
      complain(name, `config.${name} is ${JSON.stringify(value)}`, `Give ${describe(type)}.`);
  }
  for (const name of Object.keys(config)) {
    if (!declared.has(name))
      complain(name, `the model has no config.${name}`, suggestion(name, declared.keys()));
  }
  if (problems.length > 0) throw new InputError(problems);
  return config;
}

function fits(value: number | boolean | string, type: Scalar): boolean {
  if (type.kind === 'bool') return typeof value === 'boolean';
  if (type.kind === 'enum') return type.values.includes(String(value));
  return Number.isInteger(value);
}

function describe(type: Scalar): string {
  if (type.kind === 'bool') return 'a boolean';
  return type.kind === 'enum' ? `one of ${type.values.join(', ')}` : 'an integer';
}
