/**
 * A slow, obvious interpreter of graphs: the referee that passes and generated code are tested against. It follows
 * the definitions in graph.ts word by word and has no other virtue.
 */
import type { StateTree } from '../machine.js';
import type { Block, Cell, CellRef, Domain, Expr, Graph, Local, PredicateGraph } from './graph.js';
import { applyBinary, applyUnary, INT_MAX, INT_MIN } from './operators.js';

export interface InterpretedState {
  readonly cells: readonly number[];
  readonly processes: readonly {
    /** The boundary where the process stands, or null where it has finished. */
    readonly boundary: number | null;
    readonly locals: readonly number[];
  }[];
}

export interface InterpretedTransition {
  readonly process: number;
  readonly boundary: number;
  readonly choices: readonly number[];
  /** How many boundaries the step ran through, its own included. */
  readonly boundaries: number;
  /** Null if the step ended in a model error. */
  readonly target: InterpretedState | null;
  readonly failure: number | null;
  readonly resting: boolean;
}

/** Steps with more blocks than this are taken to run for ever. */
const BLOCK_LIMIT = 100_000;

/** The state in which every process stands at its first boundary. */
export function initialState(graph: Graph, tree: StateTree): InterpretedState {
  const cells = graph.cells.map((cell) => cellValue(cell, tree));
  const processes = graph.processes.map((process) => {
    const endings = [
      ...run({ ...process, cells: graph.cells }, process.entry, unset(process.locals), cells, 0),
    ];
    const ending = endings[0];
    if (endings.length !== 1 || ending === undefined || ending.failure !== null)
      throw new Error(`process ${process.name} cannot be made`);
    return { boundary: ending.boundary, locals: kept(process.locals, ending.locals) };
  });
  return { cells, processes };
}

/** All transitions of a state, by process and then by choices. */
export function transitions(graph: Graph, state: InterpretedState): readonly InterpretedTransition[] {
  return graph.processes.flatMap((process, i) => {
    const own = state.processes[i];
    const point = own?.boundary == null ? undefined : process.boundaries[own.boundary];
    if (own?.boundary == null || point === undefined) return [];
    const { boundary } = own;
    const resting = isResting(graph, state, i);
    return [...run({ ...process, cells: graph.cells }, point.block, own.locals, state.cells, 1)].map(
      (ending) => ({
        process: i,
        boundary,
        choices: ending.choices,
        boundaries: ending.passed,
        resting,
        failure: ending.failure,
        target:
          ending.failure !== null
            ? null
            : {
                cells: ending.cells,
                processes: state.processes.map((each, j) =>
                  i === j ? { boundary: ending.boundary, locals: kept(process.locals, ending.locals) } : each,
                ),
              },
      }),
    );
  });
}

/** Whether a process is at a boundary where it may stay. */
export function isResting(graph: Graph, state: InterpretedState, process: number): boolean {
  const own = state.processes[process];
  const point = own?.boundary == null ? undefined : graph.processes[process]?.boundaries[own.boundary];
  if (own === undefined || point === undefined || point.rest === null) return false;
  return evaluate(point.rest, own.locals, state.cells, state.cells) !== 0;
}

/** The value of a predicate, or the failure that evaluating it ends in. */
export function evaluatePredicate(
  predicate: PredicateGraph,
  state: InterpretedState,
  before: InterpretedState = state,
): { readonly value: boolean; readonly failure: number | null } {
  const flow = { ...predicate, cells: [] };
  const endings = [...run(flow, predicate.entry, unset(predicate.locals), state.cells, 0, before.cells)];
  const ending = endings[0];
  if (endings.length !== 1 || ending === undefined) throw new Error(`${predicate.name} has no single value`);
  return { value: ending.locals[predicate.result] !== 0, failure: ending.failure };
}

/** The value of an expression. */
export function evaluate(
  expr: Expr,
  locals: readonly number[],
  cells: readonly number[],
  before: readonly number[],
): number {
  const value = (each: Expr): number => evaluate(each, locals, cells, before);
  switch (expr.op) {
    case 'const':
      return expr.value;
    case 'local':
      return defined(locals[expr.local], `local ${expr.local}`);
    case 'load':
      return defined((expr.state === 'before' ? before : cells)[address(expr.ref, value)], 'cell');
    case 'unary':
      return applyUnary(expr.operator, value(expr.operand));
    case 'binary':
      if (expr.operator === '&&') return value(expr.left) === 0 ? 0 : value(expr.right);
      if (expr.operator === '||') return value(expr.left) !== 0 ? 1 : value(expr.right);
      return applyBinary(expr.operator, value(expr.left), value(expr.right));
    case 'conditional':
      return value(expr.test) !== 0 ? value(expr.then) : value(expr.else);
    case 'recode':
      return defined(expr.table[value(expr.operand) - expr.lo] ?? undefined, 'recoded value');
    default:
      return expr satisfies never;
  }
}

