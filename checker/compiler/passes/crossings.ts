/**
 * What may not live across a yield: numbers without a domain, for which the state vector has no room, and names of
 * places, which the state that they point into does not outlive. Reported on the graph as inlined, so that what a
 * program may say does not depend on how well it is optimised.
 */
import type { Local, ProcessGraph } from '../ir/graph.js';
import { type Flow, flowOfProcess } from '../ir/traverse.js';
import type { Diagnostics } from './diagnostics.js';
import { forEachBit, liveness } from './live.js';

export function reportCrossings(process: ProcessGraph, diagnostics: Diagnostics): void {
  const reported = new Set<number>();
  for (const [boundary, live] of liveness(flowOfProcess(process)).atBoundary.entries())
    forEachBit(live, (i) => {
      const local = process.locals[i];
      if (local === undefined || local.domain !== null || reported.has(i)) return;
      reported.add(i);
      report(local, process, boundary, diagnostics);
    });
}

/** Takes out the tokens of aliases: they have served their purpose. */
export function withoutTokens(flow: Flow): Flow {
  const isToken = (local: number): boolean => flow.locals[local]?.alias === true;
  return {
    ...flow,
    blocks: flow.blocks.map(({ instrs, end }) => ({
      instrs: instrs.filter((instr) => instr.do !== 'set' || !isToken(instr.local)),
      end,
    })),
  };
}

function report(local: Local, process: ProcessGraph, boundary: number, diagnostics: Diagnostics): void {
  const frames = process.boundaries[boundary]?.frames ?? [];
  const owner = local.name.slice(0, local.name.indexOf('.'));
  const name = local.name.slice(owner.length + 1);
  // The yield as the owner sees it: its own, or the call that leads to one.
  const frame = frames.findLast((each) => each.function === owner) ?? frames.at(-1);
  const where = frame === undefined ? '' : ` (line ${frame.span.line})`;
  if (local.alias === true)
    diagnostics.add(
      local.span,
      `\`${name}\` names a place and is used again behind a yield${where}`,
      'Name the place again behind the yield, or keep its index instead.',
    );
  else
    diagnostics.add(
      local.span,
      `local \`${name}\` lives across a yield${where} and \`number\` has no finite domain`,
      'Declare it `Below<...>` or `Range<...>`.',
    );
}
