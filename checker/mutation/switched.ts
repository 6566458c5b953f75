/**
 * One program that is all of its mutants: a number in the state says which. Compiling takes longer than searching for most
 * scenarios, so it is done once for all mutants, and what differs from search to search is the initial state.
 *
 * Under its number a mutant takes the statements as the model has them, so mutants of the same place do not meet.
 */
import type {
  Expr,
  Function,
  Place,
  Program,
  Scalar,
  Span,
  Stmt,
  Type,
  Variable,
} from '../compiler/ir/program.js';
import type { GraphRequest } from '../compiler/passes/index.js';
import type { Edit, Mutant, Place as Spot } from './mutant.js';
import { rootOf } from './mutants.js';

/** The member of the state that says which mutant it is. No model can have one of this name. */
export const SWITCH = '$mutant';
/** Its value for the model as it is. */
export const ORIGINAL = 0;
/** Its value for a run that ends, wherever a mutant differs, also in a failure that says so. */
export const PROBE = 1;
const FIRST = 2;
/** How the message of such a failure begins. Behind it stands the number of the place. */
export const PROBE_MESSAGE = 'reached ';

export function numberOf(mutant: number): number {
  return mutant + FIRST;
}

export interface Switched {
  readonly program: Program;
  readonly request: GraphRequest;
  /** By mutant: the numbers of its places, group by group. */
  readonly places: readonly (readonly (readonly number[])[])[];
}

const BOOLEAN: Scalar = { kind: 'bool' };
const NUMBER: Scalar = { kind: 'number' };
/**
 * What is a number without a domain in the model, because it turns out constant or does not live across a boundary, may do
 * so where a mutant branches off.
 */
const WIDE: Scalar = { kind: 'int', name: null, lo: -(2 ** 31), hi: 2 ** 31 - 1 };
/** In front of the names of functions that properties use: they judge mutants and are none. */
const PRISTINE = 'pristine ';
const START = 'start ';

export function switched(program: Program, request: GraphRequest, mutants: readonly Mutant[]): Switched {
  const edits = new Map<string, Map<Stmt, Edited[]>>();
  const numbers = new PlaceNumbers();
  const places = mutants.map((mutant) =>
    mutant.places.map((group) => group.map((place) => numbers.of(place))),
  );
  for (const [index, mutant] of mutants.entries()) {
    const ofFunction = edits.get(mutant.function) ?? new Map<Stmt, Edited[]>();
    edits.set(mutant.function, ofFunction);
    for (const [statement, edit] of mutant.edits) {
      ofFunction.set(statement, [...(ofFunction.get(statement) ?? []), { ...edit, number: numberOf(index) }]);
    }
    for (const { statement } of mutant.places.flat())
      ofFunction.set(statement, ofFunction.get(statement) ?? []);
  }
  const root = {
    ...program.root,
    fields: [
      ...program.root.fields,
      {
        name: SWITCH,
        type: { kind: 'int' as const, name: null, lo: 0, hi: numberOf(Math.max(0, mutants.length - 1)) },
      },
    ],
  };
  const rooted = (type: Type): Type => (type.kind === 'record' && type.name === root.name ? root : type);
  const typed = (type: Type): Type => (type.kind === 'number' ? WIDE : rooted(type));
  const functions: Record<string, Function> = {};
  const add = (fn: Function, typeOf = typed): void => {
    functions[fn.id] = {
      ...fn,
      variables: fn.variables.map((variable) => ({ ...variable, type: typeOf(variable.type) })),
    };
  };
  for (const fn of Object.values(program.functions)) {
    const own = edits.get(fn.id);
    const at = rootOf(fn, program);
    add(own === undefined || at === null ? fn : new Rewriting(fn, at, own, numbers).function());
  }
  const judges = [...request.invariants, ...request.stepPredicates, ...request.witnesses];
  for (const id of reachedFrom(
    program,
    judges.map((each) => each.function),
  )) {
    const fn = program.functions[id];
    // Nothing branches off in these, and their numbers may need all 32 bits.
    if (fn !== undefined) add({ ...fn, id: PRISTINE + id, body: fn.body.map(pristine) }, rooted);
  }
  for (const id of new Set(request.processes.map((each) => each.function))) {
    const fn = program.functions[id];
    if (fn !== undefined) add(started(fn));
  }
  const judge = <T extends { readonly function: string }>(each: T): T => ({
    ...each,
    function: PRISTINE + each.function,
  });
  return {
    program: { ...program, root, functions },
    request: {
      ...request,
      processes: request.processes.map((each) => ({ ...each, function: START + each.function })),
      invariants: request.invariants.map(judge),
      stepPredicates: request.stepPredicates.map(judge),
      witnesses: request.witnesses.map(judge),
    },
    places,
  };
}

