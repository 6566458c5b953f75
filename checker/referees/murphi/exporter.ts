/** The graph of a scenario in Murphi, for Rumur and for people. */
import { resetDeadLocals } from '../../compiler/passes/resets.js';
import type { ExportableModel, Exporter } from '../referee.js';
import { type Declared, declare } from './declarations.js';
import { DEADLOCK, INVARIANT, messageOf, stepMessage } from './messages.js';
import { type PredicateText, writePredicate } from './predicates.js';
import { writeProgress } from './progress.js';
import { type StepJudge, writeRules } from './rules.js';
import { writeStart } from './start.js';

export const murphi: Exporter = { target: 'murphi', extension: '.m', text: murphiText };

function murphiText(given: ExportableModel): string {
  // Compiled graphs are like that; in others a value that nobody reads any more would tell states apart.
  const model = { ...given, graph: resetDeadLocals(given.graph) };
  const declared = declare(model);
  const properties = writeProperties(declared);
  const rules = writeRules(declared, properties.stepJudges);
  return [
    heading(model),
    declared.text.trimEnd(),
    ...properties.texts,
    ...rules.procedures,
    writeStart(declared),
    rules.text,
    properties.invariants.join('\n'),
    '',
  ].join('\n\n');
}

function heading({ name, title }: ExportableModel): string {
  return [
    `-- ${name}: ${title.replace(/\s+/g, ' ')}`,
    '-- Reachable states and rules fired are the states and transitions of mmucheck, without its reductions. Run it with',
    '-- --symmetry-reduction off --deadlock-detection off.',
  ].join('\n');
}

interface Properties {
  readonly texts: readonly string[];
  readonly invariants: readonly string[];
  readonly stepJudges: readonly StepJudge[];
}

function writeProperties(declared: Declared): Properties {
  const { graph, deadlock } = declared.model;
  const texts: string[] = [];
  const invariants: string[] = [];
  for (const predicate of graph.invariants) {
    const { name, text } = writePredicate(declared, predicate);
    texts.push(text);
    invariants.push(`invariant "${messageOf(predicate.name, INVARIANT)}" ${name}();`);
  }
  const stepJudges = graph.stepPredicates.map((predicate): StepJudge => {
    const written = writePredicate(declared, predicate);
    const procedure = declared.names.globals.fresh(`judge_${predicate.name}`);
    texts.push(written.text, judgeProcedure(declared, predicate.name, procedure, written));
    return { procedure, before: written.before, reads: written.reads };
  });
  if (deadlock !== null) {
    const { functions, condition } = writeProgress(declared);
    texts.push(...functions);
    invariants.push(`invariant "${messageOf(deadlock.property, DEADLOCK)}" ${condition};`);
  }
  return { texts, invariants, stepJudges };
}

function judgeProcedure(
  { rootTypes, names, field }: Declared,
  property: string,
  procedure: string,
  { name, before }: PredicateText,
): string {
  const namer = names.globals.inner();
  const formal = before.map((root) => ({
    name: namer.fresh(`before_${field(root, 0)}`),
    type: rootTypes.get(root) ?? 'boolean',
  }));
  return [
    `procedure ${procedure}(${formal.map((each) => `${each.name}: ${each.type}`).join('; ')});`,
    'begin',
    `  assert "${stepMessage(property)}" ${name}(${formal.map((each) => each.name).join(', ')});`,
    'end;',
  ].join('\n');
}
