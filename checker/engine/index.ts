/** The explorer: breadth-first search through a machine's states, and traces to what it finds. */
export type { End, Finding, Progress, SearchOptions, SearchResult } from './options.js';
export { shortestTrace, traceTo } from './paths.js';
export { search, searchAsync } from './search.js';
