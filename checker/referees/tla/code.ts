/**
 * Control flow as a formula. A block is a chain of LET, IF and \E that ends where the step ends. A block that control
 * reaches in several ways is an operator, defined in the block that all these ways come through; its parameters are what
 * may have changed since then (Appel 1998: static single assignment is functional programming). Round a loop the
 * operator is recursive.
 */
import type { Block, CellRef, Expr, Instr, Local, Terminator } from '../../compiler/ir/graph.js';
import { instrExprs, stepSuccessors, terminatorExpr, visitLoads } from '../../compiler/ir/traverse.js';
import { type DominatorTree, dominatorTree } from '../../compiler/codegen/control.js';
import { hasBit, type Liveness } from '../../compiler/passes/live.js';
import { localText, type Namer } from '../names.js';
import type { Scope } from '../typed/kinds.js';
import type { Declared } from './declarations.js';
import { TlaPrinter } from './dialect.js';

type Stop = Exclude<Terminator, { readonly block: number } | { readonly to: 'branch' }>;

export interface Flow {
  readonly blocks: readonly Block[];
  /** Each with a domain. */
  readonly locals: readonly Local[];
  readonly scope: Scope;
  readonly liveness: Liveness;
  /** What a local is that has not been set: a field of the state, or its lowest value. */
  readonly unset: (local: number) => string;
  readonly root: (name: string, before: boolean) => string;
  readonly stop: (end: Stop, values: Values) => readonly string[];
  readonly fail: (failure: number) => string;
  /** Whether control cannot get there, by what stands before the code. */
  readonly isExcluded?: (block: number) => boolean;
}

/** What is known where a block has been written to: the names of what has changed. */
export interface Values {
  /** By local. */
  readonly locals: ReadonlyMap<number, string>;
  /** By field of the root record: an expression for its value now. */
  readonly roots: ReadonlyMap<string, string>;
}

/** The lines of the formula. Names are given out by the namer. */
export function writeCode(start: number, flow: Flow, declared: Declared, namer: Namer): readonly string[] {
  return new CodeWriter(start, flow, declared, namer).write();
}

/** Assignments to parts of one variable that are not yet a LET. */
interface Pending {
  readonly base: string;
  readonly clauses: readonly string[];
}

interface Env {
  readonly locals: Map<number, string>;
  readonly roots: Map<string, Pending>;
}

interface Join {
  readonly name: string;
  readonly locals: readonly number[];
  readonly roots: readonly string[];
  readonly isRecursive: boolean;
}

interface Changes {
  readonly locals: Set<number>;
  readonly roots: Set<string>;
}

class CodeWriter {
  readonly #tree: DominatorTree;
  readonly #joins = new Map<number, Join>();
  readonly #printer: TlaPrinter;
  /** Where the printer finds the names of things. */
  #env: Env = { locals: new Map(), roots: new Map() };

