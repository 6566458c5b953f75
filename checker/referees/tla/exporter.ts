/** The graph of a scenario in TLA+, for TLC and for people. The configuration for TLC follows the end of the module. */
import { resetDeadLocals } from '../../compiler/passes/resets.js';
import type { ExportableModel, Exporter } from '../referee.js';
import { propertyOfFailure } from '../referee.js';
import { writeProcess } from './actions.js';
import { definitionsFor } from './arithmetic.js';
import { type Declared, declare } from './declarations.js';
import { writeInit } from './init.js';
import { writePredicate, writeResting } from './properties.js';

export const tla: Exporter = { target: 'tla', extension: '.tla', text: tlaText };

/** Behind this line stands what belongs into the file beside the module. */
export const CONFIGURATION = 'The configuration for TLC, to be kept as ';

function tlaText(given: ExportableModel): string {
  const model = { ...given, graph: resetDeadLocals(given.graph) };
  const declared = declare(model);
  const { names } = declared;
  const failures = failureOperators(declared);
  const processes = model.graph.processes.map((process, index) =>
    writeProcess(declared, process, index, failures.operator),
  );
  const steps = model.graph.processes.map((_, index) =>
    names.globals.fresh(`${names.processes[index]?.name}_steps`),
  );
  const properties = writeProperties(declared, steps);
  const variables = ['pc', ...declared.variables].join(', ');
  const body = [
    `VARIABLES ${variables}`,
    `vars == <<${variables}>>`,
    ...(declared.enumerations.length === 0 ? [] : [declared.enumerations.join('\n')]),
    declared.typeInvariant,
    writeInit(declared),
    ...failures.texts,
    ...processes.flatMap(({ actions, names: actionNames }, index) => [
      `\\* Process ${model.graph.processes[index]?.name}`,
      ...actions,
      [`${steps[index]} ==`, ...disjuncts(actionNames)].join('\n'),
    ]),
    ['Next ==', ...disjuncts(steps)].join('\n'),
    'Spec == Init /\\ [][Next]_vars',
    ...properties.texts,
  ].join('\n\n');
  const name = moduleName(model.name);
  return [
    `---- MODULE ${name} ----`,
    `\\* ${model.name}: ${model.title.replace(/\s+/g, ' ')}`,
    '\\* Distinct states, and states generated but for the initial one, are the states and transitions of mmucheck without its',
    '\\* reductions, as long as no step fails.',
    'EXTENDS Integers, TLC',
    '',
    ...definitionsFor(body).map((each) => `${each}\n`),
    body,
    '',
    '====',
    `${CONFIGURATION}${name}.cfg:`,
    '',
    'SPECIFICATION Spec',
    'CHECK_DEADLOCK FALSE',
    'INVARIANT TypeOK',
    ...properties.configuration,
    '',
  ].join('\n');
}

export function moduleName(name: string): string {
  const plain = name.replace(/\W+/g, '_');
  return /^[A-Za-z]/.test(plain) ? plain : `M_${plain}`;
}

function disjuncts(names: readonly string[]): readonly string[] {
  return names.length === 0 ? ['  FALSE'] : names.map((name) => `  \\/ ${name}`);
}

/** One for each property that a step may fail: what happens then is for the one who asks to say. */
function failureOperators({ model, names }: Declared): {
  readonly texts: readonly string[];
  readonly operator: (property: string) => string;
} {
  const operators = new Map<string, string>();
  for (const failure of model.graph.failures) {
    const property = propertyOfFailure(failure);
    if (!operators.has(property)) operators.set(property, names.globals.fresh(`${property}_fails`));
  }
  const texts = [...operators].map(
    ([property, name]) => `${name}(message) == Assert(FALSE, message) \\* ${property}`,
  );
  return {
    texts: texts.length === 0 ? [] : [texts.join('\n')],
    operator: (property) => operators.get(property) ?? 'FALSE',
  };
}

interface Properties {
  readonly texts: readonly string[];
  /** Lines of the configuration; each names its property in a comment. */
  readonly configuration: readonly string[];
}

function writeProperties(declared: Declared, steps: readonly string[]): Properties {
  const { model, names } = declared;
  const texts: string[] = [];
  const configuration: string[] = [];
  const invariant = (property: string, operator: string): void => {
    configuration.push(`INVARIANT ${operator} \\* ${property}`);
  };
  for (const predicate of model.graph.invariants) {
    const operator = names.globals.fresh(`${predicate.name}_holds`);
    texts.push(writePredicate(declared, predicate, operator, false));
    invariant(predicate.name, operator);
  }
  for (const predicate of model.graph.stepPredicates) {
    const operator = names.globals.fresh(`${predicate.name}_step`);
    const always = names.globals.fresh(`${predicate.name}_always`);
    texts.push(writePredicate(declared, predicate, operator, true), `${always} == [][${operator}]_vars`);
    configuration.push(`PROPERTY ${always} \\* ${predicate.name}`);
  }
  if (model.deadlock !== null) {
    const { property } = model.deadlock;
    const rests = model.graph.processes.map((_, index) =>
      names.globals.fresh(`${names.processes[index]?.name}_rests`),
    );
    const operator = names.globals.fresh(`${property}_holds`);
    texts.push(
      ...writeResting(declared, rests),
      [
        '\\* Everybody has finished or may stay, or somebody who may not stay can change something.',
        `${operator} ==`,
        `  \\/ ${rests.length === 0 ? 'TRUE' : rests.join(' /\\ ')}`,
        ...rests.map((each, index) => `  \\/ ~${each} /\\ ENABLED <<${steps[index]}>>_vars`),
      ].join('\n'),
    );
    invariant(property, operator);
  }
  return { texts, configuration };
}
