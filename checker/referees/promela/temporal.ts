/**
 * Temporal properties as `ltl` formulas, with -DTEMPORAL for SPIN. What is said of the first state is said of the moment
 * when `init` has set it up. Nobody's being able to move is a step of `init`, since SPIN with fairness overlooks runs
 * that end; and who is owed nothing may spend its turn on nothing.
 */
import { unary } from '../../compiler/ir/simplify.js';
import type { TemporalClaim } from '../temporal.js';
import type { Declarations, ProcessDeclarations } from './declarations.js';
import { exprText, type Names } from './expressions.js';
import { formulaText } from './formulas.js';
import { isPlain, predicateExpr, predicateFunction } from './predicates.js';

/** Larger ones are functions of C: a claim repeats its propositions many times. */
const MOST_CHARACTERS = 300;

/** Definitions of propositions, and the formulas. */
export function temporalText(declarations: Declarations): readonly string[] {
  const { model, propositions, formulas } = declarations;
  const { temporal } = model;
  if (temporal === undefined) return [];
  const said = temporal.claims.filter(({ refusal }) => refusal === null);
  const functions: string[] = [];
  const definitions = temporal.atoms.flatMap((atom, number): string[] => {
    const name = propositions[number];
    if (atom === null || name === undefined) return [];
    if (atom.of === 'finished') {
      const process = declarations.processes[atom.process];
      return process === undefined ? [] : [`#define ${name} (${process.name}:at == ${process.finished})`];
    }
    const { predicate } = atom;
    const expr = predicateExpr(predicate);
    const text = expr === null || !isPlain(expr) ? null : exprText(expr, namesIn(declarations));
    if (text !== null && text.length <= MOST_CHARACTERS) return [`#define ${name} (${text})`];
    functions.push(predicateFunction(declarations, predicate));
    return [`#define ${name} c_expr { ${declarations.predicates.get(predicate)?.function} () }`];
  });
  return [
    '/* Temporal properties, with the options that each of them wants. */',
    '#ifdef TEMPORAL',
    ...functions.flatMap((each) => ['c_code {', each, '}']),
    ...definitions,
    ...temporal.claims.flatMap((claim) => {
      if (claim.refusal !== null) return [`/* ${claim.property} is not said: ${claim.refusal}. */`];
      const text = formulaText(claim.formula, (number) => propositions[number] ?? 'false');
      return [
        `/* ${remark(claim, declarations)} */`,
        `ltl ${formulas.get(claim.property)} { status == unborn U (status == running && ${text}) }`,
      ];
    }),
    ...(said.length === 0 ? ['/* None can be said. */'] : []),
    '#endif',
  ];
}

/** Definitions with which SPIN must be called for a claim: who is owed nothing. */
export function definitionsFor(
  { isUnfair }: TemporalClaim,
  names: readonly { readonly name: string }[],
): string[] {
  return isUnfair.flatMap((is, process) => (is ? [`-D${unfairMacro(names[process]?.name ?? '')}`] : []));
}

/** Whether anything is owed to anybody. */
export function wantsFairness({ isUnfair }: TemporalClaim): boolean {
  return isUnfair.includes(false);
}

/** Steps of a process that change nothing, so that fairness asks no more of it than ours does. */
export function idleSteps(
  { model }: Declarations,
  { name, process, points }: ProcessDeclarations,
  index: number,
  names: Names,
): readonly string[] {
  const claims = model.temporal?.claims ?? [];
  if (claims.length === 0) return [];
  const resting = process.boundaries.flatMap(({ rest }, at) => {
    if (rest === null) return [];
    const isAlways = rest.op === 'const' && rest.value !== 0;
    const both = unary('!', unary('!', rest));
    return [`  :: at == ${points[at]}${isAlways ? '' : ` && (${exprText(both, names)})`}`];
  });
  const unfair = claims.some(({ isUnfair }) => isUnfair[index] === true)
    ? [`#ifdef ${unfairMacro(name)}`, '  :: status == running', '#endif']
    : [];
  const all = [...(resting.length === 0 ? [] : ['#ifdef TEMPORAL', ...resting, '#endif']), ...unfair];
  return all.length === 0 ? [] : ['', '  /* What is possible here is owed to nobody. */', ...all];
}

function unfairMacro(name: string): string {
  return `UNFAIR_${name}`;
}

function remark(claim: TemporalClaim, { processes }: Declarations): string {
  const definitions = ['-DTEMPORAL', '-DCOUNT', ...definitionsFor(claim, processes)];
  const fairness = wantsFairness(claim) ? '-a -f' : '-a';
  const beyond = claim.beyond.length === 0 ? '' : `; without ${claim.beyond.join(', ')}`;
  return `${claim.property}: spin ${definitions.join(' ')}, pan ${fairness}${beyond}`.replaceAll('*/', '* /');
}

function namesIn({ model, place, constant }: Declarations): Names {
  return {
    domains: { cells: model.graph.cells, locals: [] },
    local: () => '0',
    place,
    constant,
    arrow: ['->', ':'],
  };
}
