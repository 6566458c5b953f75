/** The state of litmus tests: small programs that ask for one outcome. All of it has length 0 elsewhere. */
import type { Range, Vector } from 'mmucheck/language';

/** What a cell or a register may hold, from 0. */
export const LITMUS_VALUES = 7;

export type LitmusValue = Range<0, 7>;
/** In what is asked, -1 means "whatever". */
export type AskedValue = Range<-1, 7>;

/** One instruction of a program. EXCHANGE, OR and COMPARE_EXCHANGE have a LOCK prefix; ACQUIRE repeats one until 0 -> 1. */
export interface Instruction {
  readonly operation: 'END' | 'STORE' | 'LOAD' | 'FENCE' | 'EXCHANGE' | 'OR' | 'COMPARE_EXCHANGE' | 'ACQUIRE';
  readonly cell: Range<0, 'litmusCells'>;
  /** COMPARE_EXCHANGE: what it expects. */
  readonly expected: LitmusValue;
  readonly value: LitmusValue;
  /** Where what was read goes; `litmusRegisters` for nowhere. */
  readonly register: Range<0, 'litmusRegisters'>;
}

export interface LitmusState {
  cell: Vector<LitmusValue, 'litmusCells'>;
  register: Vector<LitmusValue, 'litmusRegisters'>;
  done: Vector<boolean, 'litmusThreads'>;
  /** Constant: the programs, one after the other, and the outcome. */
  program: Vector<Instruction, 'litmusProgram'>;
  asked_cell: Vector<AskedValue, 'litmusCells'>;
  asked_register: Vector<AskedValue, 'litmusRegisters'>;
}
