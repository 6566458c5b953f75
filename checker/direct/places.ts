/**
 * The root state as model code sees it: handles that name places and look them up at every access.
 *
 * A handle is a path, not an object of some version of the state, so a place that was passed as a parameter stays valid
 * across step boundaries, when every immer draft of the last step is gone. Values come out as frozen snapshots.
 */
import { current, isDraft } from 'immer';
import { equal, ModelError } from '../language/primitives.js';
import {
  CONFIG,
  type Configuration,
  conforming,
  formatPath,
  misfit,
  type Path,
  type RecordSchema,
  type Schema,
} from './schema.js';

type Tree = Record<string | number, unknown>;

/** One root handle, and the version of the state behind it. */
export class Places {
  /** What model functions get as their first argument. */
  readonly root: object;
  private tree: unknown = null;

  constructor(schema: RecordSchema, config: Configuration) {
    this.root = this.handle(schema, [], config);
  }

  /** Runs `body` with the handles looking into `tree`: a state, or an immer draft of one, which `body` may then write. */
  within<T>(tree: unknown, body: () => T): T {
    const outer = this.tree;
    this.tree = tree;
    try {
      return body();
    } finally {
      this.tree = outer;
    }
  }

  private handle(
    schema: Extract<Schema, { kind: 'record' | 'vector' }>,
    path: Path,
    config: Configuration | null,
  ): object {
    const handles = new Map<string | number, object>();
    const keyOf = (property: string): string | number =>
      schema.kind === 'vector' ? indexOf(property, schema.length, path) : property;
    const memberOf = (key: string | number): Schema => {
      const member = schema.kind === 'vector' ? schema.element : schema.fields.get(String(key));
      if (member === undefined) throw new Error(`${formatPath([...path, key])} is not part of the state`);
      return member;
    };
    return new Proxy(Object.freeze({}), {
      get: (_target, property) => {
        if (typeof property === 'symbol') return undefined;
        if (config !== null && property === CONFIG) return config;
        if (schema.kind === 'vector' && property === 'length') return schema.length;
        const key = keyOf(property);
        const member = memberOf(key);
        if (!isPlace(member)) return snapshot(this.holder(path)[key]);
        let handle = handles.get(key);
        if (handle === undefined) {
          handle = this.handle(member, [...path, key], null);
          handles.set(key, handle);
        }
        return handle;
      },
      set: (_target, property, value) => {
        const key = keyOf(String(property));
        const member = memberOf(key);
        if (isPlace(member))
          throw new Error(`${formatPath([...path, key])} is a place and cannot be replaced`);
        const holder = this.holder(path);
        const next = stored(member, value, [...path, key]);
        // A write that changes nothing leaves the same version of the state, and no patch.
        if (!equal(snapshot(holder[key]), next)) holder[key] = next;
        return true;
      },
    });
  }

  private holder(path: Path): Tree {
    if (this.tree === null) throw new Error(`${formatPath(path)} is used where no state may be used`);
    return path.reduce<Tree>((tree, key) => tree[key] as Tree, this.tree as Tree);
  }
}

function isPlace(schema: Schema): schema is Extract<Schema, { kind: 'record' | 'vector' }> {
  return schema.kind === 'vector' || (schema.kind === 'record' && schema.mutable);
}

/** A property name is an index only in its canonical spelling: `-1`, `1.5` and `undefined` are out of range. */
function indexOf(property: string, length: number, path: Path): number {
  const index = Number(property);
  if (Number.isInteger(index) && 0 <= index && index < length) return index;
  throw new ModelError('index', null, `index ${property} of ${formatPath(path)} is outside 0..${length - 1}`);
}

/** Values are never changed in place, so the draft of one is as good as the frozen value that it was made of. */
function snapshot(value: unknown): unknown {
  return isDraft(value) ? current(value) : value;
}

function stored(schema: Schema, value: unknown, path: Path): unknown {
  if (schema.kind !== 'record') {
    const what = misfit(schema, value);
    if (what !== null) throw domainError(path, what);
    return value === 0 ? 0 : value;
  }
  return conforming(schema, value, path, (at, what) => {
    throw domainError(at, what);
  });
}

function domainError(path: Path, what: string): ModelError {
  return new ModelError('domain', null, `${formatPath(path)} ${what}`);
}
