/**
 * Litmus tests: a few threads of a few instructions each, and one outcome that is asked for. The programs are data;
 * one operation interprets them, on the store buffers that the kernel's operations use.
 */
import { type Op, type ProcessSpec, process, property, type ScenarioSpec } from 'mmucheck/language';
import { type Choices, type Config, configure } from '../../config.js';
import { ipi_handler } from '../../kernel/requests.js';
import { begin } from '../../machine.js';
import type { Kvm } from '../../state.js';
import { drain } from '../shared_memory.js';
import { buffer_store, every_buffer_is_empty, is_drained, newest } from '../store_buffer.js';
import { cells_of, digit, instruction_of, register_of, words } from './notation.js';
import type { Instruction } from './state.js';

/** A row of a table of litmus tests. */
export interface LitmusTest {
  /** The name of its scenarios. */
  readonly id: string;
  /** Its usual name. */
  readonly name: string;
  /**
   * Threads are separated by `|`, instructions by `;`. `x:=1` stores, `r1=x` loads, `F` is a fence. `X x:=1`
   * exchanges, `X x|=1` sets bits, `X x:0->1` compares and exchanges, `X x:acquire` repeats that until it takes 0 for
   * 1: all with a LOCK prefix, and with `r1=` in front what was there is kept.
   */
  readonly program: string;
  /** Cells that are not 0 at first. */
  readonly initially?: string;
  /** `1:r2=0` is register r2 of thread 1 at the end, `x=1` a cell. */
  readonly asks: string;
  /** Whether x86-TSO allows the outcome; whether an interleaving gives it. */
  readonly tso: 'allowed' | 'forbidden';
  readonly sc: 'allowed' | 'forbidden';
}

/** The two scenarios of a test, with store buffers and without. */
export function scenarios_of(test: LitmusTest, claim: string): [string, ScenarioSpec][] {
  const threads = words(test.program, '|').map((thread) => words(thread, ';'));
  const cells = cells_of(threads.flat());
  const stores = threads.flat().some((text) => text.includes(':=') && !text.includes('X '));
  const choices = {
    litmusThreads: threads.length,
    litmusLength: threads.reduce((longest, each) => (each.length > longest ? each.length : longest), 0),
    litmusCells: cells.length,
    litmusRegisters: 2 * threads.length,
  };
  const setup = (kvm: Kvm): void => {
    threads.forEach((instructions, thread) => {
      instructions.forEach((text, i) => {
        kvm.litmus.program[thread * choices.litmusLength + i] = instruction_of(
          text,
          cells,
          thread,
          choices.litmusRegisters,
        );
      });
    });
    for (const each of words(test.initially ?? '', ';')) {
      const [cell = '', value = ''] = words(each, '=');
      kvm.litmus.cell[cells.indexOf(cell)] = digit(value);
    }
    for (const each of words(test.asks, ';')) {
      const [place = '', value = ''] = words(each, '=');
      const [thread = '', register] = words(place, ':r');
      if (register === undefined) kvm.litmus.asked_cell[cells.indexOf(place)] = digit(value);
      else kvm.litmus.asked_register[register_of(digit(thread), digit(register))] = digit(value);
    }
  };
  return (['tso', 'sc'] as const).map((memory) => [
    `${test.id}-${memory}`,
    {
      ...litmus_machine(
        { ...choices, storeBuffers: memory === 'tso' ? choices.litmusLength : 0 },
        threads.map((_, thread) => process(`P${thread}`, litmus_thread, thread)),
        [],
        setup,
      ),
      title: `${test.name}: ${test.program} asks for ${test.asks}`,
      claims: [claim],
      properties: [OUTCOME],
      expect: { outcome: test[memory] === 'allowed' ? 'violated' : 'holds' },
      witnesses: [every_thread_is_done],
      unreached: stores || memory === 'sc' ? {} : { drain: 'no thread stores without a LOCK prefix' },
    },
  ]);
}

/**
 * Threads on processors of their own, and what of the hardware is asked for. `vcpus` are threads that stand for vCPUs: an IPI to one of
 * them is handled on its processor.
 */
