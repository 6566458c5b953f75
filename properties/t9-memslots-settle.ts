/**
 * T9: memslots come to rest. Once nobody changes them any more, both sets name the same slots, which is what the next update
 * starts from (kvm_activate_memslot()), and no other slots exist: none leaks, and no set names one that was freed. There is a
 * dirty bitmap if and only if the slot logs.
 */
import { always, eventually, property } from 'mmucheck/language';
import type { Kvm } from '../model/state.js';
import { KERNEL_FAIRNESS } from './fairness.js';

export function memslots_are_settled(kvm: Kvm): boolean {
  for (let id = 0; id < kvm.config.memslots; id++)
    if (kvm.memslots.set[0].slot[id] !== kvm.memslots.set[1].slot[id]) return false;
  for (let slot = 0; slot < kvm.config.slotObjects; slot++)
    if (kvm.memslots.slot[slot].allocated !== is_in_use(kvm, slot)) return false;
  for (let i = 0; i < kvm.config.bitmapLifetimes; i++)
    if (kvm.memslot.bitmap_exists[i] !== kvm.memslot.dirty_logging) return false;
  return true;
}

function is_in_use(kvm: Kvm, slot: number): boolean {
  for (let id = 0; id < kvm.config.memslots; id++) if (kvm.memslots.set[0].slot[id] === slot) return true;
  return false;
}

export const T9 = property({
  id: 'T9',
  title: 'memslots come to rest',
  temporal: eventually(always(memslots_are_settled)),
  fairness: KERNEL_FAIRNESS,
});
