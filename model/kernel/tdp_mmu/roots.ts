/**
 * The TDP MMU's roots: arch/x86/kvm/mmu/tdp_mmu.c.
 *
 * A root is found by its role, which here is a number: what it stands for (system management mode, guest mode) does
 * not matter to an operation that visits every root of an address space, and all roots belong to one.
 *
 * With one root for ever (`roots` 1) an iteration is that root, and takes no steps.
 */
import { assert, type Op, type Range } from 'mmucheck/language';
import { V6_9 } from '../../config.js';
import { type Kvm, type MaybeRoot, NO_ROOT, ROOT, type VcpuId } from '../../state.js';
import { lockdep_assert_held, lockdep_assert_held_write } from '../lockdep.js';
import { read_lock, read_unlock, tdp_mmu_free_sp_rcu_callback, write_lock, write_unlock } from '../locks.js';

/**
 * for_each_tdp_mmu_root_yield_safe() and for_each_valid_tdp_mmu_root_yield_safe():
 *
 *   for (let root = yield* tdp_mmu_next_root(kvm, NO_ROOT, ...); root !== NO_ROOT; root = yield* tdp_mmu_next_root(...))
 *
 * The root in hand has a temporary reference, so that it is still on the list when the loop comes back to it, whatever
 * happened while mmu_lock was dropped. A loop that is left early must put that reference.
 */
export function* tdp_mmu_next_root(kvm: Kvm, prev_root: MaybeRoot, only_valid: boolean): Op<MaybeRoot> {
  if (kvm.config.roots === 1) return prev_root === NO_ROOT ? ROOT : NO_ROOT;
  lockdep_assert_held(kvm);
  // Under RCU: a root that leaves the list meanwhile still points to the next one, so looking further is no step.
  yield;
  const next_root: MaybeRoot = listed_after(kvm, prev_root, only_valid);
  if (next_root !== NO_ROOT) kvm.roots.count[next_root] = kvm.roots.count[next_root] + 1;
  if (prev_root !== NO_ROOT) yield* kvm_tdp_mmu_put_root(kvm, prev_root);
  return next_root;
}

/** The next root with a reference left (kvm_tdp_mmu_get_root() fails without one), and valid if that is asked. */
function listed_after(kvm: Kvm, prev_root: number, only_valid: boolean): MaybeRoot {
  let found: MaybeRoot = NO_ROOT;
  let passed = prev_root === NO_ROOT;
  for (let i = 0; i < kvm.config.rootPages; i++) {
    const root: MaybeRoot = kvm.roots.list[i];
    if (root !== NO_ROOT) {
      if (
        passed &&
        found === NO_ROOT &&
        kvm.roots.count[root] > 0 &&
        !(only_valid && kvm.roots.invalid[root])
      )
        found = root;
      if (root === prev_root) passed = true;
    }
  }
  return found;
}

/**
 * The last reference takes the root off the list and frees it after a grace period. No flush: who loads a root flushes
 * what is tagged with it (kvm_mmu_load()). mmu_lock held.
 */
export function* kvm_tdp_mmu_put_root(kvm: Kvm, root: MaybeRoot): Op {
  lockdep_assert_held(kvm);
  // refcount_dec_and_test().
  yield;
  assert(kvm.roots.count[root] > 0, 'P14', 'a root is put that nobody holds');
  kvm.roots.count[root] = kvm.roots.count[root] - 1;
  if (kvm.roots.count[root] > 0) return;
  assert(kvm.roots.invalid[root], 'P14', 'the last reference to a valid root is put');
  // Under tdp_mmu_pages_lock.
  yield;
  list_del(kvm, root);
  call_rcu_free(kvm, root);
}

function list_add(kvm: Kvm, root: number): void {
  for (let i = kvm.config.rootPages - 1; i > 0; i--) kvm.roots.list[i] = kvm.roots.list[i - 1];
  kvm.roots.list[0] = root;
}

function list_del(kvm: Kvm, root: number): void {
  let gone = false;
  for (let i = 0; i < kvm.config.rootPages; i++) {
    if (kvm.roots.list[i] === root) gone = true;
    if (gone) kvm.roots.list[i] = i + 1 < kvm.config.rootPages ? kvm.roots.list[i + 1] : NO_ROOT;
  }
}