export function litmus_machine(
  choices: Partial<Choices>,
  threads: readonly ProcessSpec[],
  vcpus: readonly ProcessSpec[],
  setup: (kvm: Kvm, config: Config) => void,
  hardware: readonly ProcessSpec[] = [],
): Pick<ScenarioSpec, 'config' | 'scope' | 'processes' | 'setup'> {
  const processors = [...threads, ...vcpus];
  const processes = [
    ...processors,
    ...vcpus.map((_, vcpu) => process(`ipi${vcpu}`, ipi_handler, vcpu)),
    ...hardware,
    ...((choices.storeBuffers ?? 0) > 0 ? processors.map((_, p) => process(`drain${p}`, drain, p)) : []),
  ];
  const config = configure(choices, processes.length, threads.length);
  return {
    config,
    scope: Object.keys(choices),
    processes,
    setup: (kvm: Kvm) => {
      begin(kvm, config);
      ask_nothing(kvm);
      setup(kvm, config);
    },
  };
}

function ask_nothing(kvm: Kvm): void {
  for (let i = 0; i < kvm.litmus.asked_cell.length; i++) kvm.litmus.asked_cell[i] = -1;
  for (let i = 0; i < kvm.litmus.asked_register.length; i++) kvm.litmus.asked_register[i] = -1;
}

/** Runs one program. A thread whose program is shorter than the longest does nothing at its end. */
export function* litmus_thread(kvm: Kvm, thread: number): Op {
  for (let i = 0; i < kvm.config.litmusLength; i++) {
    yield () => is_enabled(kvm, kvm.litmus.program[thread * kvm.config.litmusLength + i]);
    execute(kvm, kvm.litmus.program[thread * kvm.config.litmusLength + i]);
  }
  kvm.litmus.done[thread] = true;
}

export function every_thread_is_done(kvm: Kvm): boolean {
  for (let thread = 0; thread < kvm.config.litmusThreads; thread++)
    if (!kvm.litmus.done[thread]) return false;
  return every_buffer_is_empty(kvm);
}

export function the_outcome_is_not_reached(kvm: Kvm): boolean {
  if (!every_thread_is_done(kvm)) return true;
  for (let i = 0; i < kvm.config.litmusCells; i++)
    if (differs(kvm.litmus.cell[i], kvm.litmus.asked_cell[i])) return true;
  for (let i = 0; i < kvm.config.litmusRegisters; i++)
    if (differs(kvm.litmus.register[i], kvm.litmus.asked_register[i])) return true;
  return false;
}

/** Violated by a run that ends in the outcome that is asked for. */
export const OUTCOME = property({
  id: 'outcome',
  title: 'the outcome asked for does not come out',
  invariant: the_outcome_is_not_reached,
});

function differs(value: number, asked: number): boolean {
  return asked >= 0 && value !== asked;
}

/** Locked instructions and fences wait for the buffer, an acquisition for the lock as well. */
function is_enabled(kvm: Kvm, instruction: Instruction): boolean {
  if (
    instruction.operation === 'END' ||
    instruction.operation === 'STORE' ||
    instruction.operation === 'LOAD'
  )
    return true;
  if (instruction.operation === 'ACQUIRE' && kvm.litmus.cell[instruction.cell] !== 0) return false;
  return is_drained(kvm);
}

function execute(kvm: Kvm, instruction: Instruction): void {
  switch (instruction.operation) {
    case 'END':
    case 'FENCE':
      return;
    case 'STORE':
      if (kvm.config.storeBuffers > 0) buffer_store(kvm, 'CELL', instruction.cell, instruction.value);
      else kvm.litmus.cell[instruction.cell] = instruction.value;
      return;
    case 'LOAD':
      keep(kvm, instruction, newest(kvm, 'CELL', instruction.cell, kvm.litmus.cell[instruction.cell]));
      return;
    case 'EXCHANGE':
    case 'ACQUIRE':
      keep(kvm, instruction, kvm.litmus.cell[instruction.cell]);
      kvm.litmus.cell[instruction.cell] = instruction.value;
      return;
    case 'OR':
      keep(kvm, instruction, kvm.litmus.cell[instruction.cell]);
      kvm.litmus.cell[instruction.cell] = kvm.litmus.cell[instruction.cell] | instruction.value;
      return;
    case 'COMPARE_EXCHANGE':
      keep(kvm, instruction, kvm.litmus.cell[instruction.cell]);
      if (kvm.litmus.cell[instruction.cell] === instruction.expected)
        kvm.litmus.cell[instruction.cell] = instruction.value;
      return;
  }
}

function keep(kvm: Kvm, instruction: Instruction, value: number): void {
  if (instruction.register < kvm.config.litmusRegisters) kvm.litmus.register[instruction.register] = value;
}
