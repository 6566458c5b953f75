/** Steps as code: what a process does from one of its boundaries to the next. */
import { rangeOf } from '../../compiler/codegen/ranges.js';
import type { Block, Expr, Instr, Local, ProcessGraph } from '../../compiler/ir/graph.js';
import { instrExprs, stepSuccessors, terminatorExpr, visitLocals } from '../../compiler/ir/traverse.js';
import { hasBit } from '../../compiler/passes/live.js';
import { localText } from '../names.js';
import { type Choices, choicesOf } from '../typed/choices.js';
import { enablingOf, hopeless } from '../typed/enabling.js';
import { INT, type Kind, type Scope } from '../typed/kinds.js';
import { linesOf, type Statement, type Writing, writeStep } from './control.js';
import { type Declared, INT32 } from './declarations.js';
import { type MurphiPrinter, murphiPrinter } from './dialect.js';

/** So many alternatives are foreseen of a step that may choose any number of times; more are an error. */
const WAYS = 512;

/** What differs between a step that is taken and one that is only tried. */
export interface StepUse {
  /** By local that has room in the state: a copy, or null for the variable itself. */
  readonly local: (local: number) => string | null;
  /** By field of the root record: a copy, or null for the variable itself. */
  readonly root: (name: string) => string | null;
  readonly stop: (boundary: number | null, block: number) => readonly string[];
  readonly fail: (failure: number) => readonly string[];
  /** A failure unless the test holds. */
  readonly check: (test: string, failure: number) => readonly string[];
  readonly disabled: readonly string[];
  /** What ends the step in blocks where nothing more is to be found out. */
  readonly settled?: { readonly blocks: ReadonlySet<number>; readonly lines: readonly string[] };
  readonly leaving: Writing['leaving'];
  /** The lines of assignments that do not refer to anything of this step. */
  readonly run: (lines: readonly string[]) => readonly string[];
}

export interface StepText {
  /** Without the condition on the program counter; null if it is always enabled. */
  readonly guard: string | null;
  readonly parameters: readonly { readonly name: string; readonly type: string }[];
  readonly variables: readonly string[];
  readonly code: readonly string[];
}

/** One boundary's step, ready to be written for several uses. */
export class StepWriter {
  readonly blocks: readonly Block[];
  /** The blocks that it may run through. */
  readonly region: readonly number[];
  readonly #parameters: readonly Local[];
  readonly #choices: Choices | null;
  readonly #guard: Expr | null;
  readonly #excluded: ReadonlySet<number>;
  readonly #scope: Scope;
  /** The locals of the process, with domains for those that have none, and the parameters. */
  readonly #locals: readonly Local[];

