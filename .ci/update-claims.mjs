/**
 * Brings the ledger up to date: checks the scenarios whose declaration is not the one that was checked last, records what
 * was found in the folder of claims, and writes the generated parts of CLAIMS.md anew (whatever stands between
 * `<!-- mmucheck ... -->` and `<!-- end -->`).
 *
 * npm run claims                  scenarios that are new or declared differently
 * npm run claims -- 'M8/*' M10    these as well: after a change of the model underneath
 * npm run claims -- --all         every scenario that a claim names
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { matcher } from '../dist/checker/check/select.js';

const root = new URL('..', import.meta.url);
const program = new URL('dist/checker/cli/main.js', root).pathname;
const folder = JSON.parse(readFileSync(new URL('mmucheck.json', root), 'utf8')).claims;
const verdictsFile = new URL(`${folder}/verdicts.json`, root);
const limits = { cwd: root.pathname, encoding: 'utf8', maxBuffer: 2 ** 30 };
const run = (...args) => execFileSync(process.execPath, [program, ...args], limits);

const asked = process.argv.slice(2);
const records = JSON.parse(run('list', '--claims', '--json')).claims.filter(({ scenario }) => scenario !== null);
const declarations = new Map(records.map(({ scenario, declaration }) => [scenario, declaration]));
const stale = new Set(
  records.filter(({ recorded }) => asked.includes('--all') || !recorded).map(({ scenario }) => scenario),
);
for (const isAsked of asked.filter((each) => !each.startsWith('-')).map(matcher))
  for (const scenario of declarations.keys()) if (isAsked(scenario)) stale.add(scenario);

const verdicts = readVerdicts();
const names = [...stale];
process.stderr.write(`checking ${names.length} of ${declarations.size} scenarios\n`);
// In parts, so that an interrupted run has not been for nothing.
for (let first = 0; first < names.length; first += 40) {
  check(names.slice(first, first + 40));
  writeFileSync(verdictsFile, verdictsText());
}
for (const scenario of Object.keys(verdicts)) if (!declarations.has(scenario)) delete verdicts[scenario];
writeFileSync(verdictsFile, verdictsText());
writeDocument();

/** After a conflict there is nothing to read, and everything is checked. */
function readVerdicts() {
  try {
    return JSON.parse(readFileSync(verdictsFile, 'utf8'));
  } catch {
    return {};
  }
}

function check(names) {
  const { stdout, status } = spawnSync(process.execPath, [program, 'check', '--json', ...names], {
    ...limits,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status > 1) process.exit(status);
  const wrong = [];
  for (const { scenario, property, verdict, expected, states, steps } of JSON.parse(stdout).results) {
    if (verdict !== expected) wrong.push(`${scenario}: ${property}: ${verdict}, not ${expected}\n`);
    if (stale.delete(scenario))
      verdicts[scenario] = { of: declarations.get(scenario), states, violated: {} };
    if (verdict === 'violated') verdicts[scenario].violated[property.split(' ')[0]] = steps;
  }
  if (wrong.length === 0) return;
  process.stderr.write(wrong.join(''));
  process.exit(1);
}

/** A line for each scenario, so that changes of different ones can be merged. */
function verdictsText() {
  const lines = Object.keys(verdicts)
    .sort()
    .map((scenario) => `  ${JSON.stringify(scenario)}: ${JSON.stringify(verdicts[scenario])}`);
  return `{\n${lines.join(',\n')}\n}\n`;
}

function writeDocument() {
  const claims = new URL('CLAIMS.md', root);
  const text = readFileSync(claims, 'utf8').replace(
    /(<!-- mmucheck (.*?) -->\n)[^]*?(<!-- end -->)/g,
    (_, start, command, end) => `${start}${run(...command.split(' '))}${end}`,
  );
  writeFileSync(claims, text);
}