/** What runs before the first step may not ask the state, so every process has one step more to begin with. */
function started(fn: Function): Function {
  const { span } = fn;
  const variables = fn.variables.slice(0, fn.parameters);
  const args = variables.map(({ role, type }, variable) => {
    const place: Place = { span, variable, path: [] };
    if (role !== 'value' || (type.kind !== 'record' && type.kind === 'vector')) return { place };
    return { value: { op: 'read' as const, place, type: type as Scalar, span } };
  });
  return {
    ...fn,
    id: START + fn.id,
    variables,
    result: null,
    body: [
      { do: 'yield', rest: null, restVariable: null, span },
      { do: 'call', target: null, callee: fn.id, args, span },
    ],
  };
}

class PlaceNumbers {
  readonly #known = new Map<Stmt, Map<Spot['where'], number>>();
  #count = 0;

  of({ statement, where }: Spot): number {
    const ofStatement = this.#known.get(statement) ?? new Map<Spot['where'], number>();
    this.#known.set(statement, ofStatement);
    const number = ofStatement.get(where) ?? this.#count++;
    ofStatement.set(where, number);
    return number;
  }

  known(statement: Stmt, where: Spot['where']): number | undefined {
    return this.#known.get(statement)?.get(where);
  }
}

interface Edited extends Edit {
  readonly number: number;
}

class Rewriting {
  readonly #variables: Variable[];
  #choice: number | null = null;

  constructor(
    readonly fn: Function,
    readonly root: number,
    readonly edits: ReadonlyMap<Stmt, readonly Edited[]>,
    readonly places: PlaceNumbers,
  ) {
    this.#variables = [...fn.variables];
  }

