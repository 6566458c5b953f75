/**
 * What an operation costs by itself: a process runs alone from the initial state to its end, by direct execution, so that nothing has to be
 * compiled and configurations may be much larger than those that can be searched. Choices are all answered by the first alternative.
 */
import type { RecordType } from '../compiler/ir/program.js';
import type { Declaration } from '../workspace/evaluate.js';
import type { Scenario } from '../workspace/scenarios.js';
import { DirectExecution } from './execution.js';

export interface Cost {
  readonly steps: number;
  /** Of the function that was counted. */
  readonly calls: number;
  /** Why it did not come to its end. */
  readonly stopped: 'waits' | 'fails' | null;
}

export function costOf(
  scenario: Scenario,
  root: RecordType,
  process: number,
  counted: Declaration | null,
): Cost {
  let calls = 0;
  const undo =
    counted === null
      ? () => {}
      : scenario.modules.observe(counted, () => {
          calls++;
        });
  try {
    const execution = DirectExecution.start(scenario, root);
    for (let steps = 0; ; steps++) {
      const { outcome } = execution.stepFirst(process);
      if (outcome === 'end') return { steps: steps + 1, calls, stopped: null };
      if (outcome === 'disabled') return { steps, calls, stopped: 'waits' };
      if (outcome === 'failure') return { steps, calls, stopped: 'fails' };
    }
  } finally {
    undo();
  }
}
