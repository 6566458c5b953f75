/** The explorer: breadth-first search through a machine's states, and traces to what it finds. */
export { helpSearch, type Order } from './crew.js';
export { statesOf } from './layers.js';
export type {
  End,
  Finding,
  Helpers,
  Layer,
  Progress,
  SearchOptions,
  SearchResult,
  Space,
} from './options.js';
export { shortestTrace, traceTo } from './paths.js';
export { search, searchAsync } from './search.js';
