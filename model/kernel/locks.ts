/**
 * Locks, as include/linux/{rwlock,mutex,srcu}.h have them, with who holds them, so that lockdep's questions can be
 * asked (P14). Waiting is a step that is not enabled; a woken waiter is not ordered before others: whoever finds the
 * lock free may take it, which allows every order that the kernel's queues allow.
 */
import { assert, choose, current, type Op } from 'mmucheck/language';
import type { Kvm, Mutex, RwLock, Vcpu } from '../state.js';
import {
  might_resched,
  lockdep_assert_held_write,
  lockdep_assert_held_read,
  lockdep_assert_in_rcu,
  assert_srcu_depth,
} from './lockdep.js';
import { NONPRESENT_SPTE } from './spte.js';
import { store_mmu_lock_free, store_srcu_reading } from '../hardware/shared_memory.js';
import { is_drained, smp_mb } from '../hardware/store_buffer.js';

export function rwlock_is_free(lock: RwLock, processes: number): boolean {
  if (lock.writer >= 0) return false;
  for (let p = 0; p < processes; p++) if (lock.readers[p]) return false;
  return true;
}

export function* read_lock(kvm: Kvm): Op {
  if (kvm.config.contention) yield* queue_up(kvm);
  yield () => kvm.mmu_lock.writer < 0 && is_drained(kvm);
  if (kvm.config.contention) kvm.mmu_lock.waiting[current()] = false;
  assert(!kvm.mmu_lock.readers[current()], 'P14', 'mmu_lock is taken for read twice');
  kvm.mmu_lock.readers[current()] = true;
}

export function* read_unlock(kvm: Kvm): Op {
  yield () => is_drained(kvm);
  lockdep_assert_held_read(kvm);
  kvm.mmu_lock.readers[current()] = false;
}

export function* write_lock(kvm: Kvm): Op {
  if (kvm.config.contention) yield* queue_up(kvm);
  yield () => rwlock_is_free(kvm.mmu_lock, kvm.config.processes) && is_drained(kvm);
  if (kvm.config.contention) kvm.mmu_lock.waiting[current()] = false;
  kvm.mmu_lock.writer = current();
}

export function* write_unlock(kvm: Kvm): Op {
  yield;
  lockdep_assert_held_write(kvm);
  store_mmu_lock_free(kvm);
}

/** Where the holder can see it. */
function* queue_up(kvm: Kvm): Op {
  yield;
  kvm.mmu_lock.waiting[current()] = true;
}

export function rwlock_is_contended(kvm: Kvm): boolean {
  for (let p = 0; p < kvm.config.lockWaiters; p++) if (kvm.mmu_lock.waiting[p]) return true;
  return false;
}

/** Drops and takes the lock again in the same mode; whoever waits may run in between. */
export function* cond_resched_rwlock_read(kvm: Kvm): Op {
  might_resched(kvm);
  yield* read_unlock(kvm);
  yield* read_lock(kvm);
}

export function* cond_resched_rwlock_write(kvm: Kvm): Op {
  might_resched(kvm);
  yield* write_unlock(kvm);
  yield* write_lock(kvm);
}

/** Time is up or the lock is contended: the scheduler decides, so both answers are possible whenever it is asked. */
export function need_resched(kvm: Kvm): boolean {
  if (kvm.config.contention) return rwlock_is_contended(kvm);
  return kvm.config.reschedule && choose(false, true);
}

/** (Level C: the lock is taken and dropped by locked instructions, but nothing that it protects is stored late.) */
export function* mutex_lock(lock: Mutex): Op {
  yield () => lock.owner < 0;
  lock.owner = current();
}

export function* mutex_unlock(lock: Mutex): Op {
  yield;
  assert(lock.owner === current(), 'P14', 'a mutex is unlocked that another process holds');
  lock.owner = -1;
}

/**
 * RCU read sections take no step of their own: they order nothing but the freeing of page tables, and what they do
 * (a flag per reader) commutes with every step of others but that.
 */
export function rcu_read_lock(kvm: Kvm): void {
  assert(!kvm.rcu_reader[current()], 'P14', 'an RCU read section begins inside another');
  kvm.rcu_reader[current()] = true;
}

/**
 * The last reader's unlock ends every grace period at once: call_rcu() callbacks run here.
 *
 * Real grace periods may end earlier, while readers that began later are still inside. Nothing is missed by that: from
 * an unlinking to the free, its remover waits for older readers only (for FROZEN entries) and for vCPUs, never for a
 * reader that began later, and such a reader cannot reach the table. So what a later reader does is needed neither for
 * the free nor for a walk of the freed table, and both happen as well in the run in which it begins after them. The
 * option `gracePeriods` keeps each table's own readers instead, and scenarios compare.
 */