  constructor(
    readonly start: number,
    readonly flow: Flow,
    readonly declared: Declared,
    readonly namer: Namer,
  ) {
    this.#tree = dominatorTree(start, (at) => this.#next(at));
    this.#printer = new TlaPrinter(declared, {
      locals: flow.locals,
      scope: flow.scope,
      local: (local) => this.#env.locals.get(local) ?? flow.unset(local),
      root: (name, before) =>
        (before ? undefined : this.#env.roots.get(name)?.base) ?? flow.root(name, before),
    });
    this.#findJoins();
  }

  write(): readonly string[] {
    const env: Env = { locals: new Map(), roots: new Map() };
    if (!this.#joins.has(this.start)) return this.#block(this.start, env);
    return [...this.#definitions([this.start], env), this.#call(this.start, env)];
  }

  /** The operators of joins that begin in this scope. */
  #definitions(joins: readonly number[], env: Env): readonly string[] {
    if (joins.length === 0) return [];
    const recursive = joins.flatMap((at) => {
      const { name, locals, roots, isRecursive } = this.#join(at);
      if (!isRecursive) return [];
      const places = [...locals, ...roots].map(() => '_').join(', ');
      return [places === '' ? name : `${name}(${places})`];
    });
    // Later ones first: they are used by those before them.
    const position = (at: number): number => this.#tree.position.get(at) ?? 0;
    const texts = joins.toSorted((a, b) => position(b) - position(a)).map((at) => this.#definition(at, env));
    const [head = '', ...rest] = [
      ...(recursive.length === 0 ? [] : [`RECURSIVE ${recursive.join(', ')}`]),
      ...texts.flat(),
    ];
    return [`LET ${head}`, ...rest.map((line) => `    ${line}`), 'IN'];
  }

  #definition(at: number, outer: Env): readonly string[] {
    const join = this.#join(at);
    const env = copyOf(outer);
    const parameters = [
      ...join.locals.map((local) => {
        const name = this.namer.fresh(this.#localName(local));
        env.locals.set(local, name);
        return name;
      }),
      ...join.roots.map((root) => {
        const base = this.namer.fresh(this.declared.field(root, 0));
        env.roots.set(root, { base, clauses: [] });
        return base;
      }),
    ];
    const head = parameters.length === 0 ? join.name : `${join.name}(${parameters.join(', ')})`;
    return [`${head} ==`, ...this.#block(at, env).map((line) => `  ${line}`)];
  }

  #block(at: number, env: Env): readonly string[] {
    const block = this.flow.blocks[at];
    if (block === undefined) throw new RangeError(`no block ${at}`);
    const lines: string[] = [];
    for (const instr of block.instrs) {
      for (const expr of instrExprs(instr)) this.#settle(expr, env, lines);
      this.#env = env;
      this.#instruction(instr, env, lines);
    }
    const { end } = block;
    const joins = (this.#tree.children.get(at) ?? []).filter((child) => this.#joins.has(child));
    const asked = terminatorExpr(end);
    if (asked !== null) this.#settle(asked, env, lines);
    // What several ways begin with is written once.
    if (joins.length > 0 || end.to === 'branch')
      for (const root of env.roots.keys()) this.#settleRoot(root, env, lines);
    return [...lines, ...this.#definitions(joins, env), ...this.#end(at, end, env)];
  }

  #instruction(instr: Instr, env: Env, lines: string[]): void {
    const { scope } = this.flow;
    switch (instr.do) {
      case 'check':
        lines.push(`IF ${this.#printer.falsity(instr.test)} THEN ${this.flow.fail(instr.failure)} ELSE`);
        return;
      case 'set': {
        const text = this.#printer.value(instr.value, scope.local(instr.local));
        env.locals.set(instr.local, this.#named(text, this.#localName(instr.local), lines));
        return;
      }
      case 'store': {
        const value = this.#printer.value(instr.value, scope.cell(instr.ref.base));
        this.#store(instr.ref, value, env, lines);
        return;
      }
      default:
        return instr satisfies never;
    }
  }

  #store(ref: CellRef, value: string, env: Env, lines: string[]): void {
    const root = this.#rootOf(ref);
    const path = this.#printer.path(ref);
    if (path === '') {
      env.roots.set(root, { base: this.#named(value, this.declared.field(root, 0), lines), clauses: [] });
      return;
    }
    const { base, clauses } = env.roots.get(root) ?? { base: this.flow.root(root, false), clauses: [] };
    env.roots.set(root, { base, clauses: [...clauses, `!${path} = ${value}`] });
  }

  /** The value itself if it is short, or a name for it. */
  #named(value: string, wish: string, lines: string[]): string {
    if (/^("?\w+"?)$/.test(value)) return value;
    if (/^-\d+$/.test(value)) return `(${value})`;
    const name = this.namer.fresh(wish);
    lines.push(`LET ${name} == ${value} IN`);
    return name;
  }

  #end(at: number, end: Terminator, env: Env): readonly string[] {
    const lines: string[] = [];
    switch (end.to) {
      case 'block':
      case 'passed':
        return this.#jump(end.block, env);
      case 'branch': {
        const [only, ...others] = this.#next(at);
        this.#env = env;
        const test = this.#printer.truth(end.test);
        if (only !== undefined && others.length === 0) return this.#jump(only, env);
        // The name of a value may be a constant here.
        if (test === 'TRUE' || test === 'FALSE')
          return this.#jump(test === 'TRUE' ? end.then : end.else, env);
        const [first = 'FALSE', ...then] = this.#jump(end.then, copyOf(env));
        const head =
          then.length === 0 && test.length + first.length < 80
            ? [`IF ${test} THEN ${first} ELSE`]
            : [`IF ${test}`, `THEN ${first}`, ...then.map((line) => `     ${line}`), 'ELSE'];
        return [...head, ...this.#jump(end.else, copyOf(env))];
      }
      case 'choose': {
        this.#env = env;
        const chosen = this.namer.fresh(this.#localName(end.local));
        const count = this.#printer.number(end.count);
        const last = /^\d+$/.test(count) ? String(Number(count) - 1) : `(${count}) - 1`;
        lines.push(`\\E ${chosen} \\in 0 .. ${last} :`);
        env.locals.set(end.local, this.#chosen(chosen, end.local, lines));
        return [...lines, ...this.#jump(end.block, env)];
      }
      case 'boundary':
      case 'end':
      case 'disabled':
      case 'failure':
        this.#env = env;
        return this.flow.stop(end, {
          locals: env.locals,
          roots: new Map([...env.roots].map(([root, pending]) => [root, valueOf(pending)])),
        });
      default:
        throw new RangeError(`block ${at} ends in nothing known`);
    }
  }

  #jump(to: number, env: Env): readonly string[] {
    return this.#joins.has(to) ? [this.#call(to, env)] : this.#block(to, env);
  }

  #call(to: number, env: Env): string {
    const { name, locals, roots } = this.#join(to);
    const actual = [
      ...locals.map((local) => env.locals.get(local) ?? this.flow.unset(local)),
      ...roots.map((root) => {
        const pending = env.roots.get(root);
        return pending === undefined ? this.flow.root(root, false) : valueOf(pending);
      }),
    ];
    return actual.length === 0 ? name : `${name}(${actual.join(', ')})`;
  }

  /** The value of a choice as its local's kind. */
  #chosen(chosen: string, local: number, lines: string[]): string {
    const kind = this.flow.scope.local(local);
    if (kind.is === 'int') return chosen;
    if (kind.is === 'bool') return this.#named(`${chosen} # 0`, this.#localName(local), lines);
    const { of } = kind;
    const text = of.names
      .map((_, i) => this.declared.member(of, of.lo + i))
      .reduceRight((rest, member, i) =>
        i === of.names.length - 1 ? member : `IF ${chosen} = ${of.lo + i} THEN ${member} ELSE ${rest}`,
      );
    return this.#named(text, this.#localName(local), lines);
  }

  /** Makes a LET of what is pending for the variables that the expression reads. */
  #settle(expr: Expr, env: Env, lines: string[]): void {
    visitLoads(expr, (ref) => this.#settleRoot(this.#rootOf(ref), env, lines));
  }

  #settleRoot(root: string, env: Env, lines: string[]): void {
    const pending = env.roots.get(root);
    if (pending === undefined || pending.clauses.length === 0) return;
    const base = this.namer.fresh(this.declared.field(root, 0));
    lines.push(`LET ${base} == ${valueOf(pending)} IN`);
    env.roots.set(root, { base, clauses: [] });
  }

  #findJoins(): void {
    const { order, edges, position, children } = this.#tree;
    const at = (block: number): number => position.get(block) ?? 0;
    const ways = new Map<number, number>([[this.start, 1]]);
    for (const { to } of edges) ways.set(to, (ways.get(to) ?? 0) + 1);
    const retreats = new Set(edges.filter(({ from, to }) => at(to) <= at(from)).map(({ to }) => to));
    const join = (block: number, { locals, roots }: Changes): void => {
      const live = this.flow.liveness.atStart(block);
      this.#joins.set(block, {
        name: this.namer.fresh(`from_${block}`),
        locals: [...locals].filter((local) => hasBit(live, local)).toSorted((a, b) => a - b),
        roots: [...roots].toSorted(),
        isRecursive: retreats.has(block),
      });
    };
    if ((ways.get(this.start) ?? 0) > 1) join(this.start, this.#changesWithin(null, this.start));
    for (const block of order)
      for (const child of children.get(block) ?? [])
        if ((ways.get(child) ?? 0) > 1) join(child, this.#changesWithin(block, child));
  }

  /** What may have been set or stored to between the end of a block that dominates another and the start of that. */
  #changesWithin(above: number | null, below: number): Changes {
    const before = new Map<number, Changes>();
    const pending: number[] = [];
    const arrive = (to: number, { locals, roots }: Changes): void => {
      const known = before.get(to);
      const there = known ?? { locals: new Set(), roots: new Set() };
      const size = there.locals.size + there.roots.size;
      for (const local of locals) there.locals.add(local);
      for (const root of roots) there.roots.add(root);
      before.set(to, there);
      if (known === undefined || there.locals.size + there.roots.size > size) pending.push(to);
    };
    const leave = (at: number, from: Changes, isWhole: boolean): void => {
      const block = this.flow.blocks[at];
      if (block === undefined) return;
      const changes: Changes = { locals: new Set(from.locals), roots: new Set(from.roots) };
      for (const instr of isWhole ? block.instrs : []) {
        if (instr.do === 'set') changes.locals.add(instr.local);
        if (instr.do === 'store') changes.roots.add(this.#rootOf(instr.ref));
      }
      if (block.end.to === 'choose') changes.locals.add(block.end.local);
      for (const to of this.#next(at)) if (to !== above) arrive(to, changes);
    };
    const nothing: Changes = { locals: new Set(), roots: new Set() };
    if (above === null) arrive(below, nothing);
    else leave(above, nothing, false);
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      const here = before.get(at);
      if (here !== undefined) leave(at, here, true);
    }
    return before.get(below) ?? nothing;
  }

  #next(at: number): readonly number[] {
    const end = this.flow.blocks[at]?.end ?? { to: 'end' };
    return [...new Set(stepSuccessors(end))].filter((to) => this.flow.isExcluded?.(to) !== true);
  }

  #join(at: number): Join {
    const join = this.#joins.get(at);
    if (join === undefined) throw new RangeError(`block ${at} is no join`);
    return join;
  }

  #rootOf({ base }: CellRef): string {
    return String(this.declared.model.graph.cells[base]?.path[0]);
  }

  #localName(local: number): string {
    return localText(this.flow.locals[local]?.name ?? 'value');
  }
}

function valueOf({ base, clauses }: Pending): string {
  return clauses.length === 0 ? base : `[${base} EXCEPT ${clauses.join(', ')}]`;
}

function copyOf({ locals, roots }: Env): Env {
  return { locals: new Map(locals), roots: new Map(roots) };
}
