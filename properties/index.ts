/** The catalogue of properties, by number; and the set that every scenario checks unless it says otherwise. */
import { P1, P1entry } from './p1-no-access-after-revocation.js';
import { P2 } from './p2-write-tracking.js';
import { P3, P3get, P3log } from './p3-no-dirty-write-missed.js';
import { P4 } from './p4-page-table-lifetime.js';
import { P5 } from './p5-spte-state-machine.js';
import { P6, P6bits } from './p6-no-lost-bits.js';
import { P7, P7exact } from './p7-split-transparency.js';
import { P8 } from './p8-narrowing-is-flushed.js';
import { P10 } from './p10-boundary.js';
import { P13 } from './p13-accounting.js';
import { P13nx, P13nxall } from './p13-nx-list.js';
import { P14 } from './p14-lock-discipline.js';
import { P15 } from './p15-invalidations-balance.js';
import { P16 } from './p16-no-stale-install.js';
import { P17, P17set } from './p17-no-mixed-huge-page.js';
import { P18 } from './p18-no-itlb-multi-hit.js';
import { P19 } from './p19-no-executable-huge-page.js';
import { P20, P20entry } from './p20-no-stale-mmio.js';
import { P21 } from './p21-memslot-lifetime.js';
import { P22 } from './p22-lpage-counts.js';
import { P23 } from './p23-roots.js';
import { P24 } from './p24-rings-are-reset.js';
import { P25 } from './p25-no-entry-without-notifier.js';
import { P26 } from './p26-young-means-used.js';
import { T7 } from './t7-no-deadlock.js';

export {
  P1,
  P1entry,
  P2,
  P3,
  P3get,
  P3log,
  P4,
  P5,
  P6,
  P6bits,
  P7,
  P7exact,
  P8,
  P10,
  P13,
  P13nx,
  P13nxall,
  P14,
  P15,
  P16,
  P17,
  P17set,
  P18,
  P19,
  P20,
  P20entry,
  P21,
  P22,
  P23,
  P24,
  P25,
  P26,
  T7,
};

export const SAFETY = [P1, P3, P4, P5, P6, P7, P8, P14, T7];
