/** Words that arguments may be, for the table of commands: it is read without loading what they stand for. */

export const LISTS = ['scenarios', 'properties', 'operations', 'variants', 'claims'] as const;
export const TRACE_FORMATS = ['text', 'json', 'markdown', 'mermaid', 'itf'] as const;
export const GRAPH_FORMATS = ['ir', 'dot', 'program', 'promela', 'murphi'] as const;
export const STORES = ['flat', 'tree'] as const;
