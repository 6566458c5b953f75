/**
 * What the kernel's own checkers (lockdep, might_sleep() and the like) hold of locks: P14, wherever a function of the kernel asks.
 * A function asks here exactly where the kernel's does.
 */
import { assert, current } from 'mmucheck/language';
import type { Kvm, Vcpu } from '../state.js';

/** __might_resched(PREEMPT_LOCK_RESCHED_OFFSETS): the lock may be held, as it is about to be dropped; RCU may not. */
export function might_resched(kvm: Kvm): void {
  assert(!kvm.rcu_reader[current()], 'P14', 'the processor is given up inside an RCU read section');
}

/** might_alloc(), as an allocation asks it that may wait for memory. */
export function might_alloc(kvm: Kvm): void {
  assert(
    kvm.mmu_lock.writer !== current() && !kvm.mmu_lock.readers[current()],
    'P14',
    'sleeps with mmu_lock, which spins',
  );
  might_resched(kvm);
}

export function lockdep_assert_held_write(kvm: Kvm): void {
  assert(kvm.mmu_lock.writer === current(), 'P14', 'mmu_lock is not held for write');
}

export function lockdep_assert_held_read(kvm: Kvm): void {
  assert(kvm.mmu_lock.readers[current()], 'P14', 'mmu_lock is not held for read');
}

export function lockdep_assert_held(kvm: Kvm): void {
  assert(kvm.mmu_lock.writer === current() || kvm.mmu_lock.readers[current()], 'P14', 'mmu_lock is not held');
}

export function lockdep_assert_held_slots_lock(kvm: Kvm): void {
  assert(kvm.slots_lock.owner === current(), 'P14', 'slots_lock is not held');
}

export function lockdep_assert_in_rcu(kvm: Kvm): void {
  assert(kvm.rcu_reader[current()], 'P14', 'a page table is used outside an RCU read section');
}

/** The WARN_ONCE()s about vcpu->srcu_depth. (With store buffers the count may still be on its way.) */
export function assert_srcu_depth(kvm: Kvm, vcpu: number, depth: number): void {
  if (kvm.config.storeBuffers > 0) return;
  assert(kvm.srcu.reading[vcpu] >= 0 === (depth === 1), 'P14', 'SRCU sections of a vCPU do not balance');
}

/** The lockdep condition of __kvm_memslots(), for the thread of a vCPU. (Litmus programs have none of their own for it.) */
export function lockdep_assert_in_srcu(kvm: Kvm): void {
  if (!kvm.config.srcu || kvm.config.litmusThreads > 0) return;
  assert(
    kvm.srcu.reading[current() - kvm.config.hostThreads] >= 0,
    'P14',
    'a vCPU looks a memslot up outside SRCU',
  );
}

/** On the processor that runs this vCPU. */
export function might_sleep(vcpu: Vcpu): void {
  assert(vcpu.irqs_enabled, 'P14', 'something that may sleep is done with interrupts off');
}
