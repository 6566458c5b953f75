/** Ghost of P3's log form: which gfns were written since an ioctl that reports them has last returned. */
import type { Gfn, Kvm } from '../state.js';

/** A write retires. Nobody relies on a record of it before logging has been switched on. */
export function note_write(kvm: Kvm, gfn: Gfn): void {
  if (!kvm.config.followWrites || !kvm.ghost.tracking) return;
  kvm.ghost.written[gfn] = true;
  kvm.ghost.unseen[gfn] = true;
}

/** Whether one more write changes nothing. */
export function is_written(kvm: Kvm, gfn: Gfn): boolean {
  return !kvm.ghost.tracking || (kvm.ghost.written[gfn] && kvm.ghost.unseen[gfn]);
}
