/**
 * What a person sees while a search runs. On a terminal one line that is rewritten four times a second; in a pipe or a
 * log a plain line every ten seconds, so that a short run prints none.
 */
import type { Progress } from '../engine/index.js';
import type { Environment } from './environment.js';
import type { Job } from './jobs.js';
import { styleFor } from './style.js';

const LIVE_PERIOD = 250;
const PLAIN_PERIOD = 10_000;

export interface ProgressDisplay {
  /** Offers the current line; shown when it is time to. */
  update(line: () => string): void;
  /** Takes the live line away, so that something else can be printed. */
  clear(): void;
}

export function progressDisplay(environment: Pick<Environment, 'stderr' | 'now'>): ProgressDisplay {
  const { stderr, now } = environment;
  const style = styleFor(stderr);
  const period = stderr.terminal ? LIVE_PERIOD : PLAIN_PERIOD;
  let last = now();
  let shown = false;
  return {
    update(line) {
      if (now() - last < period) return;
      last = now();
      if (!stderr.terminal) return stderr.write(`${line()}\n`);
      stderr.write(`\r${style('dim', line().slice(0, Math.max(1, stderr.columns - 1)))}\x1b[K`);
      shown = true;
    },
    clear() {
      if (shown) stderr.write('\r\x1b[K');
      shown = false;
    },
  };
}

/** How far the searches are: in full for one scenario, a few words each for several at a time. */
export function progressText(
  running: ReadonlyMap<Job, Progress | null>,
  finished: number,
  total: number,
): string {
  const [only] = running;
  if (total === 1 && only !== undefined && only[1] !== null) {
    const { states, statesPerSecond, depth, frontier, memoryBytes, memoryLimit, seconds, threads } = only[1];
    const left = secondsLeft(only[1]);
    return [
      `${readableCount(states)} states`,
      `${readableCount(statesPerSecond)}/s`,
      `depth ${depth}`,
      `frontier ${readableCount(frontier)} ${trend(only[1].layers)}`.trimEnd(),
      `${readableSize(memoryBytes)} of ${readableSize(memoryLimit)}`,
      `${Math.round(seconds)} s`,
      ...(threads > 1 ? [`${threads} threads`] : []),
      ...(left === null ? [] : [`${Math.ceil(left)} s left if it goes on shrinking`]),
    ].join('  ');
  }
  const searches = [...running].map(
    ([{ scenario }, progress]) => `${scenario} ${readableCount(progress?.states ?? 0)} states`,
  );
  return [`${finished} of ${total} scenarios`, ...searches].join('  ');
}

/** Whether layers become larger. */
function trend(layers: readonly number[]): string {
  const [before, last] = layers.slice(-2);
  if (before === undefined || last === undefined) return '';
  if (last > before * 1.02) return 'growing';
  return last < before * 0.98 ? 'shrinking' : 'steady';
}

/**
 * How long a search still takes, if layers shrink as they have. Null while they do not: how many states there are is
 * not known then, and any number would be invented.
 */
export function secondsLeft({
  layers,
  expanded,
  states,
  seconds,
}: Pick<Progress, 'layers' | 'expanded' | 'states' | 'seconds'>): number | null {
  const ratios = layers.slice(1).map((size, index) => size / (layers[index] ?? 1));
  const last = layers.at(-1) ?? 0;
  if (ratios.length < 5 || ratios.some((ratio) => ratio > 0.97) || states === 0) return null;
  const ratio = ratios.slice(-3).reduce((sum, each) => sum + each, 0) / 3;
  return ((last - expanded + (last * ratio) / (1 - ratio)) * seconds) / states;
}

/** `1.2 GiB` */
export function readableSize(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const amount = bytes / 1024 ** power;
  return `${amount < 10 && power > 0 ? amount.toFixed(1) : Math.round(amount)} ${units[power]}`;
}

/** `1.2M`: for rates and live counts, where digits would only flicker. */
export function readableCount(count: number): string {
  if (count < 10_000) return String(Math.round(count));
  if (count < 1e6) return `${Math.round(count / 1e3)}k`;
  return `${(count / 1e6).toFixed(count < 1e7 ? 2 : 1)}M`;
}
