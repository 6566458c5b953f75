/**
 * Store buffers, as x86-TSO has them: level C of fidelity (the option `storeBuffers`).
 *
 * Every logical processor has a queue of the stores that it has executed and that no other processor sees yet. A plain
 * store goes to the end of the queue; a load takes the newest value in the own queue, or what memory holds; the head
 * goes to memory at any time (shared_memory.ts). A fence and an instruction with a LOCK prefix wait until the queue is
 * empty, and a locked instruction then acts on memory. VM entry and exit do nothing to the queue. Walks of the
 * processor read memory only, and its updates of A and D act on memory at once.
 *
 * A host thread stands for its processor, and so does a vCPU thread, whose interrupt handler stores into its queue.
 * Read, write and full barriers that are no instructions on x86 (smp_wmb, smp_rmb, smp_mb__after_atomic, acquire and
 * release) are no steps. The queue is bounded: a store waits for room, so scenarios need one as deep as the
 * longest run of plain stores that should be seen late.
 *
 * See Owens, Sarkar, Sewell, "A better x86 memory model: x86-TSO" (2009), and the Intel SDM vol. 3, "Memory ordering".
 */
import { assume, current, type Op, type Range, type Vector } from 'mmucheck/language';
import type { Kvm, Spte } from '../state.js';

/** The shared memory that plain stores go to through the buffer; everything else is under locks or locked itself. */
export type StoreLocation =
  | 'MODE'
  | 'REQUEST_TLB_FLUSH'
  | 'CSD'
  | 'SRCU_READING'
  | 'SLOT_FLAGS'
  | 'INVALIDATE_SEQ'
  | 'INVALIDATE_IN_PROGRESS'
  | 'MMU_LOCK'
  | 'SPTE'
  | 'CELL';

export interface BufferedStore {
  readonly at: StoreLocation;
  /** Which of them: a vCPU, an entry, a cell. */
  readonly index: Range<0, 'lastStoreIndex'>;
  readonly value: Range<-1, 'storeValues'>;
  /** SPTE: what is stored, and what the caller takes it to replace (P6). */
  readonly spte: Spte;
  readonly assumed: Spte;
}

export interface StoreBuffer {
  length: Range<0, 'storeBuffers'>;
  store: Vector<BufferedStore, 'storeBuffers'>;
}

const NO_SPTE: Spte = {
  kind: 'NONE',
  pfn: 0,
  child: 0,
  writable: false,
  executable: false,
  mmu_writable: false,
  host_writable: false,
  accessed: false,
  dirty: false,
  mmio: 0,
};
const NO_STORE: BufferedStore = { at: 'CELL', index: 0, value: 0, spte: NO_SPTE, assumed: NO_SPTE };

/** The logical processor of the running process: threads and vCPUs have one each, interrupts run on their vCPU's. */
export function this_processor(kvm: Kvm): number {
  const last = kvm.config.hostThreads + kvm.config.vcpus;
  return current() < last ? current() : current() - kvm.config.vcpus;
}

/** What a fence and a locked instruction wait for. */
export function is_drained(kvm: Kvm): boolean {
  return kvm.config.storeBuffers === 0 || kvm.store_buffer[this_processor(kvm)].length === 0;
}

/** A full barrier that is an instruction: MFENCE, or the locked one that the kernel uses in its place. */
export function* smp_mb(kvm: Kvm): Op {
  if (kvm.config.storeBuffers > 0) yield () => is_drained(kvm);
}

/** Where buffers exist only. The caller makes the step; it is not enabled while the buffer is full. */
export function buffer_store(kvm: Kvm, at: StoreLocation, index: number, value: number): void {
  append(kvm, { ...NO_STORE, at, index, value });
}

export function buffer_spte(kvm: Kvm, index: number, spte: Spte, assumed: Spte): void {
  append(kvm, { at: 'SPTE', index, value: 0, spte, assumed });
}

/** A load: the newest of the running processor's own stores to the place, or `memory`. */
export function newest(kvm: Kvm, at: StoreLocation, index: number, memory: number): number {
  if (kvm.config.storeBuffers === 0) return memory;
  const p = this_processor(kvm);
  let value = memory;
  for (let i = 0; i < kvm.config.storeBuffers; i++) {
    const store = kvm.store_buffer[p].store[i];
    if (i < kvm.store_buffer[p].length && store.at === at && store.index === index) value = store.value;
  }
  return value;
}

/** The same for an entry of a page table. */
export function newest_spte(kvm: Kvm, index: number, memory: Spte): Spte {
  if (kvm.config.storeBuffers === 0) return memory;
  const p = this_processor(kvm);
  let value = memory;
  for (let i = 0; i < kvm.config.storeBuffers; i++) {
    const store = kvm.store_buffer[p].store[i];
    if (i < kvm.store_buffer[p].length && store.at === 'SPTE' && store.index === index) value = store.spte;
  }
  return value;
}

/** Takes the head out of a processor's buffer. The caller has seen that there is one. */
export function take_store(kvm: Kvm, processor: number): BufferedStore {
  const head = kvm.store_buffer[processor].store[0];
  for (let i = 0; i + 1 < kvm.config.storeBuffers; i++)
    kvm.store_buffer[processor].store[i] = kvm.store_buffer[processor].store[i + 1];
  kvm.store_buffer[processor].store[kvm.config.storeBuffers - 1] = NO_STORE;
  kvm.store_buffer[processor].length = kvm.store_buffer[processor].length - 1;
  return head;
}

export function every_buffer_is_empty(kvm: Kvm): boolean {
  for (let p = 0; p < kvm.config.processors; p++) if (kvm.store_buffer[p].length > 0) return false;
  return true;
}

function append(kvm: Kvm, store: BufferedStore): void {
  const p = this_processor(kvm);
  assume(kvm.store_buffer[p].length < kvm.config.storeBuffers);
  kvm.store_buffer[p].store[kvm.store_buffer[p].length] = store;
  kvm.store_buffer[p].length = kvm.store_buffer[p].length + 1;
}
