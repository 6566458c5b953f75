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
      return type.name ?? `Range<${boundName(type.lo)}, ${boundName(type.hi)}>`;
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
