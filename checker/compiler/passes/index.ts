/** The middle end of the compiler: programs in, graphs out. */
export { buildGraph, type GraphRequest, inlinedGraph } from './build-graph.js';
export type { Configuration } from './layout.js';
export { RECURSION_LIMIT } from './inline.js';
export { allPasses, identity, type Pass, type Passes, passOrder } from './passes.js';
