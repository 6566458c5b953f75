/** The table of commands: what each is called, takes and does. Help, parsing and dispatch all read it. */
import { GRAPH_FORMATS, LISTS, STORES, TRACE_FORMATS } from './choices.js';
import type { CommandSpec } from './command.js';
import type { OptionSpec, PositionalSpec } from './options.js';

const JSON_OPTION: OptionSpec = { name: 'json', help: 'print one JSON document and nothing else' };
const NO_CACHE: OptionSpec = { name: 'no-cache', help: 'compile everything anew, and remember nothing' };
const REDUCTION_OPTIONS: readonly OptionSpec[] = [
  { name: 'no-slice', help: 'keep what nothing that is checked depends on' },
  {
    name: 'por',
    help: 'leave out orders of steps that lead to nothing else: fewer states, slower',
  },
  { name: 'no-por', help: 'no partial order, whatever the default' },
  { name: 'no-symmetry', help: 'tell states apart that differ by a renaming of processes' },
  { name: 'no-reduction', help: 'none of these three: every state and every step of the compiled model' },
  { name: 'no-merge', help: 'compile without taking out boundaries whose step touches only locals' },
  { name: 'no-liveness', help: 'compile without sharing and resetting locals that are not used any more' },
];
const SEARCH_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'unfair',
    value: 'PROCESS',
    repeatable: true,
    help: 'temporal properties: owe nothing to this process (*: any text)',
  },
  { name: 'memory', value: 'SIZE', help: 'stop a search that needs more (default: what is free)' },
  { name: 'max-states', value: 'N', help: 'stop a search after N states' },
  { name: 'max-depth', value: 'N', help: 'look at runs of at most N steps' },
  { name: 'workers', value: 'N', help: 'threads, over all scenarios (default: one per processor)' },
  {
    name: 'store',
    value: 'KIND',
    oneOf: STORES,
    help: 'how to store states: as they are (flat) or in shared parts (tree)',
  },
  ...REDUCTION_OPTIONS,
  NO_CACHE,
  JSON_OPTION,
];
const NONE: PositionalSpec = { usage: '', least: 0, most: 0 };
const TRACE_FILE: PositionalSpec = {
  usage: 'FILE',
  least: 1,
  most: 1,
  help: 'a trace, as `check --out` writes it',
};