/** A grace period ends when the last reader leaves, or now if there is none (see rcu_read_unlock()). */
function call_rcu_free(kvm: Kvm, root: number): void {
  kvm.pt[root].state = 'detached';
  forget_root(kvm, root);
  for (let p = 0; p < kvm.config.processes; p++) if (kvm.rcu_reader[p]) return;
  tdp_mmu_free_sp_rcu_callback(kvm, root);
}

/** What is said of a freed page means nothing; forgotten, equal states are equal. */
function forget_root(kvm: Kvm, root: number): void {
  kvm.roots.invalid[root] = false;
  kvm.roots.role[root] = 0;
}

/** The role of a vCPU's root: for ever the same, unless it goes between L1 and L2. */
export function role_of(kvm: Kvm, vcpu: VcpuId): number {
  if (kvm.config.nested) return kvm.roots.guest_mode[vcpu] ? 1 : 0;
  return vcpu % kvm.config.roles;
}

/**
 * A valid root of the role, if there is one. The role says "valid" too, so that an invalid one never matches. mmu_lock held
 * (__for_each_tdp_mmu_root() asks).
 */
function find_root(kvm: Kvm, role: number): MaybeRoot {
  lockdep_assert_held(kvm);
  let found: MaybeRoot = NO_ROOT;
  for (let i = 0; i < kvm.config.rootPages; i++) {
    const root: MaybeRoot = kvm.roots.list[i];
    if (found === NO_ROOT && root !== NO_ROOT && !kvm.roots.invalid[root] && kvm.roots.role[root] === role)
      found = root;
  }
  return found;
}

/** Up to 6.8 kvm_tdp_mmu_get_vcpu_root_hpa(), under the write lock; since then under the read lock. */
export function* kvm_tdp_mmu_alloc_root(kvm: Kvm, vcpu: VcpuId): Op {
  if (kvm.config.kernel < V6_9) {
    yield* write_lock(kvm);
    lockdep_assert_held_write(kvm);
    // Nobody else changes the list, or the last reference of a valid root.
    yield;
    const root: number = get_or_add_root(kvm, role_of(kvm, vcpu));
    kvm.vcpus[vcpu].root = root;
    yield* write_unlock(kvm);
  } else {
    yield* read_lock(kvm);
    // Without tdp_mmu_pages_lock. Every valid root has a reference of the TDP MMU, so that it can be had.
    yield;
    let root: MaybeRoot = find_root(kvm, role_of(kvm, vcpu));
    if (root !== NO_ROOT) kvm.roots.count[root] = kvm.roots.count[root] + 1;
    else {
      // Looks again under tdp_mmu_pages_lock: another vCPU may have been faster.
      yield;
      root = get_or_add_root(kvm, role_of(kvm, vcpu));
    }
    const got: number = root;
    kvm.vcpus[vcpu].root = got;
    yield* read_unlock(kvm);
  }
}

/** One reference for the vCPU and, of a new root, one for the TDP MMU, to be put when the root has been zapped. */
function get_or_add_root(kvm: Kvm, role: number): MaybeRoot {
  const found: MaybeRoot = find_root(kvm, role);
  if (found !== NO_ROOT) {
    kvm.roots.count[found] = kvm.roots.count[found] + 1;
    return found;
  }
  let root: MaybeRoot = NO_ROOT;
  for (let page = kvm.config.rootPages - 1; page >= 0; page--) if (kvm.pt[page].state === 'free') root = page;
  assert(root !== NO_ROOT, '', 'no page is left for a root: the configuration needs more `roots`');
  kvm.pt[root].state = 'linked';
  kvm.roots.role[root] = role;
  kvm.roots.count[root] = 2;
  list_add(kvm, root);
  return root;
}

/** is_obsolete_sp() of a TDP MMU root. */
export function is_obsolete_root(kvm: Kvm, root: number): boolean {
  return kvm.config.roots > 1 && kvm.roots.invalid[root];
}

/** Nobody may use the valid roots from here on; they stay on the list until kvm_tdp_mmu_zap_invalidated_roots(). */
export function* kvm_tdp_mmu_invalidate_all_roots(kvm: Kvm): Op {
  lockdep_assert_held_write(kvm);
  for (let i = 0; i < kvm.config.rootPages; i++) {
    const root: Range<-1, 'lastRoot'> = kvm.roots.list[i];
    // An invalid root may outlive its zap, while somebody holds a reference.
    if (root !== NO_ROOT && !kvm.roots.invalid[root]) {
      yield;
      kvm.roots.tdp_mmu_scheduled_root_to_zap[root] = true;
      kvm.roots.invalid[root] = true;
    }
  }
}
