/**
 * A user's patch and a scenario's own variant may change the same lines. That is no mistake of the user's: the question
 * that the scenario asks does not arise on the patched model.
 */
import type { Patch } from '../workspace/patch.js';
import type { Scenario, Unloadable } from '../workspace/scenarios.js';

/**
 * Why the scenario has no patched form, or null if it has one or if the reason is another.
 * @param patches known to apply to the model without variants
 */
export function conflictOf(
  base: Scenario,
  patched: Scenario | Unloadable,
  patches: readonly Patch[],
): string | null {
  if (base.variant === null || !('error' in patched)) return null;
  const [first] = patched.error.diagnostics;
  const patch = patches.find(({ name }) => name === first?.span?.file);
  if (patch === undefined) return null;
  return `${patch.name} does not apply on top of ${base.variant}`;
}
