/** All functions that a run needs: their signatures, and their bodies, lowered as they are found. */
import { ts } from '../../typescript.js';
import type { Function, Type, ValueType, Variable } from '../ir/program.js';
import { boolConst } from './build.js';
import { unsupported } from './constructs.js';
import { FunctionContext, type Lowering } from './context.js';
import { isPlaceType } from './convert.js';
import { typeName } from '../ir/type-name.js';
import { problems } from './problems.js';
import { Rejected } from './report.js';
import type { FunctionTable, Guard, Parameter, Session, Signature } from './session.js';

export class Functions implements FunctionTable {
  readonly lowered = new Map<string, Function>();
  /** Guards, with the function that each stands in. */
  readonly guards: (Guard & { readonly function: string })[] = [];
  readonly #signatures = new Map<ts.FunctionDeclaration, Signature | 'rejected'>();
  readonly #queue: { readonly declaration: ts.FunctionDeclaration; readonly signature: Signature }[] = [];
  #current = '';

  constructor(
    private readonly session: () => Session,
    private readonly lowering: Lowering,
    /** Names that several functions of the reached files have. */
    private readonly ambiguous: ReadonlySet<string>,
  ) {}

  signatureOf(declaration: ts.FunctionDeclaration): Signature {
    const known = this.#signatures.get(declaration);
    if (known === 'rejected') throw new Rejected();
    if (known !== undefined) return known;
    this.#signatures.set(declaration, 'rejected');
    const signature = this.#readSignature(declaration);
    this.#signatures.set(declaration, signature);
    this.#queue.push({ declaration, signature });
    return signature;
  }

  addGuard(guard: Guard): void {
    this.guards.push({ ...guard, function: this.#current });
  }

  /** Lowers what was asked for, and what that calls in turn. */
  lowerAll(): void {
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      const { declaration, signature } = next;
      this.#current = signature.id;
      this.session().reporter.attempt(() => {
        this.lowered.set(signature.id, this.#lowerBody(declaration, signature));
      });
    }
  }

  #readSignature(declaration: ts.FunctionDeclaration): Signature {
    const { reporter, locations } = this.session();
    const name = declaration.name?.text ?? 'default';
    const modifier = declaration.modifiers?.find((each) => each.kind === ts.SyntaxKind.AsyncKeyword);
    if (modifier !== undefined) reporter.report(modifier, unsupported(modifier.kind));
    if (declaration.typeParameters !== undefined) {
      reporter.report(declaration.name ?? declaration, problems.genericFunction(name));
    }
    const operation = declaration.asteriskToken !== undefined;
    const parameters = declaration.parameters.map((each) =>
      reporter.attempt(() => this.#readParameter(each)),
    );
    const result =
      modifier === undefined
        ? reporter.attempt(() => ({ type: this.#readResult(declaration, name, operation) }))
        : null;
    const complete = parameters.filter((each) => each !== null);
    if (modifier !== undefined || declaration.typeParameters !== undefined) throw new Rejected();
    if (complete.length < parameters.length || result === null) throw new Rejected();
    const id = this.ambiguous.has(name) ? `${locations.span(declaration).file}#${name}` : name;
    return { id, name, operation, parameters: complete, result: result.type };
  }

  #readParameter(node: ts.ParameterDeclaration): Parameter {
    const { reporter, types, locations, constants } = this.session();
    if (!ts.isIdentifier(node.name)) return reporter.reject(node.name, problems.destructuring());
    const name = node.name.text;
    if (name === 'this') return reporter.reject(node, unsupported(ts.SyntaxKind.ThisKeyword));
    if (node.dotDotDotToken !== undefined) return reporter.reject(node, problems.restParameter(name));
    if (node.questionToken !== undefined) return reporter.reject(node, problems.optionalParameter(name));
    if (node.type === undefined) return reporter.reject(node, problems.missingParameterType(name));
    const type = types.read(node.type, 'local');
    const initializer = node.initializer;
    if (initializer !== undefined) {
      const scalar = type.kind !== 'configuration' && type.kind !== 'record' && type.kind !== 'vector';
      if (!scalar) return reporter.reject(initializer, problems.defaultParameter(name));
      if (reporter.quietly(() => constants.evaluate(initializer, type)) === null) {
        return reporter.reject(initializer, problems.defaultParameter(name));
      }
    }
    return { name, node, span: locations.span(node), type, default: initializer ?? null };
  }

  #readResult(declaration: ts.FunctionDeclaration, name: string, operation: boolean): ValueType | null {
    const { reporter, types } = this.session();
    const at = declaration.name ?? declaration;
    let node: ts.TypeNode | null | undefined = declaration.type;
    if (operation) {
      const result = node === undefined ? undefined : types.operationResult(node);
      if (result === undefined) return reporter.reject(declaration.type ?? at, problems.notAnOperation(name));
      node = result;
    } else if (node === undefined) {
      return returnsValue(declaration) ? reporter.reject(at, problems.missingResultType(name)) : null;
    }
    if (node === null || node.kind === ts.SyntaxKind.VoidKeyword) return null;
    const type = types.read(node, 'local');
    if (type.kind === 'configuration') return reporter.reject(node, problems.configurationAsValue());
    if (type.kind === 'vector' || isPlaceType(type)) {
      return reporter.reject(node, problems.placeResult(typeName(type)));
    }
    return type;
  }

  #lowerBody(declaration: ts.FunctionDeclaration, signature: Signature): Function {
    const session = this.session();
    const form = signature.operation ? 'operation' : 'plain';
    const cx = new FunctionContext(session, this.lowering, form, signature.result);
    for (const parameter of signature.parameters) {
      const symbol = session.checker.getSymbolAtLocation(parameter.node.name);
      if (symbol === undefined) throw new Rejected();
      if (parameter.type.kind === 'configuration') {
        cx.bind(symbol, parameter.type);
      } else {
        const variable = cx.declare(parameterVariable(parameter, parameter.type));
        cx.bind(symbol, { kind: 'variable', variable, constant: false });
      }
    }
    const parameters = cx.variables.length;
    const { body } = declaration;
    if (body === undefined) return session.reporter.reject(declaration, problems.notCallable(signature.name));
    const statements = cx.collect(() => {
      for (const statement of body.statements) cx.statement(statement);
      if (signature.result !== null) this.#endOfFunction(cx, body);
    });
    return {
      id: signature.id,
      name: signature.name,
      span: session.locations.span(declaration.name ?? declaration),
      operation: signature.operation,
      parameters,
      variables: cx.variables,
      result: signature.result,
      body: statements,
    };
  }

  /** TypeScript has made sure that the end of a function with a result is not reached, as far as domains are kept. */
  #endOfFunction(cx: FunctionContext, body: ts.Block): void {
    const span = cx.session.locations.at(body.getSourceFile(), body.end - 1);
    const last = body.statements.at(-1);
    if (last !== undefined && ts.isReturnStatement(last)) return;
    const message = 'the end of a function that returns a value was reached';
    cx.emit({ do: 'assert', test: boolConst(false, span), property: null, message, span });
  }
}

function parameterVariable(parameter: Parameter, type: Type): Variable {
  const { name, span } = parameter;
  return { name, span, type, role: isPlaceType(type) ? 'place' : 'value' };
}

/** Whether some `return` of the function itself has a value. */
function returnsValue(node: ts.Node): boolean {
  return (
    ts.forEachChild(node, (child) => {
      if (ts.isReturnStatement(child)) return child.expression !== undefined;
      return !ts.isFunctionLike(child) && returnsValue(child);
    }) ?? false
  );
}
