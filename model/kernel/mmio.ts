/**
 * MMIO: accesses to gfns without a memslot. arch/x86/kvm/mmu/{mmu,spte}.c, x86.{c,h}, vmx.c.
 *
 * An entry that says so makes the processor exit with an EPT misconfiguration, which caches nothing and drops nothing.
 * The entry is not present, so zaps leave it alone; instead it is worth something only while the memslots' generation is
 * the one that it carries. The same goes for what a vCPU remembers of its last such access. Both are made under SRCU,
 * after the slots were searched: while an update is in progress, the search may have used the old set, and the generation
 * of the new one is then not yet what it will be when that set's readers have gone.
 *
 * Not modelled: eventfds on the fast MMIO bus, which answer a misconfiguration before anybody asks for its generation.
 */
import { assert, type Op } from 'mmucheck/language';
import { walk_end_from } from '../hardware/translation.js';
import { type Gfn, type Kvm, PG_LEVEL_4K, type Spte, type VcpuId } from '../state.js';
import type { Fault, RetPf } from './fault.js';
import { rcu_read_lock, rcu_read_unlock } from './locks.js';
import { is_backed_for_good, kvm_vcpu_gfn_to_memslot } from './memslots.js';
import { is_mmio_spte, NONPRESENT_SPTE } from './spte.js';
import { TDP_ITER, tdp_iter_next, tdp_iter_start, type TdpIter } from './tdp_iter.js';

/**
 * The pointer to the active set and its generation are read in one step: the generation of a set changes while it is
 * active once, or when it has no readers.
 */
export function* make_mmio_spte(kvm: Kvm): Op<Spte> {
  yield;
  return {
    ...NONPRESENT_SPTE,
    mmio: 1 + (kvm.memslots.set[kvm.memslots.active].generation % kvm.config.mmioGenerations),
  };
}

/** Nothing is remembered while an update is in progress. */
export function* vcpu_cache_mmio_info(kvm: Kvm, vcpu: VcpuId, gfn: Gfn): Op {
  yield;
  if (kvm.memslots.set[kvm.memslots.active].update_in_progress) return;
  remember(kvm, vcpu, gfn);
}

function remember(kvm: Kvm, vcpu: VcpuId, gfn: Gfn): void {
  const generation: number = kvm.memslots.set[kvm.memslots.active].generation;
  kvm.vcpus[vcpu].mmio[0].gfn = gfn;
  kvm.vcpus[vcpu].mmio[0].generation = generation;
  kvm.vcpus[vcpu].mmio[0].update_in_progress = kvm.memslots.set[kvm.memslots.active].update_in_progress;
}

/** vcpu_match_mmio_gen() and vcpu_match_mmio_gpa(). The whole generation is compared, with the bit of an update. */
export function vcpu_match_mmio_gpa(kvm: Kvm, vcpu: VcpuId, gfn: Gfn): boolean {
  return (
    kvm.vcpus[vcpu].mmio[0].gfn === gfn &&
    kvm.vcpus[vcpu].mmio[0].generation === kvm.memslots.set[kvm.memslots.active].generation &&
    kvm.vcpus[vcpu].mmio[0].update_in_progress === kvm.memslots.set[kvm.memslots.active].update_in_progress
  );
}

/** An EPT misconfiguration, for an entry that says MMIO if it is not too old. Otherwise a fault will find out. */
export function* handle_mmio_page_fault(kvm: Kvm, vcpu: VcpuId, gfn: Gfn): Op<RetPf> {
  if (yield* mmio_info_in_cache(kvm, vcpu, gfn)) return 'EMULATE';
  const spte = yield* get_mmio_spte(kvm, vcpu, gfn);
  // Somebody has changed the entry since: the access comes again.
  if (!is_mmio_spte(spte)) return 'RETRY';
  if (!(yield* check_mmio_spte(kvm, spte))) return 'INVALID';
  yield* vcpu_cache_mmio_info(kvm, vcpu, gfn);
  return 'EMULATE';
}

function* mmio_info_in_cache(kvm: Kvm, vcpu: VcpuId, gfn: Gfn): Op<boolean> {
  yield;
  return vcpu_match_mmio_gpa(kvm, vcpu, gfn);
}

/** The last entry of kvm_tdp_mmu_get_walk(). */
function* get_mmio_spte(kvm: Kvm, vcpu: VcpuId, gfn: Gfn): Op<Spte> {
  const iter: TdpIter = { ...TDP_ITER };
  iter.root = kvm.vcpus[vcpu].root;
  let spte: Spte = NONPRESENT_SPTE;
  rcu_read_lock(kvm);
  for (
    yield* tdp_iter_start(kvm, iter, PG_LEVEL_4K, gfn);
    iter.valid && iter.gfn <= gfn;
    yield* tdp_iter_next(kvm, iter)
  )
    spte = iter.old_spte;
  rcu_read_unlock(kvm);
  return spte;
}

/** No entry is worth anything while an update is in progress. */
function* check_mmio_spte(kvm: Kvm, spte: Spte): Op<boolean> {
  yield;
  if (kvm.memslots.set[kvm.memslots.active].update_in_progress) return false;
  return spte.mmio === 1 + (kvm.memslots.set[kvm.memslots.active].generation % kvm.config.mmioGenerations);
}

/**
 * emulator_read_write_onepage(): what is remembered decides, and otherwise the slots. Where neither finds memory, the
 * access is MMIO, and userspace answers it (P20).
 */
export function* emulator_read_write_onepage(kvm: Kvm, vcpu: VcpuId, fault: Fault): Op {
  yield;
  if (vcpu_match_mmio_gpa(kvm, vcpu, fault.gfn)) {
    complete_as_mmio(kvm, fault.gfn);
    return;
  }
  const slot = yield* kvm_vcpu_gfn_to_memslot(kvm, vcpu, fault.gfn);
  if (slot < 0 || kvm.memslots.slot[slot].invalid) complete_as_mmio(kvm, fault.gfn);
}

function complete_as_mmio(kvm: Kvm, gfn: Gfn): void {
  assert(!is_backed_for_good(kvm, gfn), 'P20', 'an access is MMIO although a memslot is there');
}

/** Whether a walk for `gfn` ends in an entry that would be taken for MMIO now: for properties. */
export function walk_ends_in_current_mmio(kvm: Kvm, table: number, gfn: Gfn): boolean {
  const end = walk_end_from(kvm, table, gfn);
  const generation: number = kvm.memslots.set[kvm.memslots.active].generation;
  return (
    !kvm.memslots.set[kvm.memslots.active].update_in_progress &&
    kvm.pt[end.table].spte[end.index].mmio === 1 + (generation % kvm.config.mmioGenerations)
  );
}
