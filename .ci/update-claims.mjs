/** Writes the generated parts of CLAIMS.md anew: whatever stands between `<!-- mmucheck ... -->` and `<!-- end -->`. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const claims = new URL('../CLAIMS.md', import.meta.url);
const program = new URL('../dist/checker/cli/main.js', import.meta.url).pathname;
const cwd = new URL('..', import.meta.url).pathname;

const text = readFileSync(claims, 'utf8').replace(
  /(<!-- mmucheck (.*?) -->\n)[^]*?(<!-- end -->)/g,
  (_, start, command, end) => {
    const output = execFileSync(process.execPath, [program, ...command.split(' ')], { cwd, encoding: 'utf8' });
    return `${start}${output}${end}`;
  },
);
writeFileSync(claims, text);
