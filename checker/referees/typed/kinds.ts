/**
 * Which cells and locals are booleans and enumerations again. In a graph all values are integers, and locals that share
 * a slot have lost the names of theirs; a language with types needs to know what each is.
 *
 * An enumeration stays one if its values flow only into cells and locals of the same enumeration and are compared with
 * nothing else. Otherwise (a slot that holds a mode now and a page number then) it is a range of integers, with its
 * names for constants.
 */
import type { Cell, CellRef, Domain, Expr, Graph, Local } from '../../compiler/ir/graph.js';

export interface Enumeration {
  /** Of the values `lo`, `lo + 1`, ... */
  readonly names: readonly string[];
  readonly lo: number;
  /** Whether it is a type of its own; otherwise its names stand for integers. */
  readonly pure: boolean;
  /** The cells that have it are called by this. */
  readonly field: string;
}

export type Kind =
  | { readonly is: 'int'; readonly names: Enumeration | null }
  | { readonly is: 'bool' }
  | { readonly is: 'enum'; readonly of: Enumeration };

/** What an expression's cells and locals are. A flow is a process or a predicate. */
export interface Scope {
  readonly cell: (base: number) => Kind;
  readonly local: (local: number) => Kind;
}

export interface Kinds {
  readonly enumerations: readonly Enumeration[];
  readonly domain: (domain: Domain) => Kind;
  readonly scope: (flow: TypedFlow) => Scope;
}

export type TypedFlow = Graph['processes'][number] | Graph['invariants'][number];

export const INT: Kind = { is: 'int', names: null };
export const BOOL: Kind = { is: 'bool' };

export function isBooleanDomain({ names }: Domain): boolean {
  return names?.length === 2 && names[0] === 'false' && names[1] === 'true';
}

export function sameKind(a: Kind, b: Kind): boolean {
  if (a.is === 'enum') return b.is === 'enum' && a.of === b.of;
  return a.is === b.is;
}

/** The kind that an expression has by itself; null if that depends on where it stands, as that of a constant does. */
export function kindOf(expr: Expr, scope: Scope): Kind | null {
  switch (expr.op) {
    case 'const':
    case 'recode':
      return null;
    case 'local':
      return scope.local(expr.local);
    case 'load':
      return scope.cell(expr.ref.base);
    case 'unary':
      return expr.operator === '!' ? BOOL : INT;
    case 'binary': {
      if (COMPARISONS.has(expr.operator)) return BOOL;
      if (expr.operator !== '&&' && expr.operator !== '||') return INT;
      return isTruth(expr.left, scope) && isTruth(expr.right, scope) ? BOOL : INT;
    }
    case 'conditional':
      return joinedKind(kindOf(expr.then, scope), kindOf(expr.else, scope));
    default:
      return expr satisfies never;
  }
}

/** The kind as which two values can be compared, or one of them be taken. */
export function joinedKind(a: Kind | null, b: Kind | null): Kind | null {
  if (a === null || b === null) return a ?? b;
  if (a.is === 'int' && b.is === 'int') return a.names !== null && a.names === b.names ? a : INT;
  return sameKind(a, b) ? a : INT;
}

function isTruth(expr: Expr, scope: Scope): boolean {
  const kind = kindOf(expr, scope);
  return kind === null ? expr.op === 'const' && (expr.value === 0 || expr.value === 1) : kind.is === 'bool';
}

export function inferKinds(graph: Graph): Kinds {
  const flows: readonly TypedFlow[] = [
    ...graph.processes,
    ...graph.invariants,
    ...graph.stepPredicates,
    ...graph.witnesses,
  ];
  const found = enumerationsOf(graph, flows);
  const classes = new Classes(graph.cells, [...found.keys()]);
  const nodes = new Map(flows.map((flow) => [flow, uniteFlow(flow, classes)]));
  classes.judgeConstants();
  const enumerations = new Map<string, Enumeration>();
  for (const [key, each] of found)
    enumerations.set(key, { ...each, pure: classes.enumerationOf(classes.enumeration(key)) !== null });
  const enumerated = (key: string | null): Kind | null => {
    const own = key === null ? undefined : enumerations.get(key);
    if (own === undefined) return null;
    return own.pure ? { is: 'enum', of: own } : { is: 'int', names: own };
  };
  const domain = (each: Domain): Kind =>
    isBooleanDomain(each) ? BOOL : ((each.names === null ? null : enumerated(keyOf(each))) ?? INT);
  const cellKinds = graph.cells.map((each) => domain(each.domain));
  const cell = (base: number): Kind => cellKinds[base] ?? INT;
  const scopes = new Map<TypedFlow, Scope>();
  const scope = (flow: TypedFlow): Scope => {
    const known = scopes.get(flow);
    if (known !== undefined) return known;
    const named = flow.locals.map((local, index): Kind | null => {
      if (local.domain?.names != null) return domain(local.domain);
      return enumerated(classes.enumerationOf(nodes.get(flow)?.[index] ?? 0));
    });
    const made = { cell, local: withTruths(flow, named, cell) };
    scopes.set(flow, made);
    return made;
  };
  return { enumerations: [...enumerations.values()], domain, scope };
}

