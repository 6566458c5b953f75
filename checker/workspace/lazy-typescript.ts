/**
 * TypeScript for whoever may well do without it: loading it takes longer than checking a small scenario, and what it is
 * asked about a file is remembered from one run of the program to the next.
 */
import { createRequire } from 'node:module';
import type * as morph from 'ts-morph';

const require = createRequire(import.meta.url);

export function typeScript(): typeof morph.ts {
  return (require('ts-morph') as typeof morph).ts;
}
