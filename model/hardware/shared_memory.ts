/**
 * KVM's plain loads and stores of shared memory, where a scenario may ask in which order other processors see them.
 * Without store buffers each is what it says. With them (level C) stores go through the buffer of the processor, and
 * loads find its own stores there. Callers make the step.
 */
import { assert, assume, current, equal, type Op, rest } from 'mmucheck/language';
import type { Kvm, Spte, SptePtr, VcpuMode } from '../state.js';
import { note_rights, put_entry, read_entry } from './ept.js';
import {
  type BufferedStore,
  buffer_spte,
  buffer_store,
  newest,
  newest_spte,
  take_store,
} from './store_buffer.js';

export function store_mode(kvm: Kvm, vcpu: number, mode: VcpuMode): void {
  if (kvm.config.storeBuffers > 0) buffer_store(kvm, 'MODE', vcpu, number_of_mode(mode));
  else kvm.vcpus[vcpu].mode = mode;
}

export function load_mode(kvm: Kvm, vcpu: number): VcpuMode {
  return mode_of_number(newest(kvm, 'MODE', vcpu, number_of_mode(kvm.vcpus[vcpu].mode)));
}

/** Not how the kernel sets a request (that is a locked instruction), but how it must not be set. */
export function store_request_tlb_flush(kvm: Kvm, vcpu: number): void {
  if (kvm.config.storeBuffers > 0) buffer_store(kvm, 'REQUEST_TLB_FLUSH', vcpu, 1);
  else kvm.vcpus[vcpu].request_tlb_flush = true;
}

/** csd_unlock(): the target of a call tells the sender that it has run. */
export function store_csd_unlock(kvm: Kvm, csd: number): void {
  buffer_store(kvm, 'CSD', csd, 0);
}

export function load_csd(kvm: Kvm, csd: number): boolean {
  return newest(kvm, 'CSD', csd, kvm.csd[csd] ? 1 : 0) !== 0;
}

export function store_srcu_reading(kvm: Kvm, vcpu: number, idx: number): void {
  if (kvm.config.storeBuffers > 0) buffer_store(kvm, 'SRCU_READING', vcpu, idx);
  else kvm.srcu.reading[vcpu] = idx;
}

/** rcu_assign_pointer() of the memslots: the flags of the new set. */
export function store_slot_dirty_logging(kvm: Kvm): void {
  if (kvm.config.storeBuffers > 0) buffer_store(kvm, 'SLOT_FLAGS', 0, 1);
  else kvm.memslot.dirty_logging = true;
}

export function store_mmu_invalidate_seq(kvm: Kvm, seq: number): void {
  if (kvm.config.storeBuffers > 0) buffer_store(kvm, 'INVALIDATE_SEQ', 0, seq);
  else kvm.mmu_invalidate_seq = seq;
}

export function load_mmu_invalidate_seq(kvm: Kvm): number {
  return newest(kvm, 'INVALIDATE_SEQ', 0, kvm.mmu_invalidate_seq);
}

export function store_mmu_invalidate_in_progress(kvm: Kvm, count: number): void {
  if (kvm.config.storeBuffers > 0) buffer_store(kvm, 'INVALIDATE_IN_PROGRESS', 0, count);
  else kvm.mmu_invalidate_in_progress = count;
}

export function load_mmu_invalidate_in_progress(kvm: Kvm): number {
  return newest(kvm, 'INVALIDATE_IN_PROGRESS', 0, kvm.mmu_invalidate_in_progress);
}

/** queued_write_unlock(): a store. (The other side of the lock, and its readers' unlock, are locked instructions.) */
export function store_mmu_lock_free(kvm: Kvm): void {
  if (kvm.config.storeBuffers > 0) buffer_store(kvm, 'MMU_LOCK', 0, -1);
  else kvm.mmu_lock.writer = -1;
}

/**
 * WRITE_ONCE() of an entry. P8 counts a right as taken from here on, wherever the store still is. P6 asks what the
 * store replaces when it gets to memory: `assumed`, or the store has overwritten what others set.
 */
export function store_entry(kvm: Kvm, sptep: SptePtr, spte: Spte, assumed: Spte): void {
  if (kvm.config.storeBuffers > 0) {
    note_rights(kvm, sptep, load_entry(kvm, sptep), spte);
    buffer_spte(kvm, sptep.table * kvm.config.entries + sptep.index, spte, assumed);
  } else {
    assert_nothing_is_lost(kvm, read_entry(kvm, sptep), assumed);
    note_rights(kvm, sptep, read_entry(kvm, sptep), spte);
    put_entry(kvm, sptep, spte, current());
  }
}

export function load_entry(kvm: Kvm, sptep: SptePtr): Spte {
  return newest_spte(kvm, sptep.table * kvm.config.entries + sptep.index, read_entry(kvm, sptep));
}

/** The buffer of a processor: its head goes to memory. */
export function* drain(kvm: Kvm, processor: number): Op {
  while (true) {
    yield rest(() => kvm.store_buffer[processor].length === 0);
    assume(kvm.store_buffer[processor].length > 0);
    write_memory(kvm, processor, take_store(kvm, processor));
  }
}

/** Processors that write entries have the number of the thread that runs there. */
function write_memory(kvm: Kvm, processor: number, store: BufferedStore): void {
  const value: number = store.value;
  if (store.at === 'MODE') kvm.vcpus[store.index].mode = mode_of_number(value);
  if (store.at === 'REQUEST_TLB_FLUSH') kvm.vcpus[store.index].request_tlb_flush = value !== 0;
  if (store.at === 'CSD') kvm.csd[store.index] = value !== 0;
  if (store.at === 'SRCU_READING') kvm.srcu.reading[store.index] = value;
  if (store.at === 'SLOT_FLAGS') kvm.memslot.dirty_logging = value !== 0;
  if (store.at === 'INVALIDATE_SEQ') kvm.mmu_invalidate_seq = value;
  if (store.at === 'INVALIDATE_IN_PROGRESS') kvm.mmu_invalidate_in_progress = value;
  if (store.at === 'MMU_LOCK') kvm.mmu_lock.writer = value;
  if (store.at === 'CELL') kvm.litmus.cell[store.index] = value;
  if (store.at === 'SPTE') {
    const entries = kvm.config.entries;
    const index = store.index % entries;
    const sptep: SptePtr = { table: (store.index - (store.index % entries)) / entries, index };
    assert_nothing_is_lost(kvm, read_entry(kvm, sptep), store.assumed);
    put_entry(kvm, sptep, store.spte, processor);
  }
}

/** A lost A bit is tolerated, and a D bit that a processor has set in spite of W being clear: PML has logged it. */
function assert_nothing_is_lost(kvm: Kvm, replaced: Spte, assumed: Spte): void {
  const dirty = kvm.config.legacyDirty && !replaced.writable ? assumed.dirty : replaced.dirty;
  assert(
    equal({ ...replaced, accessed: true, dirty }, { ...assumed, accessed: true }),
    'P6',
    'a plain store overwrites bits that were set since the entry was read',
  );
}

function number_of_mode(mode: VcpuMode): number {
  if (mode === 'OUTSIDE_GUEST_MODE') return 0;
  if (mode === 'IN_GUEST_MODE') return 1;
  return mode === 'EXITING_GUEST_MODE' ? 2 : 3;
}

function mode_of_number(mode: number): VcpuMode {
  if (mode === 0) return 'OUTSIDE_GUEST_MODE';
  if (mode === 1) return 'IN_GUEST_MODE';
  return mode === 2 ? 'EXITING_GUEST_MODE' : 'READING_SHADOW_PAGE_TABLES';
}