export function rcu_read_unlock(kvm: Kvm): void {
  lockdep_assert_in_rcu(kvm);
  kvm.rcu_reader[current()] = false;
  if (kvm.config.gracePeriods) {
    for (let table = 1; table < kvm.config.tables; table++) leave_grace_period(kvm, table, current());
    return;
  }
  for (let p = 0; p < kvm.config.processes; p++) if (kvm.rcu_reader[p]) return;
  for (let table = kvm.config.roots > 1 ? 0 : 1; table < kvm.config.tables; table++)
    if (kvm.pt[table].state === 'detached') tdp_mmu_free_sp_rcu_callback(kvm, table);
}

/** For an unlinked table, by its remover, who is a reader. Readers that begin from here on cannot reach it. */
export function call_rcu(kvm: Kvm, table: number): void {
  if (!kvm.config.gracePeriods) return;
  for (let p = 0; p < kvm.config.processes; p++)
    kvm.rcu_awaited[table * kvm.config.processes + p] = kvm.rcu_reader[p];
}

function leave_grace_period(kvm: Kvm, table: number, reader: number): void {
  if (!kvm.rcu_awaited[table * kvm.config.processes + reader]) return;
  kvm.rcu_awaited[table * kvm.config.processes + reader] = false;
  for (let p = 0; p < kvm.config.processes; p++)
    if (kvm.rcu_awaited[table * kvm.config.processes + p]) return;
  tdp_mmu_free_sp_rcu_callback(kvm, table);
}

/** Gives the page back, with the content that a new page has. */
export function tdp_mmu_free_sp_rcu_callback(kvm: Kvm, table: number): void {
  for (let i = 0; i < kvm.config.entries; i++)
    assert(
      table < kvm.config.roots ||
        kvm.pt[table].state !== 'detached' ||
        (kvm.pt[table].spte[i].kind !== 'LEAF' && kvm.pt[table].spte[i].kind !== 'TABLE'),
      'P5',
      'an unlinked table is freed with an entry that was installed behind its remover',
    );
  kvm.pt[table].state = 'free';
  kvm.pt[table].level = 1;
  kvm.pt[table].parent = 0;
  kvm.pt[table].nx_huge_page_disallowed = false;
  if (kvm.config.nxRecovery) kvm.nx.ptep[table] = { table: 0, index: 0 };
  for (let i = 0; i < kvm.config.entries; i++) {
    kvm.pt[table].spte[i] = NONPRESENT_SPTE;
    kvm.pt[table].frozen_by[i] = -1;
  }
}

/**
 * A vCPU is an SRCU reader (kvm->srcu) from one exit to the next entry. Its count is an instruction without LOCK, as
 * the counter is the processor's own; a barrier keeps what is read inside behind it.
 */
export function* kvm_vcpu_srcu_read_lock(kvm: Kvm, vcpu: number): Op {
  yield;
  assert_srcu_depth(kvm, vcpu, 0);
  const idx: number = kvm.srcu.idx;
  store_srcu_reading(kvm, vcpu, idx);
  yield* smp_mb(kvm);
}

/** The barrier in front is the caller's (vcpu_enter_guest), which needs it also where SRCU is not modelled. */
export function* kvm_vcpu_srcu_read_unlock(kvm: Kvm, vcpu: number): Op {
  yield;
  assert_srcu_depth(kvm, vcpu, 1);
  store_srcu_reading(kvm, vcpu, -1);
}

/** Waits until every reader that began before has ended. One grace period at a time. */
export function* synchronize_srcu(kvm: Kvm): Op {
  yield* mutex_lock(kvm.srcu.gp);
  yield* smp_mb(kvm);
  yield;
  const before = kvm.srcu.idx;
  kvm.srcu.idx = 1 - before;
  if (kvm.config.storeBuffers > 0) {
    // A reader that had sampled the index before an earlier grace period counts under the other one.
    yield () => no_srcu_reader(kvm, 1 - before);
  }
  yield () => no_srcu_reader(kvm, before);
  yield* mutex_unlock(kvm.srcu.gp);
}

function no_srcu_reader(kvm: Kvm, idx: number): boolean {
  for (let v = 0; v < kvm.config.vcpus; v++) if (kvm.srcu.reading[v] === idx) return false;
  return true;
}

/** Interrupts of the processor that runs this vCPU. */
export function* local_irq_disable(vcpu: Vcpu): Op {
  yield;
  vcpu.irqs_enabled = false;
}

export function* local_irq_enable(vcpu: Vcpu): Op {
  yield;
  vcpu.irqs_enabled = true;
}
