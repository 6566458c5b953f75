/**
 * The litmus shapes of KVM's own protocols: short threads that call the kernel's functions, and note in registers what
 * each side has seen. Each row of the table in scenarios/kvm-tso.ts asks for the outcome that the protocol must not
 * have. `done` says that a thread is through.
 */
import { assume, type Op, rest } from 'mmucheck/language';
import { kvm_get_dirty_log_protect, kvm_swap_active_memslots } from '../../kernel/dirty_log.js';
import { type Fault, NO_FAULT } from '../../kernel/fault.js';
import {
  kvm_vcpu_srcu_read_lock,
  kvm_vcpu_srcu_read_unlock,
  local_irq_disable,
  local_irq_enable,
  read_lock,
  synchronize_srcu,
  write_unlock,
} from '../../kernel/locks.js';
import { test_dirty_bit } from '../../kernel/memslot.js';
import { fast_pf_fix_direct_spte, kvm_lookup_slot } from '../../kernel/mmu.js';
import { kvm_mmu_invalidate_end } from '../../kernel/mmu_notifier.js';
import {
  kvm_make_all_cpus_request,
  kvm_make_request,
  kvm_vcpu_exiting_guest_mode,
} from '../../kernel/requests.js';
import { NONPRESENT_SPTE } from '../../kernel/spte.js';
import { __kvm_tdp_mmu_write_spte, kvm_tdp_mmu_write_spte_atomic } from '../../kernel/tdp_mmu/set_spte.js';
import {
  kvm_vcpu_exit_request,
  set_mode_in_guest,
  set_mode_outside_guest,
  smp_mb__after_srcu_read_unlock,
  vmx_vcpu_enter,
} from '../../kernel/vcpu.js';
import { walk_shadow_page_lockless_begin } from '../../kernel/walk_shadow_page.js';
import type { Kvm, Spte, SptePtr } from '../../state.js';
import { read_entry } from '../ept.js';
import { load_entry, load_mmu_invalidate_in_progress, load_mmu_invalidate_seq } from '../shared_memory.js';
import { buffer_store, newest, smp_mb } from '../store_buffer.js';
import { walk } from '../translation.js';
import { every_thread_is_done } from './program.js';
import type { LitmusValue } from './state.js';

const VCPU = 0;
/** The entry of gfn 0 (`mapped_small`). */
const ENTRY: SptePtr = { table: 1, index: 0 };
const SHADOW_PAGES = 0;
const GUEST_PTE = 1;

const FAULT: Fault = {
  ...NO_FAULT,
  write: true,
  present: true,
  slot_dirty_logging: true,
  map_writable: true,
};

/** Notes whether a thread has seen something. */
function note(kvm: Kvm, register: number, seen: boolean): void {
  kvm.litmus.register[register] = seen ? 1 : 0;
}

function* store_cell(kvm: Kvm, cell: number, value: number): Op {
  yield;
  if (kvm.config.storeBuffers > 0) buffer_store(kvm, 'CELL', cell, value);
  else kvm.litmus.cell[cell] = value;
}

function* load_cell(kvm: Kvm, cell: number): Op<number> {
  yield;
  return newest(kvm, 'CELL', cell, kvm.litmus.cell[cell]);
}

/** VM entry up to the test for requests. r0: it has seen the request. r1: its walk would find a leaf. */
export function* enters_guest(kvm: Kvm, thread: number): Op {
  yield* set_mode_in_guest(kvm, VCPU);
  yield* smp_mb__after_srcu_read_unlock(kvm);
  const seen = yield* kvm_vcpu_exit_request(kvm, VCPU);
  note(kvm, 0, seen);
  yield;
  note(kvm, 1, walk(kvm, 0).kind === 'LEAF');
  kvm.litmus.done[thread] = true;
}

/** Requests and kicks. r2: it will send an IPI. */
export function* kicks(kvm: Kvm, thread: number): Op {
  yield* kvm_make_request(kvm, VCPU, 'TLB_FLUSH');
  const mode = yield* kvm_vcpu_exiting_guest_mode(kvm, VCPU);
  note(kvm, 2, mode !== 'OUTSIDE_GUEST_MODE');
  kvm.litmus.done[thread] = true;
}

/** The same behind a plain store that clears the entry of gfn 0. */
export function* zaps_and_kicks(kvm: Kvm, thread: number): Op {
  yield* store_nonpresent(kvm);
  yield* kicks(kvm, thread);
}

function* store_nonpresent(kvm: Kvm): Op {
  const old_spte = yield* load_old_entry(kvm);
  yield* __kvm_tdp_mmu_write_spte(kvm, ENTRY, NONPRESENT_SPTE, old_spte);
}

function* load_old_entry(kvm: Kvm): Op<Spte> {
  yield;
  return load_entry(kvm, ENTRY);
}

