/**
 * Puts a scenario together: the threads that it names, a thread per vCPU, and the hardware that the configuration
 * has; and the state that it begins in. Plain JavaScript, run once when a scenario is loaded.
 */
import { type ProcessSpec, process } from 'mmucheck/language';
import { refuse_combinations } from './combinations.js';
import { type Choices, type Config, configure } from './config.js';
import { speculation } from './hardware/guest.js';
import { speculation_per_level } from './hardware/walker.js';
import { migration } from './hardware/processor.js';
import { drain } from './hardware/shared_memory.js';
import { linked_tables, present_leafs } from './kernel/accounting.js';
import { ipi_handler } from './kernel/requests.js';
import { NONPRESENT_SPTE } from './kernel/spte.js';
import { vcpu_run } from './kernel/vcpu.js';
import { type Kvm, NO_ROOT, type Spte } from './state.js';

export interface Machine {
  readonly config: Config;
  /** What the scenario chose of it. */
  readonly scope: readonly string[];
  readonly processes: readonly ProcessSpec[];
  readonly setup: (kvm: Kvm) => void;
}

/**
 * @param threads host threads; they come first, so the k-th is process k
 * @param mapping what the page tables hold at first
 */
export function machine(
  choices: Partial<Choices>,
  threads: readonly ProcessSpec[],
  mapping: (kvm: Kvm, config: Config) => void = unmapped,
): Machine {
  const vcpus = choices.vcpus ?? 1;
  const processes: ProcessSpec[] = [...threads];
  for (let v = 0; v < vcpus; v++) processes.push(process(`vcpu${v}`, vcpu_run, v));
  if (choices.flush !== 'atomic')
    for (let v = 0; v < vcpus; v++) processes.push(process(`ipi${v}`, ipi_handler, v));
  if (choices.tlb === 'explicit')
    for (let v = 0; v < vcpus; v++)
      processes.push(
        process(`walker${v}`, choices.walk === 'per-level' ? speculation_per_level : speculation, v),
      );
  if ((choices.storeBuffers ?? 0) > 0)
    for (let p = 0; p < threads.length + vcpus; p++) processes.push(process(`drain${p}`, drain, p));
  if ((choices.pcpus ?? 0) > 1)
    for (let v = 0; v < vcpus; v++) processes.push(process(`sched${v}`, migration, v));
  const config = configure(choices, processes.length, threads.length);
  refuse_combinations(config);
  return {
    config,
    scope: Object.keys(choices),
    processes,
    setup: (kvm) => {
      begin(kvm, config);
      mapping(kvm, config);
      count_pages(kvm, config);
    },
  };
}

/** Locks free, nothing mapped, vCPUs outside the guest, gfn `g` backed by frame `g`. */
export function begin(kvm: Kvm, config: Config): void {
  kvm.mmu_lock.writer = -1;
  kvm.slots_lock.owner = -1;
  kvm.srcu.gp.owner = -1;
  for (let table = 0; table < config.tables; table++)
    for (let i = 0; i < config.entries; i++) {
      kvm.pt[table].frozen_by[i] = -1;
      kvm.pt[table].spte[i] = NONPRESENT_SPTE;
    }
  for (let table = 0; table < config.tables; table++) kvm.pt[table].level = 1;
  begin_roots(kvm, config);
  for (let v = 0; v < config.vcpus; v++) {
    kvm.vcpus[v].irqs_enabled = true;
    kvm.vcpus[v].marking = -1;
    if (!config.srcu) kvm.srcu.reading[v] = -1;
  }
  for (let gfn = 0; gfn < config.gfns; gfn++) {
    kvm.host.pfn[gfn] = gfn;
    kvm.host.writable[gfn] = true;
    kvm.ghost.removed_read[gfn] = -1;
    kvm.ghost.removed_write[gfn] = -1;
    if (config.memoryAttributes) kvm.private_memory.gmem_pfn[gfn] = gfn + config.gfns;
    if (config.trackExec) kvm.ghost.removed_exec[gfn] = -1;
  }
  begin_memslots(kvm, config);
}

