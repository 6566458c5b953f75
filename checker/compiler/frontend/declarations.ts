/** Lowers the declarations of local variables: values, names for places, and records of the function's own. */
import { ts } from '../../typescript.js';
import type { Expr, Type, ValueType } from '../ir/program.js';
import { lowerCallTo } from './calls.js';
import type { Access, FunctionContext } from './context.js';
import { convert, isPlaceType, NUMBER } from './convert.js';
import { typeName } from '../ir/type-name.js';
import type { ModelType } from './model-type.js';
import { problems } from './problems.js';
import { isPlaceSyntax, withoutParentheses } from './syntax.js';

export function lowerDeclarations(cx: FunctionContext, list: ts.VariableDeclarationList): void {
  const constant = (list.flags & ts.NodeFlags.Const) !== 0;
  if (!constant && !(list.flags & ts.NodeFlags.Let)) return cx.reject(list, problems.variable());
  for (const declaration of list.declarations) {
    cx.attempt(() => {
      const { name } = declaration;
      if (!ts.isIdentifier(name)) return cx.reject(name, problems.destructuring());
      // Until the initialiser is lowered, and for good if that fails, uses of the name are not reported.
      const symbol = cx.session.checker.getSymbolAtLocation(name);
      if (symbol !== undefined) cx.bind(symbol, { kind: 'rejected' });
      new LocalDeclaration(cx, declaration, name, symbol, constant).lower();
    });
  }
}

class LocalDeclaration {
  constructor(
    private readonly cx: FunctionContext,
    private readonly node: ts.VariableDeclaration,
    private readonly name: ts.Identifier,
    private readonly symbol: ts.Symbol | undefined,
    private readonly constant: boolean,
  ) {}

  lower(): void {
    const { cx, node } = this;
    const declared = this.#declaredType();
    if (node.initializer === undefined) return this.#withoutValue(declared);
    const initializer = withoutParentheses(node.initializer);
    if (declared?.kind === 'vector' && isLiteral(initializer)) {
      return cx.reject(initializer, problems.localVector(this.name.text));
    }
    if (declared?.kind === 'record' && declared.mutable && ts.isObjectLiteralExpression(initializer)) {
      return this.#localPlace(declared, initializer);
    }
    if (declared === null && isCall(initializer) && this.#takesResult(initializer)) return;

    const access = this.#initialValue(initializer, declared);
    if (access.kind === 'configuration') {
      if (this.symbol !== undefined) cx.bind(this.symbol, access);
      return;
    }
    if (access.kind === 'place' && isPlaceType(access.type))
      return this.#alias(access, declared, initializer);
    if (access.kind === 'namespace') return cx.reject(initializer, problems.untypedRecord());
    const expr = cx.load(access, initializer);
    const type = this.#typeFor(expr, declared);
    const value = convert(expr, type);
    if (value === null) return cx.mistyped(node, problems.typeMismatch(typeName(expr.type), typeName(type)));
    const variable = this.#declare(type, 'value');
    cx.emit({ do: 'set', variable, value, span: cx.span(node) });
  }

  /** From the annotation, or from `as T` and `satisfies T` behind the value. */
  #declaredType(): ModelType | null {
    const { types } = this.cx.session;
    if (this.node.type !== undefined) return types.read(this.node.type, 'local');
    const value = this.node.initializer === undefined ? undefined : withoutParentheses(this.node.initializer);
    if (value === undefined || (!ts.isAsExpression(value) && !ts.isSatisfiesExpression(value))) return null;
    return ts.isConstTypeReference(value.type) ? null : types.read(value.type, 'local');
  }

