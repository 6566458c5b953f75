/** Words that arguments may be, for the table of commands: it is read without loading what they stand for. */

export const LISTS = ['scenarios', 'properties', 'operations', 'variants', 'claims'] as const;
export const TRACE_FORMATS = ['text', 'json', 'markdown', 'mermaid', 'itf'] as const;
/** Languages of other model checkers: those of the referees' registry. */
export const EXPORT_TARGETS = ['promela', 'murphi', 'tla'] as const;
export const GRAPH_FORMATS = ['ir', 'dot', 'program', ...EXPORT_TARGETS] as const;
export const STORES = ['flat', 'tree'] as const;
