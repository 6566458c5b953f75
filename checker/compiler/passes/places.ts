/** Places: finding the cells or locals that a place of the program stands for, reading and writing them. */
import type { CellRef, Expr } from '../ir/graph.js';
import * as simple from '../ir/simplify.js';
import type * as ir from '../ir/program.js';
import { sameIndexes, visitExpr } from '../ir/traverse.js';
import type { Binding, CallFrame, Context, Located } from './context.js';
import type { Emitter } from './emitter.js';
import type { Guards } from './guards.js';
import { ANY, hull, isPoint, meet } from './intervals.js';
import { placeText } from './text.js';
import { binaryValue, conditionalValue, constantValue, type Value, valueOf } from './values.js';

export class Places {
  constructor(
    private readonly context: Context,
    private readonly emitter: Emitter,
    private readonly guards: Guards,
    private readonly scalar: (expr: ir.Expr, frame: CallFrame) => Value,
  ) {}

  /** Finds a place; its indexes are evaluated and checked here. */
  locate(place: ir.Place, frame: CallFrame): Located {
    const binding = this.binding(place.variable, frame);
    if (binding.token !== null) this.emitter.useToken(binding.token);
    let { base, shape, indexes } = binding.place;
    for (const [i, part] of place.path.entries()) {
      if ('field' in part) {
        const field = shape.kind === 'record' ? shape.fields.get(part.field) : undefined;
        if (field === undefined)
          throw new TypeError(`no field ${part.field} in ${placeText(frame.fn, place)}`);
        base += field.offset;
        shape = field.shape;
        continue;
      }
      if (shape.kind !== 'vector') throw new TypeError(`no vector: ${placeText(frame.fn, place)}`);
      const { element, length } = shape;
      const text = (): string => placeText(frame.fn, { ...place, path: place.path.slice(0, i + 1) });
      const value = this.scalar(part.index, frame);
      const index = this.guards.index(value, length, text, frame, part.index.span);
      if (isPoint(index)) base += index.lo * element.size;
      else indexes = [...indexes, { value: index.expr, stride: element.size, length }];
      shape = element;
    }
    return { ...binding.place, base, shape, indexes };
  }

  /** What a variable stands for; one that was never set gets its locals now. */
  binding(variable: number, frame: CallFrame): Binding {
    const known = frame.bindings[variable];
    if (known !== undefined) return known;
    const declared = frame.fn.variables[variable];
    if (declared === undefined) throw new RangeError(`no variable ${variable} in ${frame.fn.name}`);
    const shape = this.context.shapes.of(declared.type, declared.name, declared.span);
    const leaves = this.context.shapes.leaves(shape).map((leaf): Expr => {
      const name = `${frame.fn.name}.${declared.name}${leaf.text}`;
      const lasting = this.context.lasting(frame.fn, variable);
      return { op: 'local', local: this.emitter.newLocal(name, declared.span, leaf.shape.domain, lasting) };
    });
    const binding = {
      place: { leaves, before: false, base: 0, indexes: [], shape },
      token: null,
      toValue: false,
    };
    frame.bindings[variable] = binding;
    return binding;
  }

  /** The same place, with its indexes kept as they are now. `owner` is who keeps them, for their names. */
  freeze(place: Located, owner: string, span: ir.Span, keep: (local: number) => boolean): Located {
    if (place.indexes.length === 0) return place;
    const indexes = place.indexes.map((index) => {
      const { value } = index;
      if (value.op === 'local' && keep(value.local)) return index;
      const domain = { lo: 0, hi: index.length - 1, names: null };
      const known = value.op === 'local' ? meet(this.emitter.intervalOf(value.local), domain) : domain;
      const local = this.emitter.newLocal(`${owner}[]`, span, domain, 'fixed');
      this.emitter.set(local, valueOf(value, known));
      return { ...index, value: { op: 'local', local } as const };
    });
    return { ...place, indexes };
  }