  #withoutValue(declared: ModelType | null): void {
    const { cx, name } = this;
    if (declared === null) return cx.reject(name, problems.noInitialiser(name.text));
    if (declared.kind === 'configuration') return cx.reject(name, problems.placeVariable(name.text));
    if (declared.kind === 'vector') return cx.reject(name, problems.localVector(name.text));
    if (isPlaceType(declared)) return cx.reject(name, problems.placeVariable(name.text));
    this.#declare(declared, 'value');
  }

  #localPlace(type: Type & { kind: 'record' }, initializer: ts.ObjectLiteralExpression): void {
    const { cx } = this;
    const value = cx.expression(initializer, type);
    if (!this.constant) return cx.reject(this.name, problems.placeVariable(this.name.text));
    const variable = this.#declare(type, 'local place');
    cx.emit({ do: 'set', variable, value, span: cx.span(this.node) });
  }

  /** `const err = yield* f()`: the call's own result is the variable. */
  #takesResult(initializer: ts.CallExpression | ts.YieldExpression): boolean {
    return lowerCallTo(this.cx, initializer, (type) => {
      return this.#declare(this.constant ? type : this.#widened(type), 'value');
    });
  }

  #initialValue(initializer: ts.Expression, declared: ModelType | null): Access {
    const { cx } = this;
    if (ts.isAsExpression(initializer) || ts.isSatisfiesExpression(initializer)) {
      const inner = cx.access(initializer.expression);
      if (inner.kind === 'place' && isPlaceType(inner.type)) return inner;
    }
    if (isPlaceSyntax(initializer)) return cx.access(initializer);
    return cx.value(initializer, valueType(declared));
  }

  #alias(access: Access & { kind: 'place' }, declared: ModelType | null, initializer: ts.Expression): void {
    const { cx, name } = this;
    if (!this.constant) return cx.reject(name, problems.placeVariable(name.text));
    if (declared !== null && (declared.kind === 'configuration' || !isPlaceType(declared))) {
      return cx.reject(initializer, problems.placeAsValue(typeName(access.type)));
    }
    const variable = this.#declare(access.type, 'alias');
    cx.emit({ do: 'alias', variable, place: access.place, span: cx.span(this.node) });
  }

  #typeFor(expr: Expr, declared: ModelType | null): ValueType {
    const { cx } = this;
    if (declared === null) return this.constant ? expr.type : this.#widened(expr.type);
    const type = valueType(declared);
    if (type === null || isPlaceType(type)) {
      const wanted = declared.kind === 'configuration' ? 'configuration' : typeName(declared);
      return cx.reject(
        this.node.initializer ?? this.node,
        problems.typeMismatch(typeName(expr.type), wanted),
      );
    }
    return type;
  }

  /** As TypeScript has it, `let level = 1` is a number, and `let mode = 'a'` any string, which has no domain. */
  #widened(type: ValueType): ValueType {
    if ((type.kind !== 'int' && type.kind !== 'enum') || type.name !== null) return type;
    const inferred = this.cx.session.checker.getTypeAtLocation(this.name);
    if (inferred.flags & ts.TypeFlags.String) {
      return this.cx.reject(this.name, problems.declareType(this.name.text));
    }
    return inferred.flags & ts.TypeFlags.Number ? NUMBER : type;
  }

  #declare(type: Type, role: 'value' | 'alias' | 'local place'): number {
    const { cx, name } = this;
    const variable = cx.declare({ name: name.text, span: cx.span(name), type, role });
    if (this.symbol !== undefined) {
      cx.bind(this.symbol, { kind: 'variable', variable, constant: this.constant });
    }
    return variable;
  }
}

function valueType(type: ModelType | null): ValueType | null {
  return type === null || type.kind === 'configuration' || type.kind === 'vector' ? null : type;
}

function isCall(node: ts.Expression): node is ts.CallExpression | ts.YieldExpression {
  return ts.isCallExpression(node) || (ts.isYieldExpression(node) && node.asteriskToken !== undefined);
}

function isLiteral(node: ts.Expression): boolean {
  return ts.isArrayLiteralExpression(node) || ts.isObjectLiteralExpression(node);
}
