/** Host threads that run one operation after another. */
import type { Op } from 'mmucheck/language';
import { migrate_pages, split_huge_pud } from '../host.js';
import { clear_whole_dirty_log, disable_dirty_logging } from '../kernel/clear_dirty_log.js';
import {
  kvm_mmu_slot_try_split_huge_pages,
  kvm_set_memory_region,
  kvm_vm_ioctl_get_dirty_log,
} from '../kernel/dirty_log.js';
import { rcu_read_lock, rcu_read_unlock } from '../kernel/locks.js';
import { set_nx_huge_pages } from '../kernel/zap_all.js';
import { harvest_dirty_rings } from '../kernel/dirty_ring_reset.js';
import { type Kvm, PG_LEVEL_4K } from '../state.js';

/** The page of the first root comes back as the third one's. */
export function* zap_migrate_zap(kvm: Kvm): Op {
  yield* set_nx_huge_pages(kvm);
  yield* migrate_pages(kvm, 0, kvm.config.gfns);
  yield* set_nx_huge_pages(kvm);
}

/** The host maps the range by one entry, so it moves all of it. */
export function* split_then_migrate(kvm: Kvm): Op {
  yield* kvm_mmu_slot_try_split_huge_pages(kvm, PG_LEVEL_4K);
  yield* migrate_pages(kvm, 0, kvm.config.gfns);
}

export function* enable_then_disable(kvm: Kvm): Op {
  yield* kvm_set_memory_region(kvm);
  yield* disable_dirty_logging(kvm);
}

export function* enable_disable_enable(kvm: Kvm): Op {
  yield* kvm_set_memory_region(kvm);
  yield* disable_dirty_logging(kvm);
  yield* kvm_set_memory_region(kvm);
}

/** Initially all set: the first pass of userspace begins with CLEAR. */
export function* enable_then_clear(kvm: Kvm): Op {
  yield* kvm_set_memory_region(kvm);
  yield* clear_whole_dirty_log(kvm);
}

export function* harvest_twice(kvm: Kvm): Op {
  yield* harvest_dirty_rings(kvm);
  yield* harvest_dirty_rings(kvm);
}

export function* enable_then_get(kvm: Kvm): Op {
  yield* kvm_set_memory_region(kvm);
  yield* kvm_vm_ioctl_get_dirty_log(kvm);
}

export function* migrate_twice(kvm: Kvm): Op {
  yield* migrate_pages(kvm, 0, kvm.config.gfns);
  yield* migrate_pages(kvm, 0, kvm.config.gfns);
}

/** The host maps 1G by one entry, which it splits before it moves the first 2M of it. */
export function* split_the_host_then_migrate(kvm: Kvm): Op {
  yield* split_huge_pud(kvm, 0);
  yield* migrate_pages(kvm, 0, kvm.config.fanout);
}

/** RCU is one for the whole machine: a grace period waits for readers anywhere in the kernel. */
export function* reads_under_rcu(kvm: Kvm): Op {
  yield;
  rcu_read_lock(kvm);
  yield;
  rcu_read_unlock(kvm);
}
