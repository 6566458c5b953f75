/** The initial state, element by element or in loops where elements are alike. */
import { initialState } from '../../compiler/ir/interpret.js';
import { constant } from '../../compiler/ir/simplify.js';
import { BOOL, INT, type Kind } from '../typed/kinds.js';
import type { Shape } from '../structure.js';
import { indented } from './control.js';
import type { Declared } from './declarations.js';
import { murphiPrinter } from './dialect.js';

export function writeStart(declared: Declared): string {
  const { model, structure, kinds, names, field } = declared;
  const state = initialState(model.graph, model.initial);
  const printer = murphiPrinter(declared, {
    locals: [],
    scope: { cell: () => INT, local: () => BOOL },
    local: () => '',
    root: (name) => field(name, 0),
  });
  const text = (value: number, kind: Kind): string => printer.value(constant(value), kind);
  const namer = names.globals.inner();
  const loops: string[] = [];
  const assign = (
    shape: Shape,
    values: readonly number[],
    place: string,
    depth: number,
    loop: number,
  ): readonly string[] => {
    switch (shape.kind) {
      case 'scalar':
        return [`${place} := ${text(values[0] ?? 0, kinds.domain(shape.domain))};`];
      case 'record': {
        let from = 0;
        return shape.fields.flatMap((each) => {
          const own = values.slice(from, (from += sizeOf(each.shape)));
          const name = field(each.name, depth);
          return assign(each.shape, own, depth === 0 ? name : `${place}.${name}`, depth + 1, loop);
        });
      }
      case 'vector': {
        const size = sizeOf(shape.element);
        const elements = Array.from({ length: shape.length }, (_, i) =>
          values.slice(i * size, (i + 1) * size),
        );
        const [first = []] = elements;
        const isSame = elements.every((element) => element.every((value, i) => value === first[i]));
        if (!isSame || shape.length === 1)
          return elements.flatMap((own, i) => assign(shape.element, own, `${place}[${i}]`, depth + 1, loop));
        const variable = (loops[loop] ??= namer.fresh('i'));
        return [
          `for ${variable}: 0..${shape.length - 1} do`,
          ...indented(assign(shape.element, first, `${place}[${variable}]`, depth + 1, loop + 1)),
          'end;',
        ];
      }
      default:
        return shape satisfies never;
    }
  };
  const processes = model.graph.processes.flatMap((process, index) => {
    const own = names.processes[index];
    const variables = declared.processes[index];
    const at = state.processes[index];
    if (own === undefined || variables === undefined || at === undefined) return [];
    const scope = kinds.scope(process);
    return [
      `${variables.counter} := ${at.boundary === null ? own.finished : own.boundaries[at.boundary]};`,
      ...process.locals.flatMap(({ domain }, i) => {
        const variable = variables.locals[i];
        if (domain === null || variable == null) return [];
        return [`${variable} := ${text(at.locals[i] ?? domain.lo, scope.local(i))};`];
      }),
    ];
  });
  const cells = assign(structure.root, state.cells, '', 0, 0);
  return ['startstate "initial"', 'begin', ...indented([...cells, ...processes]), 'end;'].join('\n');
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
