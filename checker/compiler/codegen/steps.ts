/**
 * The transition functions of one process as JavaScript. The words of the state that a function touches and the
 * locals are JavaScript variables; everything else is copied from the source state when the successor is written.
 *
 * `p1b3(s, at, o, p)` takes the step from boundary 3 of process 1: from the state `s[at]`, to `o[p]`. It returns the
 * position behind what it wrote. `p1k7(s, at, o, p, m, w2, l4)` goes on from block 7, with the meta word and with the
 * words and locals that may differ from what the source state holds.
 */
import type { Block, Graph, Instr, ProcessGraph, Terminator } from '../ir/graph.js';
import { META_RESTING } from '../machine.js';
import { element, lines, statements } from './blocks.js';
import { structure } from './control.js';
import { extract, plus, testOf, valueOf } from './expressions.js';
import { type Change, type StepFunction, stepFunctions, unchanged } from './functions.js';
import { type Bits, forEachBit, hasBit } from '../passes/live.js';
import { bit, members } from './sets.js';
import type { Packing, ProcessPacking } from './packing.js';
import { type Tables, Variables } from './variables.js';
import { WordChanges } from './word-changes.js';

export interface StepOptions {
  /** The number of the process's first step. */
  readonly firstStep: number;
  /** Whether the code records choices and the boundaries that it passes, for traces. */
  readonly traced: boolean;
}

export const names = {
  initial: (process: number) => `p${process}init`,
  boundary: (process: number, boundary: number) => `p${process}b${boundary}`,
  rest: (process: number, boundary: number) => `p${process}r${boundary}`,
  continuation: (process: number, block: number) => `p${process}k${block}`,
};

/** The text of all functions of a process. */
export function writeSteps(
  graph: Graph,
  index: number,
  packing: Packing,
  tables: Tables,
  options: StepOptions,
): string {
  const process = graph.processes[index];
  const own = packing.processes[index];
  if (process === undefined || own === undefined) throw new Error(`no process ${index}`);
  return new StepWriter(graph, process, index, packing, own, tables, options).write();
}

const nothing: Bits = new Uint32Array();

/** Stands for the writing of the successor until it is known which words have variables. */
const EMIT = '/* emit */';

class StepWriter {
  readonly #functions: readonly StepFunction[];
  readonly #continuations: ReadonlyMap<number, Change>;

