/** Types in the words of the model language, for messages and listings. */
import type { Bound, Type } from './program.js';

/** As the user wrote it, as far as it has a name. */
export function typeName(type: Type | null): string {
  if (type === null) return 'void';
  switch (type.kind) {
    case 'bool':
      return 'boolean';
    case 'number':
      return 'number';
    case 'enum':
      return type.name ?? type.values.map((value) => `'${value}'`).join(' | ');
    case 'int':
      return (
        type.name ?? literalName(type.lo, type.hi) ?? `Range<${boundName(type.lo)}, ${boundName(type.hi)}>`
      );
    case 'record':
      return type.name;
    case 'vector':
      return `Vector<${typeName(type.element)}, ${boundName(type.length)}>`;
    default:
      return type satisfies never;
  }
}

export function boundName(bound: Bound): string {
  if (typeof bound === 'number') return String(bound);
  const { config, plus } = bound;
  return plus === 0 ? `'${config}'` : `'${config}' ${plus < 0 ? '-' : '+'} ${Math.abs(plus)}`;
}

/** A domain of one value has the name of that value; a number of the configuration is just a number. */
function literalName(lo: Bound, hi: Bound): string | null {
  if (typeof lo === 'number' || typeof hi === 'number') return lo === hi ? String(lo) : null;
  return lo.config === hi.config && lo.plus === hi.plus ? 'number' : null;
}
