/** The initial state as one value per variable. */
import { initialState } from '../../compiler/ir/interpret.js';
import { constant } from '../../compiler/ir/simplify.js';
import type { Shape } from '../structure.js';
import { BOOL, INT, type Kind } from '../typed/kinds.js';
import type { Declared } from './declarations.js';
import { TlaPrinter } from './dialect.js';

export function writeInit(declared: Declared): string {
  const { model, structure, kinds, names, field, keepsLocals } = declared;
  const state = initialState(model.graph, model.initial);
  const printer = new TlaPrinter(declared, {
    locals: [],
    scope: { cell: () => INT, local: () => BOOL },
    local: () => '',
    root: () => '',
  });
  const scalar = (value: number, kind: Kind): string => printer.value(constant(value), kind);
  const namer = names.globals.inner();
  const indexes: string[] = [];
  const text = (shape: Shape, values: readonly number[], depth: number, nesting: number): string => {
    switch (shape.kind) {
      case 'scalar':
        return scalar(values[0] ?? 0, kinds.domain(shape.domain));
      case 'record': {
        let from = 0;
        const fields = shape.fields.map((each) => {
          const own = values.slice(from, (from += sizeOf(each.shape)));
          return `${field(each.name, depth)} |-> ${text(each.shape, own, depth + 1, nesting)}`;
        });
        return `[${fields.join(', ')}]`;
      }
      case 'vector': {
        const size = sizeOf(shape.element);
        const index = (indexes[nesting] ??= namer.fresh('i'));
        const elements = Array.from({ length: shape.length }, (_, i) =>
          text(shape.element, values.slice(i * size, (i + 1) * size), depth + 1, nesting + 1),
        );
        const last = elements.at(-1) ?? '0';
        const body = elements
          .slice(0, -1)
          .reduceRight(
            (rest, each, i) => (each === rest ? rest : `IF ${index} = ${i} THEN ${each} ELSE ${rest}`),
            last,
          );
        return `[${index} \\in 0 .. ${shape.length - 1} |-> ${body}]`;
      }
      default:
        return shape satisfies never;
    }
  };
  let from = 0;
  const roots = structure.root.fields.map(({ name, shape }) => {
    const own = state.cells.slice(from, (from += sizeOf(shape)));
    return `${field(name, 0)} = ${text(shape, own, 1, 0)}`;
  });
  const points = state.processes.map(({ boundary }, index) => {
    const own = names.processes[index];
    return `${own?.name} |-> "${boundary === null ? own?.finished : own?.boundaries[boundary]}"`;
  });
  const locals = model.graph.processes.flatMap((process, index) => {
    const own = names.processes[index];
    if (keepsLocals[index] !== true) return [];
    const scope = kinds.scope(process);
    const fields = process.locals.flatMap(({ domain }, i) => {
      const value = state.processes[index]?.locals[i];
      return domain === null || value === undefined
        ? []
        : [`${own?.locals[i]} |-> ${scalar(value, scope.local(i))}`];
    });
    return [`${own?.name} = [${fields.join(', ')}]`];
  });
  const conjuncts = [...roots, `pc = [${points.join(', ')}]`, ...locals];
  return ['Init ==', ...conjuncts.map((each) => `  /\\ ${each}`)].join('\n');
}

function sizeOf(shape: Shape): number {
  switch (shape.kind) {
    case 'scalar':
      return 1;
    case 'record':
      return shape.fields.reduce((sum, each) => sum + sizeOf(each.shape), 0);
    case 'vector':
      return shape.length * sizeOf(shape.element);
    default:
      return shape satisfies never;
  }
}