  constructor(
    readonly graph: Graph,
    readonly process: ProcessGraph,
    readonly index: number,
    readonly packing: Packing,
    readonly own: ProcessPacking,
    readonly tables: Tables,
    readonly options: StepOptions,
  ) {
    this.#functions = stepFunctions(process, packing, own);
    this.#continuations = new Map(
      this.#functions
        .filter(({ entry }) => entry.kind === 'continuation')
        .map(({ block, change }) => [block, change]),
    );
  }

  write(): string {
    const rests = this.process.boundaries.map((_, boundary) => this.#restFunction(boundary));
    return lines(...rests, ...this.#functions.map((each) => this.#function(each)));
  }

  #function(plan: StepFunction): string {
    const { entry, block, region } = plan;
    const variables = this.#variables();
    const exits = region.order.filter((index) => {
      const { to } = this.#block(index).end;
      return to === 'boundary' || to === 'end';
    });
    const exit = exits.length > 1 ? 'break emit;' : EMIT;
    const code = structure(region, (at, jump) => this.#blockText(plan, at, jump, variables, exit));
    const body = exits.length > 1 ? lines('emit: {', code, '}', EMIT) : code;
    const passed = entry.kind === 'continuation' ? ['m', ...this.#passed(block, variables)] : [];
    const prologue = this.#prologue(plan, variables);
    return lines(
      `function ${this.#name(plan)}(${['s', 'at', 'o', 'p', ...passed].join(', ')}) {`,
      this.#meta(plan),
      prologue,
      body.replaceAll(EMIT, this.#emit(variables)),
      '}',
    );
  }

  #name({ entry, block }: StepFunction): string {
    if (entry.kind === 'initial') return names.initial(this.index);
    if (entry.kind === 'boundary') return names.boundary(this.index, entry.boundary);
    return names.continuation(this.index, block);
  }

  #meta({ entry }: StepFunction): string {
    if (entry.kind === 'continuation') return '';
    const begin = this.options.traced ? 'T.begin(); ' : '';
    if (entry.kind === 'initial') return `${begin}const m = 0;`;
    const step = this.options.firstStep + entry.boundary;
    if (this.process.boundaries[entry.boundary]?.rest == null) return `${begin}const m = ${step};`;
    const resting = `${names.rest(this.index, entry.boundary)}(s, at)`;
    return `${begin}const m = ${resting} ? ${step | META_RESTING} : ${step};`;
  }

  /** What a continuation is passed: the names are the same in it and in its callers. */
  #passed(block: number, variables: Variables): string[] {
    const change = this.#continuations.get(block) ?? unchanged;
    const live = this.own.live.atStart(block);
    const locals: string[] = [];
    forEachBit(live, (local) => {
      if (!this.#isCurrent(local, change)) locals.push(variables.local(local));
    });
    return [...members(change.words).map((word) => variables.word(word)), ...locals];
  }

  /** Declares what the function uses and was not passed. */
  #prologue({ entry, block, change }: StepFunction, variables: Variables): string {
    const isContinuation = entry.kind === 'continuation';
    const live = this.own.live.atStart(block);
    const locals = variables.usedLocals.flatMap((local) => {
      if (hasBit(live, local)) {
        if (this.#isCurrent(local, change)) return [`l${local} = ${this.#slotValue(local, variables)}`];
        if (isContinuation) return [];
      }
      // What is read without having been set has the lowest value.
      return [`l${local} = ${this.process.locals[local]?.domain?.lo ?? 0}`];
    });
    const words = members(variables.words)
      .filter((word) => !isContinuation || (change.words & bit(word)) === 0n)
      .map((word) => `w${word} = ${element('s', 'at', word)} | 0`);
    const declared = [...words, ...locals, ...variables.temporaries];
    return declared.length === 0 ? '' : `let ${declared.join(',\n')};`;
  }

  #slotValue(local: number, variables: Variables): string {
    const field = this.own.locals[local];
    if (field == null) throw new Error(`local ${local} of ${this.process.name} has no slot`);
    if (field.width === 0) return String(field.lo);
    return plus(extract(variables.word(field.word), field), field.lo);
  }

  #blockText(
    plan: StepFunction,
    index: number,
    jump: (to: number) => string,
    variables: Variables,
    exit: string,
  ): string {
    const { instrs, end } = this.#block(index);
    const go = (to: number): string =>
      plan.region.cuts.has(to) ? `return ${this.#call(to, variables)};` : jump(to);
    const changes = new WordChanges();
    const before = statements(this.#needed(instrs, end), variables, changes, fail);
    if (end.to === 'boundary' || end.to === 'end') {
      this.#arrive(plan, index, end.to === 'boundary' ? end.boundary : null, changes, variables);
    }
    before.push(...changes.flush(variables));
    switch (end.to) {
      case 'block':
        return lines(...before, go(end.block));
      case 'passed':
        return lines(...before, this.options.traced ? 'T.boundaries++;' : '', go(end.block));
      case 'branch':
        return lines(
          ...before,
          `if (${testOf(end.test, variables)}) {`,
          go(end.then),
          '} else {',
          go(end.else),
          '}',
        );
      case 'choose':
        return lines(...before, this.#choose(end.block, end.local, valueOf(end.count, variables), variables));
      case 'boundary':
      case 'end':
        return lines(...before, exit);
      case 'disabled':
        return lines(...before, 'return p;');
      case 'failure':
        return lines(...before, fail(end.failure));
      default:
        return end satisfies never;
    }
  }

  /** Without what is reset at the end because nothing reads it any more: the slots of such locals are cleared anyway. */
  #needed(instrs: readonly Instr[], end: Terminator): readonly Instr[] {
    if (end.to !== 'boundary' && end.to !== 'end') return instrs;
    const live = end.to === 'boundary' ? (this.own.live.atBoundary[end.boundary] ?? nothing) : nothing;
    const last = instrs.findLastIndex((each) => each.do !== 'set' || hasBit(live, each.local));
    return instrs.slice(0, last + 1);
  }

  /** Whether a local's slot in the source state is known to hold its value. */
  #isCurrent(local: number, change: Change): boolean {
    return this.own.locals[local] != null && (change.locals & bit(local)) === 0n;
  }

  #call(block: number, variables: Variables): string {
    const passed = ['s', 'at', 'o', 'p', 'm', ...this.#passed(block, variables)];
    return `${names.continuation(this.index, block)}(${passed.join(', ')})`;
  }

  #choose(block: number, local: number, count: string, variables: Variables): string {
    const call = this.#call(block, variables).replace(new RegExp(`\\bl${local}\\b`), 'i');
    if (!this.options.traced) return `for (let i = 0, n = ${count}; i < n; i++) p = ${call};\nreturn p;`;
    return lines(
      `for (let i = 0, n = ${count}, passed = T.boundaries; i < n; i++) {`,
      'T.boundaries = passed;',
      'if (n > 1) T.choices.push(i);',
      `p = ${call};`,
      'if (n > 1) T.choices.pop();',
      '}',
      'return p;',
    );
  }

  /** Brings program counter and slots to where the process now stands (null: it has finished). */
  #arrive(
    plan: StepFunction,
    block: number,
    boundary: number | null,
    changes: WordChanges,
    variables: Variables,
  ): void {
    const { counter, slots, live, locals } = this.own;
    const change = plan.changeAfter(block);
    const stays = plan.entry.kind === 'boundary' && plan.entry.boundary === boundary;
    if (!stays) changes.put(counter, String(boundary ?? this.process.boundaries.length), true);
    const needed = boundary === null ? nothing : (live.atBoundary[boundary] ?? nothing);
    slots.forEach((slot, index) => {
      const mayHold = (change.slots & bit(index)) !== 0n;
      const local = slot.locals.find((each) => hasBit(needed, each));
      if (local === undefined) {
        if (mayHold) changes.put(slot.field, '0', true);
      } else if (change.locals & bit(local)) {
        changes.put(slot.field, plus(variables.local(local), -(locals[local]?.lo ?? 0)), mayHold);
      }
    });
  }

  /** Writes the successor. The words that the function does not name are the source state's. */
  #emit(variables: Variables): string {
    const { words } = this.packing;
    const copies = Array.from({ length: words }, (_, word) => {
      const isNamed = (variables.words & bit(word)) !== 0n;
      return `${element('o', 'p', word)} = ${isNamed ? `w${word}` : element('s', 'at', word)};`;
    });
    const note = this.options.traced ? 'T.note();' : '';
    return lines(...copies, `o[p + ${words}] = m;`, note, `return p + ${words + 1};`);
  }

  #restFunction(boundary: number): string {
    const rest = this.process.boundaries[boundary]?.rest ?? null;
    if (rest === null) return '';
    const variables = this.#variables();
    const test = testOf(rest, variables);
    const locals = variables.usedLocals.map((local) => `l${local} = ${this.#slotValue(local, variables)}`);
    const words = members(variables.words).map((word) => `w${word} = ${element('s', 'at', word)} | 0`);
    const declared = [...words, ...locals, ...variables.temporaries];
    return lines(
      `function ${names.rest(this.index, boundary)}(s, at) {`,
      declared.length === 0 ? '' : `let ${declared.join(', ')};`,
      `return ${test};`,
      '}',
    );
  }

  #variables(): Variables {
    return new Variables(
      { cells: this.graph.cells, locals: this.process.locals },
      this.packing.cells,
      this.tables,
    );
  }

  #block(index: number): Block {
    const block = this.process.blocks[index];
    if (block === undefined) throw new Error(`process ${this.process.name} has no block ${index}`);
    return block;
  }
}

function fail(failure: number): string {
  return `return fail(o, p, m, ${failure});`;
}
