/** What TLA+ does not take as an identifier, and what the standard modules and the exporter define. */
import type { Vocabulary } from '../names.js';

const KEYWORDS = [
  ...['ACTION', 'ASSUME', 'ASSUMPTION', 'AXIOM', 'BOOLEAN', 'BY', 'CASE', 'CHOOSE', 'CONSTANT', 'CONSTANTS'],
  ...[
    'COROLLARY',
    'DEF',
    'DEFINE',
    'DEFS',
    'DOMAIN',
    'ELSE',
    'ENABLED',
    'EXCEPT',
    'EXTENDS',
    'FALSE',
    'HAVE',
  ],
  ...[
    'HIDE',
    'IF',
    'IN',
    'INSTANCE',
    'LAMBDA',
    'LEMMA',
    'LET',
    'LOCAL',
    'MODULE',
    'NEW',
    'OBVIOUS',
    'OMITTED',
  ],
  ...['ONLY', 'OTHER', 'PICK', 'PROOF', 'PROPOSITION', 'PROVE', 'QED', 'RECURSIVE', 'STATE', 'STRING'],
  ...['SUBSET', 'SUFFICES', 'TAKE', 'TEMPORAL', 'THEN', 'THEOREM', 'TRUE', 'UNCHANGED', 'UNION', 'USE'],
  ...['VARIABLE', 'VARIABLES', 'WITH', 'WITNESS'],
];

const DEFINED = [
  ...[
    'Any',
    'Assert',
    'Int',
    'JavaTime',
    'Nat',
    'Permutations',
    'Print',
    'PrintT',
    'RandomElement',
    'SortSeq',
  ],
  ...['TLCEval', 'TLCGet', 'TLCSet', 'ToString'],
];

/** Names that the exporter gives itself. */
const OWN = [
  ...['pc', 'message', 'vars', 'Init', 'Next', 'Spec', 'TypeOK', 'Abandoned', 'a', 'b', 'n', 'Quotient'],
  ...['Remainder', 'Magnitude', 'BitXor', 'BitOr', 'BitAnd', 'BitAndNatural', 'ShiftLeft', 'ShiftRight'],
  ...['ShiftRightUnsigned', 'Doubled', 'Halved'],
];

export const TLA_VOCABULARY: Vocabulary = {
  reserved: new Set([...KEYWORDS, ...DEFINED, ...OWN]),
  reservedPrefixes: ['wf_', 'sf_'],
};
