/** Bounds of domains, and the numbers of the configuration that they name. */
import { ts } from '../../typescript.js';
import type { Bound, Scalar } from '../ir/program.js';
import type { ModelType } from './model-type.js';
import { intType } from './convert.js';
import { problems } from './problems.js';
import type { Reporter } from './report.js';

export class BoundReader {
  readonly members = new Map<string, Scalar>();

  constructor(
    private readonly checker: ts.TypeChecker,
    private readonly reporter: Reporter,
  ) {}

  /** Takes the members of the configuration from its interface. `read` reads the type of one. */
  useConfiguration(symbol: ts.Symbol, read: (node: ts.TypeNode) => ModelType): void {
    const type = this.checker.getDeclaredTypeOfSymbol(symbol);
    for (const member of this.checker.getPropertiesOfType(type)) {
      const node = member.declarations?.[0];
      if (node === undefined || member.name === '__configuration') continue;
      this.reporter.attempt(() => this.members.set(member.name, this.#memberType(member.name, node, read)));
    }
  }

  below(node: ts.TypeNode): Scalar {
    const count = this.bound(node);
    if (typeof count !== 'number') return intType(0, { config: count.config, plus: count.plus - 1 });
    return count > 0 ? intType(0, count - 1) : this.reporter.reject(node, problems.emptyRange());
  }

  range(low: ts.TypeNode, high: ts.TypeNode): Scalar {
    const [lo, hi] = [this.bound(low), this.bound(high)];
    if (typeof lo === 'number' && typeof hi === 'number' && lo > hi) {
      return this.reporter.reject(high, problems.emptyRange());
    }
    return intType(lo, hi);
  }

  bound(node: ts.TypeNode): Bound {
    const literal = this.#resolve(node);
    if (ts.isLiteralTypeNode(literal) && ts.isStringLiteral(literal.literal)) {
      const name = literal.literal.text;
      if (this.members.get(name)?.kind === 'int') return { config: name, plus: 0 };
      const known = [...this.members].filter(([, type]) => type.kind === 'int').map(([each]) => each);
      return this.reporter.reject(node, problems.noBound(name, known));
    }
    return this.integer(literal, node);
  }

  /** The value of a literal type: `4`, `-1`. */
  integer(type: ts.TypeNode, node: ts.TypeNode = type): number {
    const literal = ts.isLiteralTypeNode(type) ? type.literal : type;
    const negative = ts.isPrefixUnaryExpression(literal);
    const digits = negative ? literal.operand : literal;
    if (!ts.isNumericLiteral(digits)) return this.reporter.reject(node, problems.badBound());
    const value = negative ? -Number(digits.text) : Number(digits.text);
    if (!Number.isInteger(value)) return this.reporter.reject(node, problems.notAnInteger(node.getText()));
    if (value !== (value | 0)) return this.reporter.reject(node, problems.tooLarge(node.getText()));
    return value;
  }

  /** What an alias of a literal stands for. */
  #resolve(node: ts.TypeNode): ts.TypeNode {
    if (ts.isParenthesizedTypeNode(node)) return this.#resolve(node.type);
    if (!ts.isTypeReferenceNode(node)) return node;
    const symbol = this.checker.getSymbolAtLocation(node.typeName);
    const target =
      symbol !== undefined && symbol.flags & ts.SymbolFlags.Alias
        ? this.checker.getAliasedSymbol(symbol)
        : symbol;
    const declaration = target?.declarations?.[0];
    return declaration !== undefined && ts.isTypeAliasDeclaration(declaration)
      ? this.#resolve(declaration.type)
      : node;
  }

  /** A number has its own value as its domain. */
  #memberType(name: string, node: ts.Declaration, read: (node: ts.TypeNode) => ModelType): Scalar {
    if (ts.isPropertySignature(node) && node.type !== undefined && node.questionToken === undefined) {
      const type = read(node.type);
      const value = { config: name, plus: 0 };
      if (type.kind === 'int' || type.kind === 'number') return intType(value, value);
      if (type.kind === 'bool' || type.kind === 'enum') return type;
    }
    return this.reporter.reject(node, problems.configurationType(name));
  }
}