  read(place: Located, span: ir.Span): readonly Value[] {
    if (place.leaves === null) this.touchState(span);
    return Array.from({ length: place.shape.size }, (_, offset) => this.#readLeaf(place, offset));
  }

  /** Writes all scalars of a place, as if at once. `name` is how messages call it. */
  write(place: Located, values: readonly Value[], name: string, frame: CallFrame, span: ir.Span): void {
    if (place.leaves === null) this.touchState(span);
    const leaves = this.context.shapes.leaves(place.shape);
    const checked = leaves.map((leaf, i) =>
      this.guards.domain(
        values[i] ?? constantValue(0),
        leaf.shape.domain,
        () => name + leaf.text,
        frame,
        span,
      ),
    );
    // What an earlier scalar's write would change is read before all of them.
    const kept = checked.map((value, i) =>
      readsWritten(value.expr, place, i) ? this.guards.keep(value, frame, span) : value,
    );
    const moving = place.indexes.some((index) => readsWritten(index.value, place, kept.length - 1));
    const target = moving ? this.freeze(place, `${frame.fn.name}.$`, span, () => false) : place;
    for (const [i, value] of kept.entries()) this.#writeLeaf(target, i, value);
  }

  /** Reports code before the first yield that looks at the shared state. */
  touchState(span: ir.Span): void {
    if (this.emitter.reachable && this.emitter.beforeFirstStep)
      this.context.diagnostics.add(
        span,
        'the shared state is used before the first yield of the process',
        'Put a `yield` before it: what stands before the first yield runs when the process is made.',
      );
  }

  #readLeaf(place: Located, offset: number): Value {
    const at = place.base + offset;
    if (place.leaves === null) {
      const domain = this.context.cells[at]?.domain;
      if (domain === undefined) return constantValue(0);
      const ref: CellRef = { base: at, indexes: place.indexes };
      return valueOf(place.before ? { op: 'load', ref, state: 'before' } : { op: 'load', ref }, domain);
    }
    return this.#element(place, place.leaves, at, 0);
  }

  /** An element of a vector that is kept in locals, by comparing its indexes. */
  #element(place: Located, leaves: readonly Expr[], at: number, depth: number): Value {
    const index = place.indexes[depth];
    if (index === undefined) return this.#leaf(leaves[at]);
    let result = this.#element(place, leaves, at + (index.length - 1) * index.stride, depth + 1);
    for (let i = index.length - 2; i >= 0; i--) {
      const test = binaryValue('===', valueOf(index.value, ANY), constantValue(i));
      result = conditionalValue(test, this.#element(place, leaves, at + i * index.stride, depth + 1), result);
    }
    return result;
  }

  #leaf(leaf: Expr | undefined): Value {
    if (leaf?.op === 'const') return constantValue(leaf.value);
    return leaf?.op === 'local' ? this.emitter.local(leaf.local) : constantValue(0);
  }

  #writeLeaf(place: Located, offset: number, value: Value): void {
    const at = place.base + offset;
    if (place.leaves === null) this.emitter.store({ base: at, indexes: place.indexes }, value.expr);
    else this.#writeElement(place, place.leaves, at, 0, simple.constant(1), value);
  }

  #writeElement(
    place: Located,
    leaves: readonly Expr[],
    at: number,
    depth: number,
    condition: Expr,
    value: Value,
  ): void {
    const index = place.indexes[depth];
    if (index !== undefined) {
      for (let i = 0; i < index.length; i++) {
        const here = simple.binary('===', index.value, simple.constant(i));
        const test = simple.binary('&&', condition, here);
        this.#writeElement(place, leaves, at + i * index.stride, depth + 1, test, value);
      }
      return;
    }
    const leaf = leaves[at];
    if (leaf?.op !== 'local') throw new TypeError('a constant cannot be written');
    if (condition.op === 'const') this.emitter.set(leaf.local, value);
    else {
      const old = this.emitter.local(leaf.local);
      const expr = simple.conditional(condition, value.expr, old.expr);
      this.emitter.set(leaf.local, valueOf(expr, hull(value, old)));
    }
  }
}

/** Whether an expression reads one of the scalars of a place before the one at `offset`. */
function readsWritten(expr: Expr, place: Located, offset: number): boolean {
  let found = false;
  const last = place.base + offset - 1;
  if (last < place.base) return false;
  const written = new Set<number>();
  if (place.leaves !== null) {
    const leaves = place.indexes.length > 0 ? place.leaves : place.leaves.slice(place.base, last + 1);
    for (const leaf of leaves) if (leaf.op === 'local') written.add(leaf.local);
  }
  visitExpr(expr, (each) => {
    if (each.op === 'local' && written.has(each.local)) found = true;
    if (each.op === 'load' && place.leaves === null && each.state === undefined) {
      if (sameIndexes(each.ref, place)) found ||= each.ref.base >= place.base && each.ref.base <= last;
      else found ||= each.ref.base <= last + reach(place) && place.base <= each.ref.base + reach(each.ref);
    }
  });
  return found;
}

/** How far behind its base a reference may reach. */
function reach(ref: Pick<CellRef, 'indexes'>): number {
  return ref.indexes.reduce((sum, { stride, length }) => sum + stride * (length - 1), 0);
}
