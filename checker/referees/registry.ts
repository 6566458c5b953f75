/** The other model checkers, and who writes for them. */
import { murphi } from './murphi/exporter.js';
import { rumur } from './murphi/rumur.js';
import { promela } from './promela/exporter.js';
import { spin } from './promela/spin.js';
import type { Exporter, Referee, Target } from './referee.js';
import { tla } from './tla/exporter.js';
import { tlc } from './tla/tlc.js';
import { TLC_CLASS_PATH } from './tools/environment.js';

/** The command line offers them by these names (`../cli/choices.ts`). */
export const EXPORTERS = { promela, murphi, tla } as const satisfies Record<Target, Exporter>;

/** By the names that they have on the command line. */
export const REFEREES: Readonly<Record<string, Referee>> = { spin, rumur, tlc: tlc(TLC_CLASS_PATH) };

/**
 * Up to how many states each is asked if the user does not say: so that all of them take a few minutes on two cores.
 * Rumur takes most of its time before it has seen the first state.
 */
export const DEFAULT_MAX_STATES: Readonly<Record<string, number>> = { spin: 150_000, rumur: 300, tlc: 1000 };
