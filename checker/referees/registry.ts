/** The other model checkers, and who writes for them. */
import { murphi } from './murphi/exporter.js';
import { rumur } from './murphi/rumur.js';
import { promela } from './promela/exporter.js';
import { spin } from './promela/spin.js';
import type { Exporter, Referee, Target } from './referee.js';

export const EXPORTERS: Readonly<Partial<Record<Target, Exporter>>> = { promela, murphi };

/** By the names that they have on the command line. */
export const REFEREES: Readonly<Record<string, Referee>> = { spin, rumur };
