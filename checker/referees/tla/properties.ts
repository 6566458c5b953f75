/** Predicates as operators, and deadlock. */
import type { PredicateGraph } from '../../compiler/ir/graph.js';
import { flowOfPredicate } from '../../compiler/ir/traverse.js';
import { liveness } from '../../compiler/passes/live.js';
import { withRanges } from '../typed/ranges.js';
import { writeCode } from './code.js';
import type { Declared } from './declarations.js';
import { TlaPrinter } from './dialect.js';

/**
 * An operator that holds where the predicate does; one that fails to be evaluated does not hold.
 * @param isStep whether it is about two states: then what is not marked `before` is primed
 */
export function writePredicate(
  declared: Declared,
  predicate: PredicateGraph,
  operator: string,
  isStep: boolean,
): string {
  const { kinds, names, field, model } = declared;
  const { blocks, entry, locals, result } = predicate;
  const scope = kinds.scope(predicate);
  const ranged = withRanges(predicate, model.graph.cells);
  const root = (name: string, before: boolean): string => field(name, 0) + (isStep && !before ? "'" : '');
  let printer = new TlaPrinter(declared, { locals: ranged, scope, local: () => '', root });
  const lowest = (local: number): string =>
    printer.value({ op: 'const', value: locals[local]?.domain?.lo ?? 0 }, scope.local(local));
  const namer = names.globals.inner();
  const code = writeCode(
    entry,
    {
      blocks,
      locals: ranged,
      scope,
      liveness: liveness(flowOfPredicate(predicate)),
      root,
      unset: lowest,
      fail: () => 'FALSE',
      stop: ({ to }, values) => {
        if (to !== 'end') return ['FALSE'];
        const value = values.locals.get(result) ?? lowest(result);
        printer = new TlaPrinter(declared, { locals: ranged, scope, local: () => value, root });
        return [printer.truth({ op: 'local', local: result })];
      },
    },
    declared,
    namer,
  );
  return [`${operator} ==`, ...code.map((line) => `  ${line}`)].join('\n');
}

/** For each process, whether it may stay where it is. */
export function writeResting(declared: Declared, operators: readonly string[]): readonly string[] {
  const { model, names, kinds, field } = declared;
  return model.graph.processes.map((process, index) => {
    const own = names.processes[index];
    const printer = new TlaPrinter(declared, {
      locals: process.locals,
      scope: kinds.scope(process),
      local: (local) => `${own?.name}.${own?.locals[local]}`,
      root: (name) => field(name, 0),
    });
    const cases = process.boundaries.flatMap(({ rest }, boundary) =>
      rest === null ? [] : [`pc.${own?.name} = "${own?.boundaries[boundary]}" -> ${printer.truth(rest)}`],
    );
    return [
      `${operators[index]} ==`,
      `  CASE pc.${own?.name} = "${own?.finished}" -> TRUE`,
      ...cases.map((each) => `    [] ${each}`),
      '    [] OTHER -> FALSE',
    ].join('\n');
  });
}
