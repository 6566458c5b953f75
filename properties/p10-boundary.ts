/**
 * P10: while a zap runs that must not touch anything outside its range, no leaf maps both sides of an end of the range.
 * (The kernel needs it for mirror roots only, where the content of what is zapped is lost.)
 */
import { property } from 'mmucheck/language';
import { walk, walk_level } from '../model/hardware/translation.js';
import { gfn_round_for_level } from '../model/kernel/spte.js';
import type { Kvm } from '../model/state.js';

export function no_leaf_reaches_out_of_the_zap(kvm: Kvm): boolean {
  const start: number = kvm.ghost.precise_zap.start;
  const end: number = kvm.ghost.precise_zap.end;
  if (start === end) return true;
  return !a_leaf_covers_both_sides(kvm, start) && !a_leaf_covers_both_sides(kvm, end);
}

function a_leaf_covers_both_sides(kvm: Kvm, boundary: number): boolean {
  if (boundary >= kvm.config.gfns || walk(kvm, boundary).kind !== 'LEAF') return false;
  return gfn_round_for_level(kvm, boundary, walk_level(kvm, boundary)) < boundary;
}

export const P10 = property({
  id: 'P10',
  title: 'zaps stay within their boundaries',
  invariant: no_leaf_reaches_out_of_the_zap,
});
