/** What Murphi does not take as an identifier. Rumur reads its keywords in any case, other names as they are. */
import type { Vocabulary } from '../names.js';

const KEYWORDS = [
  ...[
    'alias',
    'array',
    'assert',
    'assume',
    'begin',
    'boolean',
    'by',
    'case',
    'clear',
    'const',
    'cover',
    'do',
  ],
  ...['else', 'elsif', 'end', 'endalias', 'endexists', 'endfor', 'endforall', 'endfunction', 'endif'],
  ...['endprocedure', 'endrecord', 'endrule', 'endruleset', 'endstartstate', 'endswitch', 'endwhile', 'enum'],
  ...['error', 'exists', 'false', 'for', 'forall', 'function', 'if', 'in', 'interleaved', 'invariant'],
  ...['isundefined', 'ismember', 'liveness', 'multiset', 'multisetadd', 'multisetcount', 'multisetremove'],
  ...[
    'multisetremovepred',
    'of',
    'procedure',
    'process',
    'program',
    'put',
    'real',
    'record',
    'return',
    'rule',
  ],
  ...['ruleset', 'scalarset', 'startstate', 'switch', 'then', 'to', 'traceuntil', 'true', 'type', 'undefine'],
  ...['undefined', 'union', 'var', 'while'],
];

/** Names that the exporter gives itself. */
const OWN = ['pc', 'next', 'ways', 'choices', 'left', 'alternatives', 'exact'];

class AnyCase extends Set<string> {
  override has(word: string): boolean {
    return super.has(word.toLowerCase());
  }
}

export const MURPHI_VOCABULARY: Vocabulary = { reserved: new AnyCase([...KEYWORDS, ...OWN]) };
