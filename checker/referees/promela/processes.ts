/** A process: one loop, with one alternative in it for each step and each way of choosing in it. */
import type { BoundaryPoint, Expr, Instr } from '../../compiler/ir/graph.js';
import { unary } from '../../compiler/ir/simplify.js';
import { propertyOfFailure } from '../referee.js';
import { codeOf, waysOf } from './alternatives.js';
import { type Code, codeLines } from './code.js';
import type { Declarations, ProcessDeclarations } from './declarations.js';
import { exprText, type Names, placeOf, valueText } from './expressions.js';
import { structuredCode, type Writer } from './flow.js';
import { withResets } from './resets.js';
import { sharingSteps } from './sharing.js';
import { idleSteps } from './temporal.js';

export function processText(declarations: Declarations, own: ProcessDeclarations, index: number): string {
  const { process } = own;
  const { cells } = declarations.model.graph;
  const names: Names = {
    domains: { cells, locals: process.locals },
    local: (local) => `${own.isKept(local) ? '' : 'temp.'}${own.locals[local]}`,
    place: declarations.place,
    constant: declarations.constant,
    arrow: ['->', ':'],
  };
  let labels = 0;
  const writer: Writer = {
    ...statements(declarations, names),
    label: (beginning) => `${beginning}_${++labels}`,
    end: (end) => [{ do: `at = ${end.to === 'end' ? own.finished : own.points[end.boundary]}` }],
  };
  const blocks = withResets(own);
  const steps = process.boundaries.map((point, boundary) => ({
    boundary,
    comment: placeText(point),
    here: `at == ${own.points[boundary]}`,
    begin: `BEGIN(${point.rest === null ? 'false' : exprText(point.rest, names)})`,
    ...waysOf({ ...process, blocks }, cells, point.block),
  }));
  const options = sharingSteps({ ...process, blocks }).flatMap((group) => {
    const members = group.flatMap((boundary) => steps[boundary] ?? []);
    const ways = members.flatMap((step) => step.ways.map((way) => ({ ...step, ...way })));
    const alone = ways.filter(({ choices }) => choices.length > 0).map((way) => [way]);
    const together = ways.filter(({ choices }) => choices.length === 0);
    return (together.length > 0 ? [together, ...alone] : alone).map((option): string[] => {
      const { blocks: code, alternatives } = codeOf(blocks, option[0]?.choices ?? [], option);
      const guards = option.map(({ here, guard }) =>
        guard.op === 'const' ? here : `${here} && ${conjunct(guard, names)}`,
      );
      const entries = option.map(({ here, begin, comment }, i) => ({
        guard: here,
        code: [...(comment === '' ? [] : [{ comment }]), { macro: begin }],
        block: alternatives[i]?.entry ?? 0,
      }));
      const lines = codeLines(structuredCode(code, entries, writer), '       ');
      const guard = guards.join(' ||\n       ');
      return ['', '  :: d_step {', `       ${guard} ->`, ...lines, '       END', '     }'];
    });
  });
  return [
    `active proctype ${own.name}() provided (status == running) {`,
    own.text,
    '  /* Between two steps it is here, and may stay here for ever as far as SPIN is concerned. */',
    'end_of_step:',
    '  do',
    ...(options.length === 0 ? ['  :: false'] : options.flat().slice(1)),
    ...idleSteps(declarations, own, index, names),
    '  od',
    '}',
  ].join('\n');
}

/** Statements that are the same in processes and in predicates. */
export function statements(
  { failed, model }: Declarations,
  names: Names,
): Pick<Writer, 'test' | 'instr' | 'failure'> {
  const { cells, locals } = names.domains;
  return {
    test: (test, negated) => exprText(negated ? unary('!', test) : test, names),
    instr: (instr: Exclude<Instr, { do: 'check' }>): Code => {
      if (instr.do === 'store') {
        const domain = cells[instr.ref.base]?.domain ?? null;
        return [{ do: `${placeOf(instr.ref, names)} = ${valueText(instr.value, domain, names)}` }];
      }
      const domain = locals[instr.local]?.domain ?? null;
      return [{ do: `${names.local(instr.local)} = ${valueText(instr.value, domain, names)}` }];
    },
    failure: (index) => {
      const failure = model.graph.failures[index];
      if (failure === undefined) throw new RangeError(`no failure ${index}`);
      const inner = failure.frames.at(-1);
      const place = inner === undefined ? '' : ` (${inner.span.file}:${inner.span.line})`;
      return [
        { comment: failure.message + place },
        { do: `status = ${failed.get(propertyOfFailure(failure))?.name}` },
      ];
    },
  };
}

/** `dirty_log.ts:88 kvm_vm_ioctl_get_dirty_log > locks.ts:72 mutex_lock: yield () => ...` */
function placeText({ frames }: BoundaryPoint): string {
  const places = frames.map(({ function: name, span }) => `${span.file}:${span.line} ${name}`);
  const text = frames.at(-1)?.text.replaceAll(/\s+/g, ' ') ?? '';
  return `${places.join(' > ')}${text && `: ${text}`}`.replaceAll('*/', '* /');
}

function conjunct(guard: Expr, names: Names): string {
  const text = exprText(guard, names);
  return guard.op === 'binary' && guard.operator === '||' ? `(${text})` : text;
}