/** No slot, and no vCPU that remembers MMIO. */
function begin_memslots(kvm: Kvm, config: Config): void {
  for (let set = 0; set < config.memslotSets; set++)
    for (let id = 0; id < config.memslots; id++) kvm.memslots.set[set].slot[id] = -1;
  for (let gfn = 0; gfn < config.slotGfns; gfn++) {
    kvm.ghost.backing[gfn] = -1;
    kvm.ghost.coming[gfn] = -1;
  }
  for (let v = 0; v < config.slotVcpus; v++) kvm.memslots.searched[v] = -1;
  for (let v = 0; v < config.vcpus; v++)
    for (let i = 0; i < config.mmioCaches; i++) kvm.vcpus[v].mmio[i].gfn = -1;
}

/** On top of a mapping: slot `id` is there, in both sets, from `base_gfn` on, with the host's pages from `page` on. */
export function with_memslot(
  id: number,
  base_gfn: number,
  npages: number,
  page: number,
  mapping: (kvm: Kvm, config: Config) => void = unmapped,
): (kvm: Kvm, config: Config) => void {
  return (kvm, config) => {
    mapping(kvm, config);
    const slot = kvm.memslots.slot[id];
    slot.allocated = true;
    slot.base_gfn = base_gfn;
    slot.npages = npages;
    slot.userspace_page = page;
    for (let set = 0; set < config.memslotSets; set++) kvm.memslots.set[set].slot[id] = id;
    for (let i = 0; i < npages; i++) {
      kvm.ghost.backing[base_gfn + i] = page + i;
      kvm.ghost.coming[base_gfn + i] = page + i;
    }
  };
}

/** Every vCPU has the root of its role, and the first tables are these roots. */
function begin_roots(kvm: Kvm, config: Config): void {
  for (let root = 0; root < config.roles; root++) kvm.pt[root].state = 'linked';
  for (let root = 0; root < config.rootPages; root++) {
    const in_use = root < config.roles;
    kvm.roots.role[root] = in_use ? root : 0;
    kvm.roots.count[root] = in_use ? 1 : 0;
    kvm.roots.list[root] = in_use ? config.roles - 1 - root : NO_ROOT;
  }
  for (let v = 0; v < config.vcpus; v++) {
    const root = config.nested ? 0 : v % config.roles;
    kvm.vcpus[v].root = root;
    if (config.roots > 1) kvm.roots.count[root] = kvm.roots.count[root] + 1;
    if (config.nested) {
      kvm.roots.other_level[v] = 1;
      kvm.roots.count[1] = kvm.roots.count[1] + 1;
    }
  }
}

/** What has been mapped so far is accounted for. */
function count_pages(kvm: Kvm, config: Config): void {
  for (let level = 1; level <= config.statLevels; level++)
    kvm.accounting.pages[level - 1] = present_leafs(kvm, level);
  if (config.statCounts > 0) kvm.accounting.tdp_mmu_pages[0] = linked_tables(kvm);
}

export function unmapped(): void {
  // What `begin` leaves is the unmapped machine.
}

/** A leaf as a write fault leaves it. */
function leaf(config: Config, pfn: number, huge: boolean): Spte {
  return {
    ...NONPRESENT_SPTE,
    kind: 'LEAF',
    pfn,
    writable: true,
    executable: !(huge && config.nxHugePages),
    mmu_writable: true,
    host_writable: true,
    accessed: true,
    dirty: config.adBits,
  };
}

/** The host backs every 2M range by a huge page. */
export function host_huge(kvm: Kvm, config: Config): void {
  for (let h = 0; h < config.hugePages; h++) kvm.host.huge[h] = true;
}

/** The host backs every 1G range by a huge page (three levels). */
export function host_giga(kvm: Kvm, config: Config): void {
  host_huge(kvm, config);
  for (let g = 0; g < config.gigaPages; g++) kvm.host.giga[g] = true;
}