const COMPARISONS: ReadonlySet<string> = new Set(['<', '<=', '>', '>=', '===', '!==']);

function keyOf({ names, lo }: { readonly names: readonly string[] | null; readonly lo: number }): string {
  return JSON.stringify([lo, names]);
}

function enumerationsOf(
  { cells }: Graph,
  flows: readonly { readonly locals: readonly Local[] }[],
): ReadonlyMap<string, Omit<Enumeration, 'pure'>> {
  const found = new Map<string, Omit<Enumeration, 'pure'>>();
  const add = (domain: Domain | null, field: string): void => {
    if (domain?.names == null || isBooleanDomain(domain)) return;
    const key = keyOf(domain);
    if (!found.has(key)) found.set(key, { names: domain.names, lo: domain.lo, field });
  };
  for (const { path, domain } of cells)
    add(domain, String(path.findLast((part) => typeof part === 'string') ?? 'value'));
  for (const { locals } of flows)
    for (const { domain, name } of locals) add(domain, name.slice(name.lastIndexOf('.') + 1));
  return found;
}

/** The node of all integers and booleans. */
const PLAIN = 0;

/** Disjoint sets of what must be of one type: a node per enumeration, per unnamed local, and one for the rest. */
class Classes {
  readonly #parent: number[] = [PLAIN];
  readonly #constants: { readonly node: number; readonly value: number }[] = [];

  constructor(
    readonly cells: readonly Cell[],
    readonly keys: readonly string[],
  ) {
    for (const _ of keys) this.add();
  }

  add(): number {
    return this.#parent.push(this.#parent.length) - 1;
  }

  enumeration(key: string): number {
    return this.keys.indexOf(key) + 1;
  }

  ofDomain(domain: Domain | undefined): number {
    return domain?.names == null || isBooleanDomain(domain) ? PLAIN : this.enumeration(keyOf(domain));
  }

