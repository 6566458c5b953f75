/** The explorer: breadth-first search through a machine's states, and traces to what it finds. */
export { helpSearch, type Order } from './crew.js';
export { statesOf } from './layers.js';
export type { Finding, Layer } from './facts.js';
export type {
  End,
  Helpers,
  Progress,
  SearchOptions,
  SearchResult,
  Space,
} from './options.js';
export { SNAPSHOT_VERSION, type Snapshot, type SnapshotKeeper } from './snapshot.js';
export { shortestTrace, traceTo } from './paths.js';
export { search, searchAsync } from './search.js';