/** The test of a TD's wait_for_sept_zap (cell 0) on its way in. r0: it has seen the flag. */
export function* enters_unless_told_to_wait(kvm: Kvm, thread: number, tests_before_mode: boolean): Op {
  let flag: LitmusValue = 0;
  if (tests_before_mode) flag = yield* load_cell(kvm, 0);
  yield* set_mode_in_guest(kvm, VCPU);
  yield* smp_mb__after_srcu_read_unlock(kvm);
  if (!tests_before_mode) flag = yield* load_cell(kvm, 0);
  note(kvm, 0, flag !== 0);
  kvm.litmus.done[thread] = true;
}

/** Tells TD vCPUs to wait and kicks them, without a request bit. r2: it will send an IPI. */
export function* tells_to_wait(kvm: Kvm, thread: number, kicks_first: boolean): Op {
  if (!kicks_first) yield* store_cell(kvm, 0, 1);
  const mode = yield* kvm_vcpu_exiting_guest_mode(kvm, VCPU);
  note(kvm, 2, mode !== 'OUTSIDE_GUEST_MODE');
  if (kicks_first) yield* store_cell(kvm, 0, 1);
  kvm.litmus.done[thread] = true;
}

/** A lockless walk of shadow page tables, which does not end here. r1: it has read the leaf. */
export function* walks_lockless(kvm: Kvm, thread: number): Op {
  yield* walk_shadow_page_lockless_begin(kvm, VCPU);
  const spte = yield* load_old_entry(kvm);
  note(kvm, 1, spte.kind === 'LEAF');
  kvm.litmus.done[thread] = true;
}

/** One that goes on to the page (cell 0) and ends. r1: it has read the old entry. r0: the page was somebody else's when it came there. */
export function* walks_lockless_to_the_page(kvm: Kvm, thread: number): Op {
  yield* walk_shadow_page_lockless_begin(kvm, VCPU);
  const spte = yield* load_old_entry(kvm);
  note(kvm, 1, spte.kind === 'LEAF');
  note(kvm, 0, (yield* load_cell(kvm, 0)) !== 0);
  // walk_shadow_page_lockless_end().
  yield* set_mode_outside_guest(kvm, VCPU);
  yield* local_irq_enable(kvm.vcpus[VCPU]);
  kvm.litmus.done[thread] = true;
}

/** kvm_mmu_commit_zap_page(): the page is freed, and used by somebody else, when the flush is done. */
export function* zaps_and_frees(kvm: Kvm, thread: number): Op {
  yield* store_nonpresent(kvm);
  yield* kvm_make_all_cpus_request(kvm, 'TLB_FLUSH');
  yield* store_cell(kvm, 0, 1);
  kvm.litmus.done[thread] = true;
}

/**
 * A page fault begins to shadow a guest page table, and reads the guest's PTE after that (account_shadowed(), then
 * FNAME(gpte_changed)). Cell 0: kvm->arch.indirect_shadow_pages, cell 1: the PTE. r0: the PTE is the new one.
 */
export function* shadows_guest_page_table(kvm: Kvm, thread: number): Op {
  yield* account_shadowed(kvm);
  const changed = yield* gpte_changed(kvm);
  note(kvm, 0, changed !== 0);
  kvm.litmus.done[thread] = true;
}

function* account_shadowed(kvm: Kvm): Op {
  yield* store_cell(kvm, SHADOW_PAGES, 1);
  yield* smp_mb(kvm);
}

function* gpte_changed(kvm: Kvm): Op<LitmusValue> {
  return yield* load_cell(kvm, GUEST_PTE);
}

/**
 * Another vCPU's write of that PTE is emulated, and looks whether there is anything to do for shadow pages after that
 * (emulator_write_phys(), then kvm_mmu_track_write()). r1: there is.
 */
export function* emulates_write_of_guest_pte(kvm: Kvm, thread: number): Op {
  yield* emulator_write_phys(kvm);
  const indirect_shadow_pages = yield* kvm_mmu_track_write(kvm);
  note(kvm, 1, indirect_shadow_pages !== 0);
  kvm.litmus.done[thread] = true;
}

function* emulator_write_phys(kvm: Kvm): Op {
  yield* store_cell(kvm, GUEST_PTE, 1);
}

function* kvm_mmu_track_write(kvm: Kvm): Op<LitmusValue> {
  yield* smp_mb(kvm);
  return yield* load_cell(kvm, SHADOW_PAGES);
}

export function* ends_invalidation(kvm: Kvm, thread: number): Op {
  // With mmu_lock: the setup gave it to this thread.
  yield;
  yield* kvm_mmu_invalidate_end(kvm);
  kvm.litmus.done[thread] = true;
}

/** mmu_invalidate_retry_gfn_unsafe(): the test without mmu_lock. r0: an invalidation is open. r1: one has ended. */
export function* tests_for_invalidation(kvm: Kvm, thread: number, seq_first: boolean): Op {
  if (seq_first) yield* test_seq(kvm);
  yield;
  note(kvm, 0, load_mmu_invalidate_in_progress(kvm) > 0);
  if (!seq_first) yield* test_seq(kvm);
  kvm.litmus.done[thread] = true;
}

