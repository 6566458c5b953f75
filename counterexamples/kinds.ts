/**
 * Which integer fields of a record mean something for which of its kinds, as far as a run shows it.
 *
 * A record with a `kind` has fields that only some kinds use, and the others leave zero. A zero is worth printing where
 * the kind uses the field (`LEAF pfn=0`) and noise where it does not (`LEAF child=0`). That is learned from the states
 * of the run: a kind uses the fields that it has other values than zero in.
 */
import { formatPath, isVector, type Path, type RecordTree, type Tree } from './tree.js';

export const KIND = 'kind';

export class Kinds {
  /** Fields by place of the record, without its indexes, and by kind. */
  private readonly used = new Map<string, Map<string, Set<string>>>();

  /** @param hidden places of which nobody wants to hear */
  constructor(
    states: readonly RecordTree[],
    private readonly hidden: (path: string) => boolean = () => false,
  ) {
    for (const state of new Set(states)) this.visit(state, []);
  }

  /** Whether a zero in a field of a record of this kind may mean something. */
  uses(record: Path, kind: string, field: string): boolean {
    if (this.hidden(formatPath([...record, field]))) return false;
    const byKind = this.used.get(patternOf(record));
    const own = byKind?.get(kind);
    if (own !== undefined) return own.has(field);
    // Nothing is known of the kind: whatever no other kind has claimed.
    return [...(byKind?.values() ?? [])].every((fields) => !fields.has(field));
  }

  private visit(tree: Tree, path: Path): void {
    if (typeof tree !== 'object') return;
    if (isVector(tree)) {
      for (const [index, child] of tree.entries()) this.visit(child, [...path, index]);
      return;
    }
    const kind = tree[KIND];
    for (const [field, child] of Object.entries(tree)) {
      if (typeof kind === 'string' && typeof child === 'number' && child !== 0) this.note(path, kind, field);
      this.visit(child, [...path, field]);
    }
  }

  private note(record: Path, kind: string, field: string): void {
    const pattern = patternOf(record);
    const byKind = this.used.get(pattern) ?? new Map<string, Set<string>>();
    this.used.set(pattern, byKind.set(kind, (byKind.get(kind) ?? new Set()).add(field)));
  }
}

function patternOf(record: Path): string {
  return formatPath(record.map((key) => (typeof key === 'number' ? 0 : key)));
}