  unite(a: number, b: number): void {
    const [x, y] = [this.#find(a), this.#find(b)];
    // The lesser node stands for all, so that the class of an enumeration or of the rest goes by that.
    this.#parent[Math.max(x, y)] = Math.min(x, y);
  }

  constant(node: number, value: number): void {
    this.#constants.push({ node, value });
  }

  /** A constant that is no member makes integers of all that it meets. */
  judgeConstants(): void {
    for (const { node, value } of this.#constants) {
      const key = this.enumerationOf(node);
      if (key === null) continue;
      const [lo, names] = JSON.parse(key) as [number, readonly string[]];
      if (value < lo || value >= lo + names.length) this.unite(node, PLAIN);
    }
  }

  /** The key of the one enumeration that the node belongs to, or null. */
  enumerationOf(node: number): string | null {
    const root = this.#find(node);
    const members = this.keys.filter((_, i) => this.#find(i + 1) === root);
    return root === PLAIN || members.length !== 1 ? null : (members[0] ?? null);
  }

  #find(node: number): number {
    let at = node;
    for (let up = this.#parent[at] ?? at; up !== at; up = this.#parent[at] ?? at) at = up;
    return at;
  }
}

/** Unites what meets in the code of a flow; the node of each local. */
function uniteFlow(flow: TypedFlow, classes: Classes): readonly number[] {
  const nodes = flow.locals.map(({ domain }) => {
    if (domain?.names != null) return classes.ofDomain(domain);
    const node = classes.add();
    classes.constant(node, domain?.lo ?? 0);
    return node;
  });
  const ofLocal = (local: number): number => nodes[local] ?? PLAIN;
  /** `expr` stands where a value of the node's type is wanted. */
  const use = (expr: Expr, node: number): void => {
    switch (expr.op) {
      case 'const':
        return classes.constant(node, expr.value);
      case 'local':
        return classes.unite(ofLocal(expr.local), node);
      case 'load':
        useIndexes(expr.ref);
        return classes.unite(classes.ofDomain(classes.cells[expr.ref.base]?.domain), node);
      case 'unary':
        classes.unite(PLAIN, node);
        return use(expr.operand, PLAIN);
      case 'binary': {
        classes.unite(PLAIN, node);
        const compared = expr.operator === '===' || expr.operator === '!==' ? classes.add() : PLAIN;
        use(expr.left, compared);
        return use(expr.right, compared);
      }
      case 'conditional':
        use(expr.test, PLAIN);
        use(expr.then, node);
        return use(expr.else, node);
      case 'recode':
        for (const value of expr.table) if (value !== null) classes.constant(node, value);
        return use(expr.operand, classes.add());
      default:
        return expr satisfies never;
    }
  };
  const useIndexes = ({ indexes }: CellRef): void => {
    for (const { value } of indexes) use(value, PLAIN);
  };
  for (const { instrs, end } of flow.blocks) {
    for (const instr of instrs) {
      if (instr.do === 'check') use(instr.test, PLAIN);
      else if (instr.do === 'set') use(instr.value, ofLocal(instr.local));
      else {
        useIndexes(instr.ref);
        use(instr.value, classes.ofDomain(classes.cells[instr.ref.base]?.domain));
      }
    }
    if (end.to === 'branch') use(end.test, PLAIN);
    if (end.to !== 'choose') continue;
    use(end.count, PLAIN);
    if (end.count.op === 'const') classes.constant(ofLocal(end.local), end.count.value - 1);
    else classes.unite(ofLocal(end.local), PLAIN);
  }
  if ('boundaries' in flow) for (const { rest } of flow.boundaries) if (rest !== null) use(rest, PLAIN);
  if ('result' in flow) classes.unite(ofLocal(flow.result), PLAIN);
  return nodes;
}

/**
 * The kinds of a flow's locals; `named` are those known already. Of the others those are booleans that take booleans
 * only, among them at least one that is no constant; and likewise those are named numbers that take such only.
 */
function withTruths(
  flow: TypedFlow,
  named: readonly (Kind | null)[],
  cell: Scope['cell'],
): (local: number) => Kind {
  /** Null: nothing but constants so far. It can only become a boolean or get names, and then only an integer. */
  const kinds = flow.locals.map((_, i): Kind | null => named[i] ?? null);
  const join = (a: Kind | null, b: Kind | null): Kind | null => {
    const kind = joinedKind(a, b);
    return kind?.is === 'enum' ? INT : kind;
  };
  const ofConstant = (value: number): Kind | null => (value === 0 || value === 1 ? null : INT);
  const natural = (expr: Expr): Kind | null => {
    switch (expr.op) {
      case 'const':
        return ofConstant(expr.value);
      case 'recode':
        return expr.table.reduce<Kind | null>((kind, value) => join(kind, ofConstant(value ?? 0)), null);
      case 'local':
        return kinds[expr.local] ?? null;
      case 'load':
        return cell(expr.ref.base);
      case 'unary':
        return expr.operator === '!' ? BOOL : INT;
      case 'binary':
        if (COMPARISONS.has(expr.operator)) return BOOL;
        if (expr.operator !== '&&' && expr.operator !== '||') return INT;
        return join(BOOL, join(natural(expr.left), natural(expr.right)));
      case 'conditional':
        return join(natural(expr.then), natural(expr.else));
      default:
        return expr satisfies never;
    }
  };
  for (let changed = true; changed; ) {
    changed = false;
    const take = (local: number, kind: Kind | null): void => {
      const old = kinds[local] ?? null;
      if (named[local] != null) return;
      const { lo, hi } = flow.locals[local]?.domain ?? { lo: 0, hi: 1 };
      const joined = kind?.is === 'bool' && (lo < 0 || hi > 1) ? INT : join(old, kind);
      if (joined === old) return;
      kinds[local] = joined;
      changed = true;
    };
    for (const { instrs, end } of flow.blocks) {
      for (const instr of instrs) if (instr.do === 'set') take(instr.local, natural(instr.value));
      if (end.to === 'choose') take(end.local, INT);
    }
  }
  return (local) => kinds[local] ?? INT;
}