/** Every 1G range is mapped by a huge leaf, changed by `change` (three levels). */
export function mapped_giga(change: Partial<Spte> = {}): (kvm: Kvm, config: Config) => void {
  return (kvm, config) => {
    host_giga(kvm, config);
    for (let root = 0; root < config.roles; root++)
      for (let g = 0; g < config.gigaPages; g++)
        kvm.pt[root].spte[g] = { ...leaf(config, g * config.fanout * config.fanout, true), ...change };
  };
}

/** Every 2M range is mapped by a huge leaf, changed by `change`. */
export function mapped_huge(change: Partial<Spte> = {}): (kvm: Kvm, config: Config) => void {
  return (kvm, config) => {
    host_huge(kvm, config);
    for (let root = 0; root < config.roles; root++) {
      link_upper_tables(kvm, config, root);
      for (let h = 0; h < config.hugePages; h++)
        set_huge_entry(kvm, config, root, h, { ...leaf(config, h * config.fanout, true), ...change });
    }
  };
}

/** Every gfn is mapped by a 4K leaf, changed by `change`. */
export function mapped_small(change: Partial<Spte> = {}): (kvm: Kvm, config: Config) => void {
  return (kvm, config) => {
    for (let root = 0; root < config.roles; root++) {
      link_upper_tables(kvm, config, root);
      for (let h = 0; h < config.hugePages; h++) {
        const table = first_table(config, root) + config.gigaPages + h;
        set_huge_entry(kvm, config, root, h, nonleaf(config, table));
        kvm.pt[table].state = 'linked';
        kvm.pt[table].parent = h;
        for (let i = 0; i < config.fanout; i++)
          kvm.pt[table].spte[i] = { ...leaf(config, h * config.fanout + i, false), ...change };
      }
    }
  };
}

/** The first of the tables below a root, in the mappings above. */
function first_table(config: Config, root: number): number {
  return config.roots + root * (config.gigaPages + config.hugePages);
}

/** With three levels: the 2M-level tables, one for each of the 1G ranges. */
function link_upper_tables(kvm: Kvm, config: Config, root: number): void {
  for (let g = 0; g < config.gigaPages; g++) {
    const table = first_table(config, root) + g;
    kvm.pt[root].spte[g] = nonleaf(config, table);
    kvm.pt[table].state = 'linked';
    kvm.pt[table].level = 2;
    kvm.pt[table].parent = g;
  }
}

/** The entry of a 2M range: in the root, or in the table of its 1G range. */
function set_huge_entry(kvm: Kvm, config: Config, root: number, h: number, spte: Spte): void {
  if (config.levels === 2) kvm.pt[root].spte[h] = spte;
  else {
    const position = h % config.fanout;
    kvm.pt[first_table(config, root) + (h - position) / config.fanout].spte[position] = spte;
  }
}

function nonleaf(config: Config, child: number): Spte {
  return { ...NONPRESENT_SPTE, kind: 'TABLE', child, writable: config.wrprotOnly, accessed: true };
}

/** On top of a mapping: the slot logs dirty pages already, and userspace relies on it. */
export function logging(mapping: (kvm: Kvm, config: Config) => void): (kvm: Kvm, config: Config) => void {
  return (kvm, config) => {
    mapping(kvm, config);
    begin_to_log(kvm, config);
    kvm.ghost.tracking = true;
    if (config.pml > 0) log_modifications(kvm, config);
  };
}

/** PML has been switched on for some time. */
function log_modifications(kvm: Kvm, config: Config): void {
  kvm.dirty.nr_memslots_dirty_logging = 1;
  if (!config.wrprotOnly) for (let v = 0; v < config.vcpus; v++) kvm.vcpus[v].pml.enabled = 1;
}

/** On top of a mapping: logging is switched on but nobody has been told so yet. */
export function logging_begins(
  mapping: (kvm: Kvm, config: Config) => void,
): (kvm: Kvm, config: Config) => void {
  return (kvm, config) => {
    mapping(kvm, config);
    begin_to_log(kvm, config);
  };
}

function begin_to_log(kvm: Kvm, config: Config): void {
  kvm.memslot.dirty_logging = true;
  if (config.bitmapLifetime) kvm.memslot.bitmap_exists[0] = true;
}
