/**
 * Says in short what a step did to the shared state, from the differences alone.
 *
 * The changes of one record are one effect. A record that changes its `kind` is phrased by it, with what it now
 * holds: `pt[0].spte[1]: NONE -> LEAF pfn=2 w`. Neighbours in a vector that change alike are one effect:
 * `dirty[0..3]: 0 -> 1`.
 */
import {
  type Change,
  formatPath,
  lookUp,
  type Path,
  parsePath,
  type RecordTree,
  type Scalar,
} from './tree.js';

export interface Effect {
  /** A path; a range of elements as `spte[0..1]`. */
  readonly subject: string;
  readonly phrase: string;
}

export interface Effects {
  readonly effects: readonly Effect[];
  /** How many scalars changed beyond these. */
  readonly more: number;
}

/** At most `limit` effects of changes that led to the state `after`. */
export function effectsOf(changes: readonly Change[], after: RecordTree, limit = 4): Effects {
  const merged = mergeNeighbours(groupByRecord(changes), after);
  const hidden = merged.slice(limit).flat();
  return {
    effects: merged.slice(0, limit).map(phrase),
    more: hidden.reduce((sum, group) => sum + group.fields.length, 0),
  };
}

/** `subject: phrase` for every effect, and `+3 more` if there are more. */
export function effectLines(changes: readonly Change[], after: RecordTree, limit?: number): string[] {
  const { effects, more } = effectsOf(changes, after, limit);
  const lines = effects.map((effect) => `${effect.subject}: ${effect.phrase}`);
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

const FIELD_LIMIT = 4;
const KIND = 'kind';

interface FieldChange {
  /** Empty for an element of a vector of scalars. */
  readonly name: string;
  readonly before: Scalar;
  readonly after: Scalar;
}

interface Group {
  readonly record: Path;
  readonly fields: readonly FieldChange[];
}

function groupByRecord(changes: readonly Change[]): Group[] {
  const groups = new Map<string, { record: Path; fields: FieldChange[] }>();
  for (const { path: text, before, after } of changes) {
    const path = parsePath(text) ?? [text];
    const last = path.at(-1);
    const inRecord = typeof last === 'string';
    const record = inRecord ? path.slice(0, -1) : path;
    const key = formatPath(record);
    const group = groups.get(key) ?? { record, fields: [] };
    group.fields.push({ name: inRecord ? last : '', before, after });
    groups.set(key, group);
  }
  return [...groups.values()].flatMap((group) =>
    // Fields of the root belong together no more than globals do.
    group.record.length === 0 ? group.fields.map((field) => ({ record: [], fields: [field] })) : [group],
  );
}

/** Runs of groups that are neighbours in a vector and change alike; all of a run have the same fields. */
function mergeNeighbours(groups: readonly Group[], after: RecordTree): Group[][] {
  const runs: Group[][] = [];
  for (const group of groups) {
    const run = runs.at(-1);
    const previous = run?.at(-1);
    if (run !== undefined && previous !== undefined && areNeighbours(previous, group)) run.push(group);
    else runs.push([group]);
  }
  return runs.map((run) => {
    const names = [...new Set(run.flatMap((group) => group.fields.map((field) => field.name)))];
    return run.length === 1
      ? run
      : run.map((group) => ({ ...group, fields: names.map((name) => fieldOf(group, name, after)) }));
  });
}

/** A field of a group; one that did not change is looked up in the state. */
function fieldOf(group: Group, name: string, after: RecordTree): FieldChange {
  const changed = group.fields.find((field) => field.name === name);
  if (changed !== undefined) return changed;
  const value = lookUp(after, [...group.record, name]);
  const scalar = value === undefined || typeof value === 'object' ? '?' : value;
  return { name, before: scalar, after: scalar };
}

/** Whether two elements of a vector next to each other change alike: the same kinds, or without kinds the same fields. */
function areNeighbours(left: Group, right: Group): boolean {
  const at = lastIndexOf(left.record);
  if (at < 0 || at !== lastIndexOf(right.record) || left.record.length !== right.record.length) return false;
  if (!left.record.every((key, place) => key === right.record[place] || place === at)) return false;
  if (Number(left.record[at]) + 1 !== right.record[at]) return false;
  const [leftKind, rightKind] = [kindOf(left), kindOf(right)];
  if (leftKind !== undefined && rightKind !== undefined) {
    return leftKind.before === rightKind.before && leftKind.after === rightKind.after;
  }
  return (
    leftKind === rightKind &&
    left.fields.length === right.fields.length &&
    left.fields.every((field, place) => field.name === right.fields[place]?.name)
  );
}

function kindOf(group: Group): FieldChange | undefined {
  return group.fields.find((field) => field.name === KIND);
}

function lastIndexOf(path: Path): number {
  return path.findLastIndex((key) => typeof key === 'number');
}

function phrase(run: readonly Group[]): Effect {
  const first = run[0] ?? { record: [], fields: [] };
  const subject = subjectOf(run);
  const fields = first.fields.map((field, place) => ({
    name: field.name,
    before: alike(run, place, 'before'),
    after: alike(run, place, 'after'),
    isZero: run.every((group) => isZero(group.fields[place]?.after)),
    isTrue: run.every((group) => group.fields[place]?.after === true),
  }));
  const kind = fields.find((field) => field.name === KIND);
  if (kind !== undefined) {
    const held = fields
      .filter((field) => field !== kind && !field.isZero)
      .map((field) => (field.isTrue ? field.name : `${field.name}=${field.after}`));
    return { subject, phrase: [`${kind.before} -> ${kind.after}`, ...shorten(held)].join(' ') };
  }
  const only = fields.length === 1 ? fields[0] : undefined;
  if (only !== undefined) {
    const name = [subject, only.name].filter((part) => part !== '').join('.');
    return { subject: name, phrase: `${only.before} -> ${only.after}` };
  }
  return {
    subject,
    phrase: shorten(fields.map((each) => `${each.name} ${each.before} -> ${each.after}`)).join(', '),
  };
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

/** The value of a field all along the run: one if they agree, else a list. */
function alike(run: readonly Group[], place: number, which: 'before' | 'after'): string {
  const values = run.map((group) => show(group.fields[place]?.[which] ?? ''));
  return values.every((value) => value === values[0]) ? (values[0] ?? '') : values.join(',');
}

function isZero(value: Scalar | undefined): boolean {
  return value === 0 || value === false;
}
