/** Constants of modules: scalars and value records, taken into the functions that use them. */
import { ts } from '../../typescript.js';
import type { Expr, ValueType } from '../ir/program.js';

import { FunctionContext, type Lowering } from './context.js';
import { convert } from './convert.js';
import { typeName } from '../ir/type-name.js';
import { problems } from './problems.js';
import { Rejected } from './report.js';
import type { ConstantReader, Session } from './session.js';
import { withoutParentheses } from './syntax.js';

type Value = Expr | { readonly literal: ts.ObjectLiteralExpression };

export class Constants implements ConstantReader {
  readonly #values = new Map<ts.VariableDeclaration, Value | 'reading' | 'rejected'>();

  constructor(
    private readonly session: () => Session,
    private readonly lowering: Lowering,
  ) {}

  valueOf(declaration: ts.VariableDeclaration): Value {
    const known = this.#values.get(declaration);
    if (known === 'rejected') throw new Rejected();
    const { reporter } = this.session();
    if (known === 'reading') {
      return reporter.reject(declaration.name, problems.circularConstant(declaration.name.getText()));
    }
    if (known !== undefined) return known;
    this.#values.set(declaration, 'reading');
    try {
      const value = this.#read(declaration);
      this.#values.set(declaration, value);
      return value;
    } catch (error) {
      this.#values.set(declaration, 'rejected');
      throw error;
    }
  }

  evaluate(node: ts.Expression, expected: ValueType | null): Expr {
    const { reporter } = this.session();
    const cx = new FunctionContext(this.session(), this.lowering, 'constant', null);
    const { result, before } = cx.capture(() => cx.expression(node, expected));
    // A constant of literals and constants needs no statements; calls and choices do.
    return before.length === 0 ? result : reporter.reject(node, problems.notConstant(node.getText()));
  }

  #read(declaration: ts.VariableDeclaration): Value {
    const { reporter } = this.session();
    const name = declaration.name.getText();
    if (declaration.initializer === undefined)
      return reporter.reject(declaration, problems.notConstant(name));
    const initializer = plain(declaration.initializer);
    const type = this.#declaredType(declaration);
    if (type === null && ts.isObjectLiteralExpression(initializer)) return { literal: initializer };
    const value = this.evaluate(declaration.initializer, type);
    if (type === null) return value;
    const converted = convert(value, type);
    if (converted !== null) return converted;
    return reporter.mistyped(declaration, problems.typeMismatch(typeName(value.type), typeName(type)));
  }

  #declaredType(declaration: ts.VariableDeclaration): ValueType | null {
    const { types, reporter } = this.session();
    let node = declaration.type;
    const value = declaration.initializer;
    if (
      node === undefined &&
      value !== undefined &&
      (ts.isSatisfiesExpression(value) || ts.isAsExpression(value))
    ) {
      node = ts.isConstTypeReference(value.type) ? undefined : value.type;
    }
    if (node === undefined) return null;
    const type = types.read(node, 'local');
    if (type.kind === 'configuration' || type.kind === 'vector') {
      return reporter.reject(declaration, problems.moduleVariable(declaration.name.getText()));
    }
    return type;
  }
}

/** Without `as const` and parentheses. */
function plain(node: ts.Expression): ts.Expression {
  const inner = withoutParentheses(node);
  return ts.isAsExpression(inner) && ts.isConstTypeReference(inner.type) ? plain(inner.expression) : inner;
}
