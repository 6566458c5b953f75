/** Runs SPIN on the formulas of a model: one verifier, asked about one after the other. */
import { writeText } from '../tools/files.js';
import { runToEnd, runTool } from '../tools/run.js';

/** Of the stack, which is made beforehand: some 60 bytes for each step. */
const DEEPEST = 20_000_000;

export interface Claim {
  /** As `ltl NAME` gives it. */
  readonly name: string;
  /** Whether every process is treated with weak fairness. */
  readonly fair: boolean;
}

export interface ClaimResult extends Claim {
  /** Null: a limit came first. */
  readonly holds: boolean | null;
  /** Pairs of a state and what the claim is in. */
  readonly states: number;
  readonly seconds: number;
}

export interface ClaimOptions {
  readonly folder: string;
  /** Of one claim. */
  readonly timeoutSeconds: number;
  readonly memoryBytes: number;
  /** How many there are, `init` included: SPIN's fairness counts them in so many bits. */
  readonly processes: number;
  /** Definitions for SPIN's preprocessor. */
  readonly definitions?: readonly string[];
  readonly optimised?: boolean;
  /** About how many pairs of a state and what a claim is in, for the sizes of SPIN's table and stack. */
  readonly pairs?: number;
}

export async function verifyClaims(
  text: string,
  claims: readonly Claim[],
  options: ClaimOptions,
): Promise<readonly ClaimResult[]> {
  const { folder, timeoutSeconds, memoryBytes, processes, definitions = [], pairs = 10_000 } = options;
  await writeText(folder, 'model.pml', text);
  // `-o2`: variables that are written only are stored too.
  const translation = await runTool('spin', ['-o2', ...definitions, '-a', 'model.pml'], {
    cwd: folder,
    timeoutSeconds,
  });
  // SPIN takes minutes over some formulas of ten operators.
  if (translation.timedOut)
    return claims.map((claim) => ({ ...claim, holds: null, states: 0, seconds: translation.seconds }));
  if (translation.code !== 0) throw new Error(`spin: ${translation.stdout.slice(-500)}`);
  const compile = [
    ...(options.optimised === true ? ['-O3', '-march=native'] : ['-O0']),
    '-w',
    '-DNOREDUCE',
    `-DNFAIR=${Math.ceil((processes + 4) / 4)}`,
    `-DMEMLIM=${Math.max(1, Math.floor(memoryBytes / 2 ** 20))}`,
  ];
  await runToEnd('gcc', [...compile, '-o', 'pan', 'pan.c'], { cwd: folder });
  // The second search goes below the first, and fairness makes several of each pair.
  const depth = Math.min(pairs * 4, DEEPEST);
  const slots = Math.max(16, Math.ceil(Math.log2(pairs)));
  const results: ClaimResult[] = [];
  for (const claim of claims) {
    const args = ['-a', ...(claim.fair ? ['-f'] : []), '-n', `-m${depth}`, `-w${slots}`];
    const run = await runTool(`${folder}/pan`, [...args, '-N', claim.name], { cwd: folder, timeoutSeconds });
    results.push({ ...claim, ...readClaim(run.stdout, run.timedOut), seconds: run.seconds });
  }
  return results;
}

/** @throws Error if the output is of no search */
export function readClaim(output: string, timedOut: boolean): Pick<ClaimResult, 'holds' | 'states'> {
  const errors = /errors: (\d+)/.exec(output)?.[1];
  const states = Number(/^ *([\d.e+]+) states, stored/m.exec(output)?.[1] ?? 0);
  // What is violated within some steps is an assertion of the claim that SPIN makes.
  const isViolated =
    /^pan:\d+: (acceptance cycle|claim violated|end state in claim|assertion violated +!)/m.test(output);
  if (isViolated) return { holds: false, states };
  if (timedOut || /max search depth too small|reached -DMEMLIM|out of memory/.test(output))
    return { holds: null, states };
  if (errors !== '0' || !/never claim\s+\+/.test(output))
    throw new Error(`pan said nothing of its claim:\n${output.slice(0, 800)}`);
  return { holds: true, states };
}
