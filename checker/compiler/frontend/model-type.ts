/** What a declared type can be: a type of the program, or the configuration, which is no part of the state. */
import type { Type } from '../ir/program.js';

/** The record of the configuration: reads of its members are constants of a run. */
export const CONFIGURATION = { kind: 'configuration' } as const;
export type ModelType = Type | typeof CONFIGURATION;
