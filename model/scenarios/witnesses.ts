/** States that show that the interesting thing did happen; scenarios name the ones that they must reach. */
import { cpu_of } from '../hardware/processor.js';
import { walk, walk_is_huge, walk_level } from '../hardware/translation.js';
import { type Kvm, PG_LEVEL_1G, PG_LEVEL_2M } from '../state.js';

export { a_root_is_invalid } from '../../properties/t16-invalid-roots-go.js';
export { a_vcpu_may_use_a_stale_huge_translation } from '../../properties/t3-split-is-flushed.js';
export { every_table_is_freed } from '../../properties/t15-the-vm-goes.js';

export function every_huge_page_is_split(kvm: Kvm): boolean {
  for (let gfn = 0; gfn < kvm.config.gfns; gfn++) if (walk_is_huge(kvm, gfn)) return false;
  return true;
}

export function a_small_page_is_executable(kvm: Kvm): boolean {
  for (let gfn = 0; gfn < kvm.config.gfns; gfn++) {
    const leaf = walk(kvm, gfn);
    if (!walk_is_huge(kvm, gfn) && leaf.kind === 'LEAF' && leaf.executable) return true;
  }
  return false;
}

export function the_host_has_moved_a_page(kvm: Kvm): boolean {
  for (let gfn = 0; gfn < kvm.config.gfns; gfn++) if (kvm.host.pfn[gfn] >= kvm.config.gfns) return true;
  return false;
}

export function a_moved_page_is_mapped_again(kvm: Kvm): boolean {
  for (let gfn = 0; gfn < kvm.config.gfns; gfn++) {
    const leaf = walk(kvm, gfn);
    if (leaf.kind === 'LEAF' && leaf.pfn >= kvm.config.gfns) return true;
  }
  return false;
}

export function an_invalidation_is_open(kvm: Kvm): boolean {
  return kvm.mmu_invalidate_in_progress > 0;
}

export function two_invalidations_are_open(kvm: Kvm): boolean {
  return kvm.mmu_invalidate_in_progress === 2;
}

/** The fast page fault sets W in an entry that an open invalidation covers and has not reached yet. */
export function a_page_becomes_writable_during_its_invalidation(kvm: Kvm): boolean {
  for (let gfn = 0; gfn < kvm.config.gfns; gfn++)
    if (
      kvm.mmu_invalidate_in_progress > 0 &&
      gfn >= kvm.mmu_invalidate_range_start &&
      gfn < kvm.mmu_invalidate_range_end &&
      walk(kvm, gfn).writable
    )
      return true;
  return false;
}

export function tracking_has_begun(kvm: Kvm): boolean {
  return kvm.ghost.tracking;
}

export function a_dirty_bit_is_set(kvm: Kvm): boolean {
  for (let word = 0; word < kvm.config.words; word++) if (kvm.memslot.dirty_bitmap[word] !== 0) return true;
  return false;
}

export function a_page_is_harvested(kvm: Kvm): boolean {
  for (let gfn = 0; gfn < kvm.config.gfns; gfn++) if (kvm.ghost.harvesting[gfn]) return true;
  return false;
}

export function a_fast_fault_is_about_to_mark_its_page(kvm: Kvm): boolean {
  for (let v = 0; v < kvm.config.vcpus; v++) if (kvm.vcpus[v].marking >= 0) return true;
  return false;
}

export function a_page_is_write_protected(kvm: Kvm): boolean {
  for (let gfn = 0; gfn < kvm.config.gfns; gfn++) {
    const leaf = walk(kvm, gfn);
    if (leaf.kind === 'LEAF' && leaf.mmu_writable && !leaf.writable) return true;
  }
  return false;
}

export function a_table_waits_for_its_grace_period(kvm: Kvm): boolean {
  for (let table = 1; table < kvm.config.tables; table++) if (kvm.pt[table].state === 'detached') return true;
  return false;
}

export function an_entry_is_frozen(kvm: Kvm): boolean {
  for (let table = 1; table < kvm.config.tables; table++)
    for (let i = 0; i < kvm.config.fanout; i++) if (kvm.pt[table].spte[i].kind === 'FROZEN') return true;
  return false;
}

export function a_caller_relies_on_small_pages(kvm: Kvm): boolean {
  return kvm.ghost.relies_on_small_pages;
}

export function a_vcpu_is_kicked(kvm: Kvm): boolean {
  for (let v = 0; v < kvm.config.vcpus; v++)
    if (kvm.vcpus[v].in_guest && kvm.vcpus[v].mode === 'EXITING_GUEST_MODE' && kvm.vcpus[v].ipi) return true;
  return false;
}

export function a_giga_page_is_mapped(kvm: Kvm): boolean {
  for (let gfn = 0; gfn < kvm.config.gfns; gfn++)
    if (kvm.config.levels === 3 && walk_level(kvm, gfn) === PG_LEVEL_1G && walk(kvm, gfn).kind === 'LEAF')
      return true;
  return false;
}

