/**
 * P21: nobody uses a memslot, or lpage_info or the dirty bitmap that hang on it, after it was freed, no set of memslots is
 * changed while a vCPU searches it, and one update is over when the next one begins. Asserted where slots are used and sets are
 * changed (kernel/memslots.ts, set_memslot.ts). That none is left behind is T9.
 */
import { property } from 'mmucheck/language';

export const P21 = property({ id: 'P21', title: 'memslot lifetime' });
