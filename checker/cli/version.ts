/** `mmucheck version` */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunCommand } from './command.js';
import { EXIT } from './exit-codes.js';

export const version: RunCommand = async (_, { stdout, packageRoot }) => {
  const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
  stdout.write(`mmucheck ${version}\n`);
  return EXIT.ok;
};