export function a_page_is_mapped_at_2M(kvm: Kvm): boolean {
  for (let gfn = 0; gfn < kvm.config.gfns; gfn++)
    if (walk_level(kvm, gfn) === PG_LEVEL_2M && walk(kvm, gfn).kind === 'LEAF') return true;
  return false;
}

export function two_tables_wait_for_their_grace_period(kvm: Kvm): boolean {
  let waiting = 0;
  for (let table = 1; table < kvm.config.tables; table++)
    if (kvm.pt[table].state === 'detached') waiting = waiting + 1;
  return waiting > 1;
}

/** Level B: a processor in the guest may begin a walk in a table that is no longer linked. */
export function the_paging_structure_cache_is_stale(kvm: Kvm): boolean {
  for (let v = 0; v < kvm.config.vcpus; v++)
    for (let i = 0; i < kvm.config.pscEntries; i++) {
      const cached = kvm.tlb[cpu_of(kvm, v)].psc[i];
      if (kvm.vcpus[v].in_guest && cached.present && kvm.pt[cached.table].state === 'detached') return true;
    }
  return false;
}

export function a_precise_zap_runs(kvm: Kvm): boolean {
  return kvm.ghost.precise_zap.end > kvm.ghost.precise_zap.start;
}

export function a_hole_is_punched(kvm: Kvm): boolean {
  return the_host_has_moved_a_page(kvm) && kvm.mmu_invalidate_in_progress === 0;
}

export function a_small_page_is_mapped(kvm: Kvm): boolean {
  for (let gfn = 0; gfn < kvm.config.gfns; gfn++)
    if (!walk_is_huge(kvm, gfn) && walk(kvm, gfn).kind === 'LEAF') return true;
  return false;
}

/** Another one than at the start. */
export function a_new_root_is_in_use(kvm: Kvm): boolean {
  for (let v = 0; v < kvm.config.vcpus; v++)
    if (kvm.vcpus[v].in_guest && kvm.vcpus[v].root !== v % kvm.config.roles) return true;
  return false;
}

export function a_log_buffer_is_full(kvm: Kvm): boolean {
  for (let v = 0; v < kvm.config.vcpus; v++)
    if (kvm.vcpus[v].in_guest && kvm.vcpus[v].pml.length === kvm.config.pml) return true;
  return false;
}

/** A vCPU has left the guest and has not emptied its buffer, while the dirty log is being read. */
export function the_log_is_read_before_a_buffer_is_emptied(kvm: Kvm): boolean {
  for (let v = 0; v < kvm.config.vcpus; v++)
    if (
      kvm.vcpus[v].mode === 'OUTSIDE_GUEST_MODE' &&
      kvm.vcpus[v].pml.length === kvm.config.pml &&
      kvm.mmu_lock.writer >= 0
    )
      return true;
  return false;
}

/** Between the step that clears D of the slot and the vCPU's turning PML on, if that can be. */
export function a_page_is_clean_and_writable(kvm: Kvm): boolean {
  for (let gfn = 0; gfn < kvm.config.gfns; gfn++) {
    const leaf = walk(kvm, gfn);
    if (leaf.kind === 'LEAF' && leaf.writable && !leaf.dirty) return true;
  }
  return false;
}

export function every_vcpu_logs_modifications(kvm: Kvm): boolean {
  for (let v = 0; v < kvm.config.vcpus; v++) if (kvm.vcpus[v].pml.enabled === 0) return false;
  return true;
}

/** D is set in a leaf that has no W: only a stale translation can have done it. */
export function a_page_is_dirtied_without_w(kvm: Kvm): boolean {
  for (let gfn = 0; gfn < kvm.config.gfns; gfn++) {
    const leaf = walk(kvm, gfn);
    if (leaf.kind === 'LEAF' && !leaf.writable && leaf.dirty) return true;
  }
  return false;
}

export function a_ring_is_nearly_full(kvm: Kvm): boolean {
  for (let v = 0; v < kvm.config.vcpus; v++) if (kvm.dirty.request_dirty_ring_soft_full[v]) return true;
  return false;
}

export function a_huge_page_cannot_be_made_writable_again(kvm: Kvm): boolean {
  for (let gfn = 0; gfn < kvm.config.gfns; gfn++) {
    const leaf = walk(kvm, gfn);
    if (leaf.kind === 'LEAF' && walk_is_huge(kvm, gfn) && !leaf.mmu_writable) return true;
  }
  return false;
}

/** Where that is modelled. */
export function the_dirty_bitmap_is_freed(kvm: Kvm): boolean {
  for (let i = 0; i < kvm.config.bitmapLifetimes; i++) if (!kvm.memslot.bitmap_exists[i]) return true;
  return false;
}

export function no_vcpu_logs_modifications(kvm: Kvm): boolean {
  for (let v = 0; v < kvm.config.vcpus; v++) if (kvm.vcpus[v].pml.enabled === 1) return false;
  return true;
}
