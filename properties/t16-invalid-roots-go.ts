/**
 * T16: a root that was invalidated goes: its last reference is put, by whoever zaps it, walks it or has run on it, and its page is given back.
 * For scenarios in which roots are not invalidated over and over again.
 */
import { leadsTo, not, property } from 'mmucheck/language';
import type { Kvm } from '../model/state.js';
import { KERNEL_FAIRNESS } from './fairness.js';

export function a_root_is_invalid(kvm: Kvm): boolean {
  for (let root = 0; root < kvm.config.rootPages; root++) if (kvm.roots.invalid[root]) return true;
  return false;
}

export const T16 = property({
  id: 'T16',
  title: 'invalid roots go',
  temporal: leadsTo(a_root_is_invalid, not(a_root_is_invalid)),
  fairness: KERNEL_FAIRNESS,
});