function* test_seq(kvm: Kvm): Op {
  yield;
  note(kvm, 1, load_mmu_invalidate_seq(kvm) !== 0);
}

/** The end of a fast page fault on gfn 0: W, and the dirty bit. */
export function* makes_writable(kvm: Kvm, thread: number): Op {
  const fault: Fault = { ...FAULT };
  const old_spte = yield* load_old_entry(kvm);
  yield* fast_pf_fix_direct_spte(kvm, VCPU, fault, ENTRY, old_spte, { ...old_spte, writable: true });
  kvm.litmus.done[thread] = true;
}

export function* harvests(kvm: Kvm, thread: number): Op {
  yield* kvm_get_dirty_log_protect(kvm);
  kvm.litmus.done[thread] = true;
}

/** At the end: a write to gfn 0 would go unseen. */
export function no_write_goes_unseen(kvm: Kvm): boolean {
  return !every_thread_is_done(kvm) || !read_entry(kvm, ENTRY).writable || test_dirty_bit(kvm, 0);
}

/**
 * A vCPU that writes to a page (cell 0) through a translation that it has, until it is kicked. r0: it has written. It
 * runs once: one that finds a request does not enter.
 */
export function* writes_in_guest(kvm: Kvm, thread: number): Op {
  yield* local_irq_disable(kvm.vcpus[VCPU]);
  yield* set_mode_in_guest(kvm, VCPU);
  yield* smp_mb__after_srcu_read_unlock(kvm);
  if (!(yield* kvm_vcpu_exit_request(kvm, VCPU))) {
    yield* vmx_vcpu_enter(kvm, VCPU);
    yield* store_cell(kvm, 0, 1);
    note(kvm, 0, true);
    yield rest(() => !kvm.vcpus[VCPU].ipi);
    assume(kvm.vcpus[VCPU].ipi);
    kvm.vcpus[VCPU].in_guest = false;
  }
  yield* set_mode_outside_guest(kvm, VCPU);
  yield* local_irq_enable(kvm.vcpus[VCPU]);
  kvm.litmus.done[thread] = true;
}

/** Zaps, makes every vCPU leave, and reads the page. r1: it was written by the zap. r2: by the end of the kick. */
export function* zaps_and_reads_the_page(kvm: Kvm, thread: number): Op {
  yield* kvm_tdp_mmu_write_spte_atomic(kvm, ENTRY, NONPRESENT_SPTE);
  note(kvm, 1, (yield* load_cell(kvm, 0)) !== 0);
  yield* kvm_make_all_cpus_request(kvm, 'TLB_FLUSH');
  note(kvm, 2, (yield* load_cell(kvm, 0)) !== 0);
  kvm.litmus.done[thread] = true;
}

/** A reader of the memslots. r0: it is inside with the flags of the old set. */
export function* reads_memslots(kvm: Kvm, thread: number): Op {
  const fault: Fault = { ...FAULT };
  yield* kvm_vcpu_srcu_read_lock(kvm, VCPU);
  yield* kvm_lookup_slot(kvm, fault);
  note(kvm, 0, !fault.slot_dirty_logging);
  yield* kvm_vcpu_srcu_read_unlock(kvm, VCPU);
  note(kvm, 0, false);
  kvm.litmus.done[thread] = true;
}

export function* swaps_memslots(kvm: Kvm, thread: number): Op {
  yield* kvm_swap_active_memslots(kvm);
  kvm.litmus.done[thread] = true;
}

/** The same behind a grace period that somebody else has waited for. */
export function* synchronizes_and_swaps_memslots(kvm: Kvm, thread: number): Op {
  yield* synchronize_srcu(kvm);
  yield* swaps_memslots(kvm, thread);
}

/** Once the swap has returned (thread 1), nobody uses the old set. */
export function the_old_memslots_are_unused(kvm: Kvm): boolean {
  return !kvm.litmus.done[1] || kvm.litmus.register[0] === 0;
}

/** Stores an entry with mmu_lock held, and drops the lock. */
export function* stores_and_unlocks(kvm: Kvm, thread: number): Op {
  yield* store_nonpresent(kvm);
  yield* write_unlock(kvm);
  kvm.litmus.done[thread] = true;
}

/** r1: with the lock, a walk finds the old leaf. */
export function* locks_and_walks(kvm: Kvm, thread: number): Op {
  yield* read_lock(kvm);
  yield;
  note(kvm, 1, walk(kvm, 0).kind === 'LEAF');
  kvm.litmus.done[thread] = true;
}

/** r1: a walk of the storing processor itself finds the old leaf. */
export function* stores_and_walks(kvm: Kvm, thread: number): Op {
  yield* store_nonpresent(kvm);
  yield;
  note(kvm, 1, walk(kvm, 0).kind === 'LEAF');
  kvm.litmus.done[thread] = true;
}
