/**
 * Says in short what a step did to the shared state, from the differences alone.
 *
 * The changes of one record are one effect. A record that changes its `kind` is phrased by it, with what it now
 * holds: `pt[0].spte[1]: NONE -> LEAF pfn=2 w`. Neighbours in a vector that change alike are one effect:
 * `dirty[0..3]: 0 -> 1`.
 */
import { KIND, Kinds } from './kinds.js';
import {
  type Change,
  formatPath,
  lookUp,
  type Path,
  parsePath,
  type RecordTree,
  type Scalar,
} from './tree.js';

export interface EffectOptions {
  /** The most lines. */
  readonly limit?: number;
  /** What the whole run shows of kinds. */
  readonly kinds?: Kinds;
}

/** What the changes that led to the state `after` did, one line per effect, and `+3 more` if there are more. */
export function effectLines(
  changes: readonly Change[],
  after: RecordTree,
  { limit = 4, kinds = new Kinds([after]) }: EffectOptions = {},
): string[] {
  const runs = mergeNeighbours(groupByRecord(changes, after));
  // One more effect takes no more room than saying so.
  const shown = runs.length === limit + 1 ? runs : runs.slice(0, limit);
  const more = runs
    .slice(shown.length)
    .reduce((sum, run) => sum + run.reduce((all, { size }) => all + size, 0), 0);
  const lines = shown.map((run) => phrase(run, kinds));
  return more > 0 ? [...lines, `+${more} more`] : lines;
}

/** One change in full. */
export function changeLine(change: Change): string {
  return `${change.path}: ${show(change.before)} -> ${show(change.after)}`;
}

/** Values as C prints them. */
export function show(value: Scalar): string {
  return typeof value === 'boolean' ? String(Number(value)) : String(value);
}

const FIELD_LIMIT = 5;

interface Field {
  /** Empty for an element of a vector of scalars. */
  readonly name: string;
  readonly before: Scalar;
  readonly after: Scalar;
}

/** The changes of one record. */
interface Group {
  readonly record: Path;
  /** Those that changed; of a record that changed its kind, all. */
  readonly fields: readonly Field[];
  /** How many changed. */
  readonly size: number;
}

function groupByRecord(changes: readonly Change[], state: RecordTree): Group[] {
  const groups = new Map<string, { record: Path; fields: Field[] }>();
  for (const { path: text, before, after } of changes) {
    const path = parsePath(text) ?? [text];
    const last = path.at(-1);
    const inRecord = typeof last === 'string';
    const record = inRecord ? path.slice(0, -1) : path;
    // Fields of the root belong together no more than globals do.
    const key = record.length === 0 ? text : formatPath(record);
    const group = groups.get(key) ?? { record, fields: [] };
    group.fields.push({ name: inRecord ? last : '', before, after });
    groups.set(key, group);
  }
  return [...groups.values()].map(({ record, fields }) => ({
    record,
    fields: fields.some((field) => field.name === KIND) ? allFields(record, fields, state) : fields,
    size: fields.length,
  }));
}

function allFields(record: Path, changed: readonly Field[], state: RecordTree): Field[] {
  const value = lookUp(state, record);
  if (typeof value !== 'object') return [...changed];
  return Object.entries(value).flatMap(([name, after]) => {
    if (typeof after === 'object') return [];
    return [changed.find((field) => field.name === name) ?? { name, before: after, after }];
  });
}

/** Runs of groups that are neighbours in a vector and change alike. */
function mergeNeighbours(groups: readonly Group[]): Group[][] {
  const runs: Group[][] = [];
  for (const group of groups) {
    const run = runs.at(-1);
    const previous = run?.at(-1);
    if (run !== undefined && previous !== undefined && areNeighbours(previous, group)) run.push(group);
    else runs.push([group]);
  }
  return runs;
}

/** Whether two elements next to each other have the same fields that changed, and the same kinds if they have any. */
function areNeighbours(left: Group, right: Group): boolean {
  const at = lastIndexOf(left.record);
  if (at < 0 || at !== lastIndexOf(right.record) || left.record.length !== right.record.length) return false;
  if (!left.record.every((key, place) => key === right.record[place] || place === at)) return false;
  if (Number(left.record[at]) + 1 !== right.record[at]) return false;
  return (
    left.fields.length === right.fields.length &&
    left.fields.every((field, place) => {
      const other = right.fields[place];
      if (field.name !== other?.name) return false;
      return field.name !== KIND || (field.before === other.before && field.after === other.after);
    })
  );
}

function lastIndexOf(path: Path): number {
  return path.findLastIndex((key) => typeof key === 'number');
}

function phrase(run: readonly Group[], kinds: Kinds): string {
  const [first] = run;
  if (first === undefined) return '';
  const subject = subjectOf(run);
  const fields = first.fields.map((field, place) => ({
    name: field.name,
    values: run.map((group) => group.fields[place]?.after ?? 0),
    before: alike(run.map((group) => group.fields[place]?.before ?? 0)),
    after: alike(run.map((group) => group.fields[place]?.after ?? 0)),
  }));
  const kind = fields.find((field) => field.name === KIND);
  if (kind !== undefined) {
    const others = fields.filter((field) => field !== kind);
    // A record that is zero but for its kind holds nothing.
    const empty = others.every(({ values }) => values.every(isZero));
    const held = others.filter(({ name, values }) => {
      if (empty || values.every((value) => value === false)) return false;
      return !values.every(isZero) || kinds.uses(first.record, kind.after, name);
    });
    const parts = held.map(({ name, values, after }) =>
      values.every((value) => value === true) ? name : `${name}=${after}`,
    );
    return `${subject}: ${[`${kind.before} -> ${kind.after}`, ...shorten(parts)].join(' ')}`;
  }
  const [only] = fields;
  if (fields.length === 1 && only !== undefined) {
    const name = [subject, only.name].filter((part) => part !== '').join('.');
    return `${name}: ${only.before} -> ${only.after}`;
  }
  return `${subject}: ${shorten(fields.map((each) => `${each.name} ${each.before} -> ${each.after}`)).join(', ')}`;
}

function shorten(parts: readonly string[]): readonly string[] {
  if (parts.length <= FIELD_LIMIT) return parts;
  return [...parts.slice(0, FIELD_LIMIT - 1), `+${parts.length - FIELD_LIMIT + 1} more`];
}

function subjectOf(run: readonly Group[]): string {
  const first = run[0]?.record ?? [];
  if (run.length === 1) return formatPath(first);
  const at = lastIndexOf(first);
  const from = Number(first[at]);
  const rest = formatPath(first.slice(at + 1));
  const dot = rest === '' ? '' : '.';
  return `${formatPath(first.slice(0, at))}[${from}..${from + run.length - 1}]${dot}${rest}`;
}

/** The value of a field all along a run: one if they agree, else a list. */
function alike(values: readonly Scalar[]): string {
  const [first, ...rest] = values.map(show);
  return rest.every((value) => value === first) ? (first ?? '') : [first, ...rest].join(',');
}

function isZero(value: Scalar): boolean {
  return value === 0 || value === false;
}