/** The blocks that run, with what they may write to. */
interface Running {
  readonly blocks: readonly Block[];
  readonly locals: readonly Local[];
  readonly cells: readonly Cell[];
}

interface Ending {
  readonly cells: readonly number[];
  readonly locals: readonly number[];
  readonly boundary: number | null;
  readonly failure: number | null;
  readonly choices: readonly number[];
  readonly passed: number;
}

function* run(
  flow: Running,
  start: number,
  startLocals: readonly number[],
  startCells: readonly number[],
  boundariesBefore: number,
  before: readonly number[] = startCells,
  choicesBefore: readonly number[] = [],
): Generator<Ending> {
  const locals = [...startLocals];
  const cells = [...startCells];
  const choices = choicesBefore;
  let passed = boundariesBefore;
  let at = start;
  const value = (expr: Expr): number => evaluate(expr, locals, cells, before);
  const ending = (boundary: number | null, failure: number | null): Ending => ({
    cells,
    locals,
    boundary,
    failure,
    choices,
    passed,
  });
  for (let count = 0; count < BLOCK_LIMIT; count++) {
    const block = flow.blocks[at];
    if (block === undefined) throw new RangeError(`no block ${at}`);
    const failure = execute(block, flow, locals, cells, value);
    if (failure !== null) return yield ending(null, failure);
    const { end } = block;
    switch (end.to) {
      case 'block':
        at = end.block;
        break;
      case 'passed':
        passed++;
        at = end.block;
        break;
      case 'branch':
        at = value(end.test) !== 0 ? end.then : end.else;
        break;
      case 'choose': {
        const alternatives = value(end.count);
        if (alternatives === 1) {
          locals[end.local] = 0;
          at = end.block;
          break;
        }
        for (let i = 0; i < alternatives; i++) {
          locals[end.local] = i;
          yield* run(flow, end.block, locals, cells, passed, before, [...choices, i]);
        }
        return;
      }
      case 'boundary':
        return yield ending(end.boundary, null);
      case 'end':
        return yield ending(null, null);
      case 'failure':
        return yield ending(null, end.failure);
      case 'disabled':
        return;
      default:
        return end satisfies never;
    }
  }
  throw new Error('a step does not end');
}

/**
 * Executes the instructions of a block in place; the failure of a check that does not hold, or null. A value outside
 * its domain that no check has caught is a mistake of the compiler.
 */
function execute(
  block: Block,
  flow: Running,
  locals: number[],
  cells: number[],
  value: (expr: Expr) => number,
): number | null {
  for (const instr of block.instrs) {
    if (instr.do === 'check') {
      if (value(instr.test) === 0) return instr.failure;
    } else if (instr.do === 'set')
      locals[instr.local] = inDomain(value(instr.value), flow.locals[instr.local]?.domain);
    else {
      const result = value(instr.value);
      const at = address(instr.ref, value);
      cells[at] = inDomain(result, flow.cells[at]?.domain);
    }
  }
  return null;
}

function inDomain(value: number, domain: Domain | null | undefined): number {
  const { lo, hi } = domain ?? { lo: INT_MIN, hi: INT_MAX };
  if (!Number.isInteger(value) || value < lo || value > hi)
    throw new RangeError(`unchecked value ${value} outside ${lo}..${hi}`);
  return value;
}

function address(ref: CellRef, value: (expr: Expr) => number): number {
  let at = ref.base;
  for (const { value: index, stride, length } of ref.indexes) {
    const position = value(index);
    if (!(position >= 0 && position < length)) throw new RangeError(`unchecked index ${position}`);
    at += position * stride;
  }
  return at;
}

function unset(locals: readonly Local[]): readonly number[] {
  return locals.map(({ domain }) => domain?.lo ?? 0);
}

/** A local without a domain has no room in the state: between steps it has no value. */
function kept(locals: readonly Local[], values: readonly number[]): readonly number[] {
  return values.map((value, i) => (locals[i]?.domain == null ? 0 : value));
}

function defined(value: number | undefined, what: string): number {
  if (value === undefined) throw new RangeError(`no ${what}`);
  return value;
}

function cellValue(cell: Cell, tree: StateTree): number {
  const raw = cell.path.reduce<unknown>((at, part) => Object(at)[part], tree);
  const { lo, names } = cell.domain;
  if (names !== null) return lo + names.indexOf(String(raw));
  return Number(raw);
}