export const COMMANDS: readonly CommandSpec[] = [
  {
    name: 'check',
    summary: 'Explore every interleaving of scenarios and compare the verdicts with the expected ones',
    positionals: {
      usage: '[SCENARIO...]',
      least: 0,
      most: Number.POSITIVE_INFINITY,
      help: 'names, patterns over names, or scenario files; none: the whole catalogue',
    },
    options: [
      { name: 'property', value: 'ID', repeatable: true, help: 'check only this property (P1)' },
      {
        name: 'patch',
        value: 'FILE',
        repeatable: true,
        help: "change the model by a diff, after the scenario's own",
      },
      { name: 'out', value: 'DIR', help: 'write traces to DIR/<scenario>.<property>.trace.json' },
      { name: 'stats', help: 'tell what each reduction saved, by further searches with some of them only' },
      { name: 'keep-going', help: 'go on with the others after a scenario that cannot be run' },
      ...SEARCH_OPTIONS,
      { name: 'bitstate', help: 'keep a few bits per state only; nothing is said to hold then' },
      { name: 'hash-compact', help: 'keep a fingerprint per state only; nothing is said to hold then' },
      { name: 'checkpoint', value: 'DIR', help: 'keep how far the search is in DIR, to go on after a crash' },
      { name: 'every', value: 'SECONDS', help: 'time between two checkpoints (default: 60)' },
      { name: 'resume', value: 'DIR', help: 'go on from the last checkpoint in DIR' },
    ],
    examples: [
      ['mmucheck check', 'the whole catalogue, with a summary table'],
      ["mmucheck check 'M4/*' --out traces", 'some of it; keep the counterexamples'],
      ['mmucheck check M4/conditional-flush --patch fix.patch', 'one scenario on a changed model'],
    ],
    load: async () => (await import('./check.js')).check,
  },
  {
    name: 'validate',
    summary: 'Compare the verdicts of the model with those of the patched model',
    positionals: {
      usage: 'PATCH...',
      least: 1,
      most: Number.POSITIVE_INFINITY,
      help: 'unified diffs against the model, applied together in this order',
    },
    options: [
      { name: 'scenario', value: 'NAME', repeatable: true, help: 'only these: names, patterns or files' },
      ...SEARCH_OPTIONS,
    ],
    examples: [
      ['mmucheck validate fix.patch', 'what changes, over every scenario that the patch can affect'],
      ['mmucheck validate 0001.patch 0002.patch --json', 'a series, for a bot'],
    ],
    load: async () => (await import('./validate.js')).validate,
  },
  {
    name: 'trace show',
    summary: 'Print a counterexample as a table with one column per process',
    positionals: TRACE_FILE,
    options: [],
    examples: [
      [
        'mmucheck trace show traces/M4.conditional-flush.P3.trace.json',
        'the table that one pastes into mail',
      ],
    ],
    load: async () => (await import('./trace-show.js')).traceShow,
  },
  {
    name: 'trace export',
    summary: 'Write a counterexample in another format',
    positionals: TRACE_FILE,
    options: [
      { name: 'format', value: 'FORMAT', oneOf: TRACE_FORMATS, help: `${TRACE_FORMATS.join(', ')}` },
      { name: 'output', short: 'o', value: 'FILE', help: 'write there instead of to standard output' },
    ],
    examples: [
      ['mmucheck trace export t.trace.json --format markdown', 'for a report'],
      ['mmucheck trace export t.trace.json --format itf -o t.itf.json', 'for other tools'],
    ],
    load: async () => (await import('./trace-export.js')).traceExport,
  },
  {
    name: 'trace replay',
    summary: 'Run a counterexample again, on the model as it is now or on a patched one',
    positionals: TRACE_FILE,
    options: [
      {
        name: 'patch',
        value: 'FILE',
        repeatable: true,
        help: "change the model by a diff, after the trace's own",
      },
      NO_CACHE,
      JSON_OPTION,
    ],
    examples: [
      ['mmucheck trace replay t.trace.json', 'does it still end in the violation?'],
      ['mmucheck trace replay t.trace.json --patch fix.patch', 'which step does the fix make impossible?'],
    ],
    load: async () => (await import('./trace-replay.js')).traceReplay,
  },
  {
    name: 'list',
    summary: 'List what the catalogue has',
    positionals: {
      usage: '[LIST]',
      least: 0,
      most: 1,
      oneOf: LISTS,
      help: `${LISTS.join(', ')} (default: scenarios)`,
    },
    options: [
      { name: 'claims', help: 'list the claims: what is said, by whom, and what was found' },
      { name: 'markdown', help: 'print a Markdown table; of claims, the ledger' },
      NO_CACHE,
      JSON_OPTION,
    ],
    examples: [
      ['mmucheck list', 'every scenario with its claims and expected verdicts'],
      ['mmucheck list --claims', 'every claim with the scenarios that stand for it'],
    ],
    load: async () => (await import('./list.js')).list,
  },
  {
    name: 'cost',
    summary: 'Run one process of each scenario alone, and count its steps and the calls of a function',
    positionals: {
      usage: 'SCENARIO...',
      least: 1,
      most: Number.POSITIVE_INFINITY,
      help: 'names, patterns over names, or scenario files',
    },
    options: [
      { name: 'count', value: 'FUNCTION', help: 'an exported function: calls from other files are counted' },
      { name: 'process', value: 'NAME', help: 'which process runs (default: the first)' },
      { name: 'markdown', help: 'print a Markdown table' },
      NO_CACHE,
      JSON_OPTION,
    ],
    examples: [
      [
        'mmucheck cost model/costs/S001-4.ts --count load_entry',
        'how many entries a walk reads as its range grows',
      ],
    ],
    load: async () => (await import('./cost.js')).cost,
  },
  {
    name: 'export',
    summary: 'Print a compiled scenario, also for other model checkers',
    positionals: { usage: 'SCENARIO', least: 1, most: 1 },
    options: [
      {
        name: 'to',
        value: 'FORMAT',
        oneOf: GRAPH_FORMATS,
        help: 'ir, dot (Graphviz), program (before inlining), promela (SPIN), murphi (Rumur)',
      },
      {
        name: 'patch',
        value: 'FILE',
        repeatable: true,
        help: "change the model by a diff, after the scenario's own",
      },
      { name: 'output', short: 'o', value: 'FILE', help: 'write there instead of to standard output' },
      NO_CACHE,
    ],
    examples: [
      ['mmucheck export --to ir M1/eager-split', 'what the compiler made of the model'],
      ['mmucheck export --to dot M1/eager-split | dot -Tsvg > graph.svg', 'as a picture'],
      ['mmucheck export --to promela M1/eager-split -o model.pml', 'to let SPIN check it'],
    ],
    load: async () => (await import('./export.js')).exportGraph,
  },
  {
    name: 'version',
    summary: 'Print the version',
    positionals: NONE,
    options: [],
    examples: [],
    load: async () => (await import('./version.js')).version,
  },
];