  function(): Function {
    const body = this.#body(this.fn.body);
    return { ...this.fn, body, variables: this.#variables };
  }

  #body(body: readonly Stmt[]): readonly Stmt[] {
    const rewritten: Stmt[] = [];
    for (let at = 0; at < body.length; at++) {
      const statement = body[at] as Stmt;
      const moved = (this.edits.get(statement) ?? []).filter(({ through }) => through !== undefined);
      const [first] = moved;
      if (first?.through === undefined) {
        rewritten.push(...this.#statement(statement));
        continue;
      }
      // As one, so that what is computed here and used here stays together.
      const end = body.indexOf(first.through);
      const unit = body.slice(at, end + 1).flatMap((each) => this.#statement(each));
      // The boundary that a moved unit leaves is not part of what is left out.
      for (const { number, before } of moved)
        if (before !== undefined) rewritten.push(this.#under(number, before, statement.span));
      rewritten.push(this.#unless(moved, unit, statement.span));
      at = end;
    }
    return rewritten;
  }

  #under(number: number, body: readonly Stmt[], span: Span): Stmt {
    return { do: 'if', test: this.#is(number, span), then: body, else: [], span };
  }

  #unless(edits: readonly Edited[], body: readonly Stmt[], span: Span): Stmt {
    const test = edits
      .map(({ number }) => this.#is(number, span, '!=='))
      .reduce((left, right) => both('&&', left, right, span));
    return { do: 'if', test, then: body, else: [], span };
  }

  #statement(statement: Stmt): readonly Stmt[] {
    const inner = this.#inside(statement);
    const edits = this.edits.get(statement);
    if (edits === undefined) return [inner];
    const { span } = statement;
    const skipping = edits.filter(
      ({ skip, torn }) => skip === true || (torn === true && inner.do === 'assign'),
    );
    const torn = edits.filter((each) => each.torn === true);
    const itself = forced(
      inner,
      edits.filter(({ truth }) => truth !== undefined),
      (number, operator) => this.#is(number, span, operator),
    );
    return [
      ...this.#probe(statement, 'before'),
      ...torn.flatMap(({ number }) => this.#torn(statement, number)),
      ...edits.flatMap(({ before, through, number }) =>
        before === undefined || through !== undefined ? [] : [this.#under(number, before, span)],
      ),
      skipping.length === 0 ? itself : this.#unless(skipping, [itself], span),
      ...edits.flatMap(({ after, number }) =>
        after === undefined ? [] : [this.#under(number, after, span)],
      ),
    ];
  }

  /** A boundary in front of the write. An assignment has computed by then; it is done here, and not again. */
  #torn(statement: Stmt, number: number): readonly Stmt[] {
    const { span } = statement;
    const boundary: Stmt = { do: 'yield', rest: null, restVariable: null, span };
    const test = this.#is(number, span);
    if (statement.do !== 'assign') return [{ do: 'if', test, then: [boundary], else: [], span }];
    const type = statement.value.type.kind === 'number' ? WIDE : statement.value.type;
    const variable = this.#variables.push({ name: SWITCH, span, type, role: 'value' }) - 1;
    const value: Expr = { op: 'read', place: { span, variable, path: [] }, type, span };
    const then: readonly Stmt[] = [
      { do: 'set', variable, value: statement.value, span },
      boundary,
      { ...statement, value },
    ];
    return [{ do: 'if', test, then, else: [], span }];
  }

  #inside(statement: Stmt): Stmt {
    switch (statement.do) {
      case 'if':
        return {
          ...statement,
          then: [...this.#probe(statement, 'then'), ...this.#body(statement.then)],
          else: [...this.#probe(statement, 'else'), ...this.#body(statement.else)],
        };
      case 'loop':
      case 'for':
      case 'block':
        return { ...statement, body: this.#body(statement.body) };
      default:
        return statement;
    }
  }

  /** `if (mutant === PROBE && some) assert(false)`: one run goes on, one ends here. */
  #probe(statement: Stmt, where: Spot['where']): readonly Stmt[] {
    const { span } = statement;
    const place = this.places.known(statement, where);
    if (place === undefined) return [];
    this.#choice ??= this.#variables.push({ name: SWITCH, span, type: NUMBER, role: 'value' }) - 1;
    const chosen: Expr = {
      op: 'read',
      place: { span, variable: this.#choice, path: [] },
      type: NUMBER,
      span,
    };
    const message = `${PROBE_MESSAGE}${place}`;
    const body: readonly Stmt[] = [
      { do: 'choose', variable: this.#choice, count: { op: 'const', value: 2, type: NUMBER, span }, span },
      { do: 'assert', test: equals(chosen, 0, span, '==='), property: null, message, span },
    ];
    return [{ do: 'if', test: this.#is(PROBE, span), then: body, else: [], span }];
  }

  #is(number: number, span: Span, operator: '===' | '!==' = '==='): Expr {
    const place: Place = { span, variable: this.root, path: [{ field: SWITCH }] };
    return equals({ op: 'read', place, type: NUMBER, span }, number, span, operator);
  }
}

function forced(
  statement: Stmt,
  edits: readonly Edited[],
  is: (number: number, operator: '===' | '!==') => Expr,
): Stmt {
  if (statement.do !== 'if') return statement;
  const test = edits.reduce(
    (inner, { truth, number }) =>
      truth === true
        ? both('||', is(number, '==='), inner, inner.span)
        : both('&&', is(number, '!=='), inner, inner.span),
    statement.test,
  );
  return { ...statement, test };
}

function equals(left: Expr, value: number, span: Span, operator: '===' | '!=='): Expr {
  return {
    op: 'binary',
    operator,
    left,
    right: { op: 'const', value, type: NUMBER, span },
    type: BOOLEAN,
    span,
  };
}

function both(operator: '&&' | '||', left: Expr, right: Expr, span: Span): Expr {
  return { op: 'binary', operator, left, right, type: BOOLEAN, span };
}

function reachedFrom(program: Program, roots: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (id: string): void => {
    if (found.has(id)) return;
    found.add(id);
    JSON.stringify(program.functions[id]?.body ?? [], (key, value: unknown) => {
      if (key === 'callee' && typeof value === 'string') visit(value);
      return value;
    });
  };
  for (const id of roots) visit(id);
  return found;
}

/** The statement with all calls going to functions that no mutant changes. */
function pristine(statement: Stmt): Stmt {
  switch (statement.do) {
    case 'call':
      return { ...statement, callee: PRISTINE + statement.callee };
    case 'if':
      return { ...statement, then: statement.then.map(pristine), else: statement.else.map(pristine) };
    case 'loop':
    case 'for':
    case 'block':
      return { ...statement, body: statement.body.map(pristine) };
    default:
      return statement;
  }
}