  constructor(
    readonly declared: Declared,
    readonly process: ProcessGraph,
    readonly index: number,
    readonly start: number,
  ) {
    const { names, kinds, model } = declared;
    this.blocks = process.blocks;
    this.region = regionFrom(process.blocks, start);
    const count = process.locals.length;
    const choices = choicesOf(process, start, model.graph.cells);
    const guard = choices && enablingOf(process, start, choices, (parameter) => count + parameter);
    this.#choices = choices;
    this.#guard = guard;
    this.#excluded = guard === null ? new Set() : hopeless(process.blocks, this.region);
    const namer = names.globals.inner();
    for (const each of this.#localNames) namer.fresh(each);
    this.#parameters = (choices?.counts ?? [WAYS]).map((ways, i) => {
      const local = process.locals[choices?.locals[i] ?? -1];
      const name = namer.fresh(local === undefined ? 'choices' : `any_${localText(local.name)}`);
      return { name, span: NOWHERE, domain: { lo: 0, hi: ways - 1, names: null } };
    });
    this.#locals = [...declared.ranged(process), ...this.#parameters];
    const scope = kinds.scope(process);
    this.#scope = { cell: scope.cell, local: (local) => (local < count ? scope.local(local) : INT) };
  }

  /** Whether the guard says all there is to say about being enabled. */
  get isGuarded(): boolean {
    return this.#guard !== null;
  }

  /** Fields of the root record that it may store to, if these blocks are left out. */
  written(without: ReadonlySet<number> = new Set()): ReadonlySet<string> {
    return new Set(this.region.flatMap((at) => (without.has(at) ? [] : [...this.#storedIn(at)])));
  }

  /** The locals with room in the state that it may set, if these blocks are left out. */
  set(without: ReadonlySet<number>): ReadonlySet<number> {
    const found = new Set<number>();
    for (const at of this.region) {
      if (without.has(at)) continue;
      const block = this.blocks[at];
      if (block?.end.to === 'choose') found.add(block.end.local);
      for (const instr of block?.instrs ?? []) if (instr.do === 'set') found.add(instr.local);
    }
    return new Set([...found].filter((local) => this.process.locals[local]?.domain != null));
  }

  /** The blocks from which it cannot come to this boundary, nor turn out to be disabled. */
  settled(boundary: number): ReadonlySet<number> {
    const { cells } = this.declared.model.graph;
    const open = new Set(
      this.region.filter((at) => {
        const end = this.blocks[at]?.end;
        if (end?.to === 'boundary') return end.boundary === boundary;
        if (this.isGuarded || end === undefined) return false;
        return (
          end.to === 'disabled' ||
          (end.to === 'choose' && rangeOf(end.count, { cells, locals: this.#locals }).lo < 1)
        );
      }),
    );
    for (let size = -1; size !== open.size; ) {
      size = open.size;
      for (const at of this.region) {
        const next = stepSuccessors(this.blocks[at]?.end ?? { to: 'end' });
        if (next.some((to) => open.has(to))) open.add(at);
      }
    }
    return new Set(this.region.filter((at) => !open.has(at)));
  }

  #storedIn(block: number): ReadonlySet<string> {
    const { cells } = this.declared.model.graph;
    return new Set(
      (this.blocks[block]?.instrs ?? []).flatMap((instr) =>
        instr.do === 'store' ? [String(cells[instr.ref.base]?.path[0])] : [],
      ),
    );
  }

  write(use: StepUse): StepText {
    const printer = this.#printer(use);
    const text = writeStep(this.start, {
      blocks: this.blocks,
      isExcluded: (at) => this.#excluded.has(at),
      leaving: use.leaving,
      statements: (at) => this.#statements(at, printer, use),
      settled: (at) => (use.settled?.blocks.has(at) === true ? use.settled.lines : null),
      edge: (from, to) => this.#givenUp(from, to, use),
      stop: (end, at) => {
        if (end.to === 'disabled') return use.disabled;
        const early = this.#leftover(at, use);
        if (end.to === 'failure') return [...early, ...use.fail(end.failure)];
        return [...early, ...use.stop(end.to === 'boundary' ? end.boundary : null, at)];
      },
    });
    const live = this.declared.liveness(this.process).atStart(this.start);
    const initial: string[] = [];
    const variables: string[] = [];
    for (const local of this.#temporaries(use.settled?.blocks ?? new Set())) {
      const kind = this.#scope.local(local);
      const domain = this.#locals[local]?.domain ?? null;
      variables.push(`${this.#localNames[local]}: ${this.declared.typeOf(kind, domain)};`);
      if (hasBit(live, local)) initial.push(`${this.#localNames[local]} := ${this.#zero(printer, kind)};`);
    }
    if (text.usesNext) {
      variables.push(`next: 0..${this.blocks.length};`);
      initial.push(`next := ${this.blocks.length};`);
    }
    if (this.#isCounted) {
      variables.push(`ways, left, alternatives: ${INT32};`);
      initial.push('ways := 1;', `left := ${this.#parameters[0]?.name};`);
    }
    const lines = linesOf(text.code, { ...printer.wording, run: use.run });
    return {
      guard: this.#guard === null || isTrue(this.#guard) ? null : printer.conjunct(this.#guard),
      parameters: this.#parameters.map(({ name, domain }) => ({ name, type: `0..${domain?.hi ?? 0}` })),
      variables,
      code: [...initial, ...lines],
    };
  }

  /** Whether its choices are taken off a number one by one. */
  get #isCounted(): boolean {
    return this.#choices === null;
  }

  get #localNames(): readonly string[] {
    return this.declared.names.processes[this.index]?.locals ?? [];
  }

  #printer(use: StepUse): MurphiPrinter {
    return murphiPrinter(this.declared, {
      locals: this.#locals,
      scope: this.#scope,
      local: (local) => this.#variable(local, use),
      root: (name) => use.root(name) ?? this.declared.field(name, 0),
    });
  }

  #variable(local: number, use: StepUse): string {
    const known = this.process.locals[local];
    const name = this.#localNames[local];
    if (known === undefined || name === undefined) return this.#locals[local]?.name ?? 'choices';
    return use.local(local) ?? this.declared.processes[this.index]?.locals[local] ?? name;
  }

  #statements(at: number, printer: MurphiPrinter, use: StepUse): readonly Statement[] {
    const block = this.blocks[at];
    if (block === undefined) return [];
    const own = block.instrs.flatMap((instr): readonly Statement[] => {
      const lines = this.#statement(instr, at, printer, use);
      return this.#isClosed(instr) ? [{ run: lines }] : lines.map((line) => ({ line }));
    });
    return [...own, ...this.#choice(at, printer, use).map((line) => ({ line }))];
  }

  /** Whether an instruction is an assignment that only variables of the state take part in. */
  #isClosed(instr: Instr): boolean {
    const isTemporary = (local: number): boolean => this.process.locals[local]?.domain === null;
    if (instr.do === 'check' || (instr.do === 'set' && isTemporary(instr.local))) return false;
    let closed = true;
    for (const expr of instrExprs(instr))
      visitLocals(expr, (local) => {
        if (isTemporary(local)) closed = false;
      });
    return closed;
  }

  #choice(at: number, printer: MurphiPrinter, use: StepUse): readonly string[] {
    const end = this.blocks[at]?.end;
    if (end?.to !== 'choose') return [];
    const target = this.#variable(end.local, use);
    const kind = this.#scope.local(end.local);
    const parameter = this.#choices?.parameterOf.get(at);
    if (parameter !== undefined) {
      const value: Expr = { op: 'local', local: this.process.locals.length + parameter };
      const most = this.#choices?.counts[parameter] ?? 1;
      const isAny = this.#guard !== null || (end.count.op === 'const' && end.count.value >= most);
      const beyond: Expr = { op: 'binary', operator: '>=', left: value, right: end.count };
      return [
        ...(isAny ? [] : when(printer.truth(beyond), use.disabled)),
        `${target} := ${printer.value(value, kind)};`,
      ];
    }
    return [
      `alternatives := ${printer.number(end.count)};`,
      ...when('alternatives <= 0', use.disabled),
      'ways := ways * alternatives;',
      ...when(`ways > ${WAYS}`, ['error "a step has more alternatives than foreseen";']),
      `${target} := ${valueOfNumber(this.declared, 'left % alternatives', kind)};`,
      'left := left / alternatives;',
    ];
  }

  #statement(instr: Instr, at: number, printer: MurphiPrinter, use: StepUse): readonly string[] {
    switch (instr.do) {
      case 'set': {
        const kind = this.#scope.local(instr.local);
        return [`${this.#variable(instr.local, use)} := ${printer.value(instr.value, kind)};`];
      }
      case 'store': {
        const kind = this.#scope.cell(instr.ref.base);
        return [`${printer.place(instr.ref)} := ${printer.value(instr.value, kind)};`];
      }
      case 'check': {
        const early = this.#leftover(at, use);
        if (early.length === 0) return use.check(printer.truth(instr.test), instr.failure);
        return when(printer.falsity(instr.test), [...early, ...use.fail(instr.failure)]);
      }
      default:
        return instr satisfies never;
    }
  }

  /** Where a path ends there is one alternative left: without choices to come it is the same path once more. */
  #leftover(at: number, use: StepUse): readonly string[] {
    if (this.#isCounted) return when('left != 0', use.disabled);
    return this.#unmade(this.#choices?.ahead(at) ?? new Set(), use);
  }

  /** The choices that can be made no more behind a jump. */
  #givenUp(from: number, to: number, use: StepUse): readonly string[] {
    if (this.#choices === null) return [];
    const { ahead, parameterOf } = this.#choices;
    const lost = new Set(ahead(from));
    for (const parameter of ahead(to)) lost.delete(parameter);
    lost.delete(parameterOf.get(from) ?? -1);
    return this.#unmade(lost, use);
  }

  #unmade(parameters: ReadonlySet<number>, use: StepUse): readonly string[] {
    // A guard sees to that by itself.
    if (this.#guard !== null || parameters.size === 0) return [];
    const tests = [...parameters].map((parameter) => `${this.#parameters[parameter]?.name} != 0`);
    return when(tests.join(' | '), use.disabled);
  }

  #zero(printer: MurphiPrinter, kind: Kind): string {
    return printer.value({ op: 'const', value: 0 }, kind);
  }

  /** The locals without room in the state that the step uses. */
  #temporaries(without: ReadonlySet<number>): readonly number[] {
    const used = new Set<number>();
    const add = (local: number): void => void used.add(local);
    for (const at of this.region) {
      const block = this.blocks[at];
      if (block === undefined || without.has(at)) continue;
      for (const instr of block.instrs) {
        if (instr.do === 'set') add(instr.local);
        for (const expr of instrExprs(instr)) visitLocals(expr, add);
      }
      const expr = terminatorExpr(block.end);
      if (expr !== null) visitLocals(expr, add);
      if (block.end.to === 'choose') add(block.end.local);
    }
    return [...used].filter((local) => this.process.locals[local]?.domain === null).toSorted((a, b) => a - b);
  }
}

export function when(condition: string, lines: readonly string[]): readonly string[] {
  return [`if ${condition} then`, ...lines.map((line) => `  ${line}`), 'end;'];
}

const NOWHERE = { file: '', line: 0, column: 0 };

function isTrue(expr: Expr): boolean {
  return expr.op === 'const' && expr.value !== 0;
}

function valueOfNumber({ member }: Declared, number: string, kind: Kind): string {
  if (kind.is === 'int') return number;
  if (kind.is === 'bool') return `(${number}) != 0`;
  const { of } = kind;
  return of.names
    .slice(0, -1)
    .reduceRight(
      (rest, _, i) => `((${number}) = ${of.lo + i}) ? ${member(of, of.lo + i)} : ${rest}`,
      member(of, of.lo + of.names.length - 1),
    );
}

function regionFrom(blocks: readonly Block[], start: number): readonly number[] {
  const found = new Set<number>();
  const pending = [start];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    const block = blocks[at];
    if (block === undefined || found.has(at)) continue;
    found.add(at);
    pending.push(...stepSuccessors(block.end));
  }
  return [...found];
}
