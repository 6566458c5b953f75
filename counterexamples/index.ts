/** Counterexamples: built from a path of the search, confirmed by direct execution, shown, exported and replayed. */
export { buildTrace, type Finding, type TraceSource } from './build.js';
export { type Confirmation, confirmTrace, type Refutation } from './confirm.js';
export { type Format, formats } from './formats/index.js';
export { terminal } from './formats/terminal.js';
export { text } from './formats/text.js';
export { parseTrace } from './parse.js';
export { type Impossible, type ReplayOutcome, type ReplayResult, replayTrace } from './replay.js';
export { serializeTrace } from './serialize.js';
export type {
  Trace,
  TraceFrame,
  TraceModel,
  TraceProperty,
  TraceScenario,
  TraceStep,
  Violation,
} from './trace.js';
