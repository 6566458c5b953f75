/** A graph as a Promela model for SPIN. */
import { type ExportableModel, type Exporter, propertiesOf } from '../referee.js';
import { type Declarations, declare } from './declarations.js';
import { processText } from './processes.js';
import { temporalText } from './temporal.js';
import { watch } from './watch.js';

export const promela: Exporter = { target: 'promela', extension: '.pml', text: promelaText };

function promelaText(model: ExportableModel): string {
  const declarations = declare(model);
  const watching = watch(declarations);
  const processes = declarations.processes.map((each, index) => processText(declarations, each, index));
  const parts = [
    headText(model, declarations),
    declarations.text,
    watching.declarations,
    watching.process,
    ...processes,
  ];
  const temporal = temporalText(declarations);
  if (temporal.length > 0) parts.push(temporal.join('\n'));
  return `${parts.join('\n\n')}\n`;
}

function headText(model: ExportableModel, { names }: Declarations): string {
  const { graph, deadlock } = model;
  const called = (ids: readonly string[]): string =>
    ids.length === 0 ? 'none' : ids.map((id) => names.properties.get(id) ?? id).join(', ');
  const steps = graph.stepPredicates.map(({ name }) => name);
  const later = deadlock === null ? steps : [...steps, deadlock.property];
  const others = propertiesOf(model).filter((id) => !later.includes(id));
  const lines = [
    `${model.name}: ${model.title}`,
    '',
    'Made by mmucheck for SPIN 6.5:',
    '',
    '  spin -o2 -a model.pml && gcc -O2 -DSAFETY -DNOREDUCE -o pan pan.c && ./pan -c0 -m1000000',
    '',
    'A step of a process is one d_step: what it does up to its next yield. SPIN stores the states that mmucheck stores',
    'and one more, in which init has not set up the first. It reports two transitions more: the setting up, and the visit',
    'of that state. A step that ends in a model error makes a state of its own, with its status set, in which nothing',
    'happens but that the error is reported; and each error that is reported is a transition of init.',
    '',
    `Checked as it is: ${called(others)}. With -DSTEPS for spin and -DBFS for gcc also: ${called(later)}.`,
    'With -DCOUNT for spin nothing but model errors and failed assertions is. With -DLTL for spin invariants are formulas.',
    '',
    'Before -DBFS, take the #error about hidden variables out of pan.h. It is there because breadth-first search does not',
    'bring back their values in the state that it goes on with. Here no value of theirs is used after the step that gave it.',
  ];
  return ['/*', ...lines.map((line) => ` * ${line.replaceAll('*/', '* /')}`.trimEnd()), ' */'].join('\n');
}
