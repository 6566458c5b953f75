/**
 * Reads types from declarations.
 *
 * From the declarations' text, not from the checker's types: the checker narrows, widens and merges types, and forgets
 * the order of unions and the names of aliases, while a declaration says what the author meant the domain to be.
 */
import { ts } from '../../typescript.js';
import type { RecordType, Scalar, Type } from '../ir/program.js';
import { BoundReader } from './bounds.js';
import { BOOL, isPlaceType, NUMBER } from './convert.js';
import { unsupported } from './constructs.js';
import { CONFIGURATION, type ModelType } from './model-type.js';
import { problems } from './problems.js';
import { inLibrary, languageName } from './project.js';
import { type Locations, Rejected, type Reporter } from './report.js';
import { unionOf } from './unions.js';

/** Where a type is used: a plain `number` will do for a local, but not for a field. */
type Use = 'field' | 'local';

export class TypeReader {
  readonly #cache = new Map<ts.Symbol, ModelType | 'reading' | 'rejected'>();
  readonly #recordNames = new Map<string, ts.Symbol>();
  /** Which field of which record holds the configuration. */
  readonly #configurationFields = new Map<RecordType, { readonly name: string; readonly node: ts.Node }>();
  readonly #bounds: BoundReader;

  constructor(
    private readonly checker: ts.TypeChecker,
    private readonly reporter: Reporter,
    private readonly locations: Locations,
  ) {
    this.#bounds = new BoundReader(checker, reporter);
  }

  /** Takes the interface of the root state, and with it the configuration that bounds name. */
  readRoot(node: ts.TypeNode): ModelType {
    const symbol = ts.isTypeReferenceNode(node) ? this.#symbolAt(node.typeName) : undefined;
    const member = symbol === undefined ? undefined : this.#configurationMemberOf(symbol);
    if (member !== undefined) this.#bounds.useConfiguration(member, (each) => this.#read(each));
    return this.read(node, 'local');
  }

  /** The scalar members of the configuration. */
  get configuration(): ReadonlyMap<string, Scalar> {
    return this.#bounds.members;
  }

  configurationField(record: RecordType): string | null {
    return this.#configurationFields.get(record)?.name ?? null;
  }

  /** Reports configurations that are not a field of the root. */
  checkConfigurationFields(root: RecordType): void {
    for (const [record, { node }] of this.#configurationFields) {
      if (record !== root) this.reporter.report(node, problems.rootOnce());
    }
  }

  read(node: ts.TypeNode, use: Use): ModelType {
    const type = this.#read(node);
    if (use === 'field' && type.kind === 'number') this.reporter.reject(node, problems.noDomain('number'));
    return type;
  }

  /** Of a declared result `Op<T>`: the node of T, or null if it is `Op`; undefined if it is no Op. */
  operationResult(node: ts.TypeNode): ts.TypeNode | null | undefined {
    if (ts.isParenthesizedTypeNode(node)) return this.operationResult(node.type);
    if (!ts.isTypeReferenceNode(node)) return undefined;
    const declaration = this.#symbolAt(node.typeName)?.declarations?.[0];
    if (declaration === undefined || !ts.isTypeAliasDeclaration(declaration)) return undefined;
    if (languageName(declaration) === 'Op') return node.typeArguments?.[0] ?? null;
    return this.operationResult(declaration.type);
  }

  #read(node: ts.TypeNode): ModelType {
    if (ts.isParenthesizedTypeNode(node)) return this.#read(node.type);
    if (ts.isUnionTypeNode(node)) return this.#readUnion(node);
    if (ts.isTypeReferenceNode(node)) return this.#readReference(node);
    if (ts.isIndexedAccessTypeNode(node)) return this.#readFieldType(node);
    if (ts.isLiteralTypeNode(node)) return this.#readLiteral(node);
    switch (node.kind) {
      case ts.SyntaxKind.BooleanKeyword:
        return BOOL;
      case ts.SyntaxKind.NumberKeyword:
        return NUMBER;
      case ts.SyntaxKind.StringKeyword:
        return this.reporter.reject(node, problems.noDomain('string'));
      case ts.SyntaxKind.UndefinedKeyword:
      case ts.SyntaxKind.VoidKeyword:
        return this.reporter.reject(node, problems.nullable(node.getText()));
      default:
        return this.reporter.reject(node, unsupported(node.kind));
    }
  }

  #readLiteral(node: ts.LiteralTypeNode): Type {
    const literal = node.literal;
    if (ts.isStringLiteral(literal)) return { kind: 'enum', name: null, values: [literal.text] };
    if (literal.kind === ts.SyntaxKind.TrueKeyword || literal.kind === ts.SyntaxKind.FalseKeyword)
      return BOOL;
    if (literal.kind === ts.SyntaxKind.NullKeyword)
      return this.reporter.reject(node, problems.nullable('null'));
    const value = this.#bounds.integer(node);
    return { kind: 'int', name: null, lo: value, hi: value };
  }

  #readUnion(node: ts.UnionTypeNode): Type {
    const members = node.types.map((each) => this.reporter.attempt(() => this.#read(each)));
    const types = members.filter((each) => each !== null);
    if (types.length < members.length) throw new Rejected();
    return unionOf(types) ?? this.reporter.reject(node, problems.mixedUnion());
  }

  #readReference(node: ts.TypeReferenceNode): ModelType {
    const name = node.typeName.getText();
    const symbol = this.#symbolAt(node.typeName);
    const declaration = symbol?.declarations?.[0];
    if (symbol === undefined || declaration === undefined) {
      return this.reporter.mistyped(node.typeName, problems.unknownName(name));
    }
    const known = languageName(declaration);
    if (known !== null) return this.#readLanguageType(node, known);
    if (inLibrary(declaration)) return this.reporter.reject(node, problems.unknownType(name));
    if (ts.isClassDeclaration(declaration) || ts.isEnumDeclaration(declaration)) {
      return this.reporter.reject(node, unsupported(declaration.kind));
    }
    if (!ts.isInterfaceDeclaration(declaration) && !ts.isTypeAliasDeclaration(declaration)) {
      return this.reporter.reject(node, problems.unknownType(name));
    }
    if (declaration.typeParameters !== undefined) {
      return this.reporter.reject(node, problems.genericType(name));
    }
    return this.#readDeclared(node, symbol, declaration);
  }

  #readLanguageType(node: ts.TypeReferenceNode, name: string): ModelType {
    const [first, second] = node.typeArguments ?? [];
    if (name === 'Configuration') return CONFIGURATION;
    if (name === 'Below' && first !== undefined) return this.#bounds.below(first);
    if (name === 'Range' && first !== undefined && second !== undefined)
      return this.#bounds.range(first, second);
    if (name === 'Vector' && first !== undefined && second !== undefined) {
      const element = this.read(first, 'field');
      if (element.kind === 'configuration') return this.reporter.reject(first, problems.rootOnce());
      return { kind: 'vector', element, length: this.#bounds.bound(second) };
    }
    return this.reporter.reject(node, problems.unknownType(name));
  }

  /** An interface or alias of the model, read once. What is wrong in it is reported where it is declared. */
  #readDeclared(
    node: ts.Node,
    symbol: ts.Symbol,
    declaration: ts.InterfaceDeclaration | ts.TypeAliasDeclaration,
  ): ModelType {
    const cached = this.#cache.get(symbol);
    if (cached === 'rejected') throw new Rejected();
    if (cached === 'reading') return this.reporter.reject(node, problems.recursiveType(symbol.name));
    if (cached !== undefined) return cached;
    this.#cache.set(symbol, 'reading');
    try {
      const type = ts.isTypeAliasDeclaration(declaration)
        ? this.#readAlias(symbol, declaration)
        : this.#isConfiguration(symbol)
          ? CONFIGURATION
          : this.#readRecord(symbol, declaration);
      this.#cache.set(symbol, type);
      return type;
    } catch (error) {
      this.#cache.set(symbol, 'rejected');
      throw error;
    }
  }

  #readAlias(symbol: ts.Symbol, declaration: ts.TypeAliasDeclaration): ModelType {
    if (ts.isTypeLiteralNode(declaration.type)) return this.#readRecord(symbol, declaration.type);
    const type = this.#read(declaration.type);
    return type.kind === 'int' || type.kind === 'enum' ? { ...type, name: symbol.name } : type;
  }

  #readRecord(symbol: ts.Symbol, declaration: ts.InterfaceDeclaration | ts.TypeLiteralNode): RecordType {
    const fields: { name: string; type: Type }[] = [];
    let configuration: { name: string; node: ts.Node } | null = null;
    let mutable = false;
    let complete = this.#checkMembers(symbol);
    for (const property of this.checker.getPropertiesOfType(this.checker.getDeclaredTypeOfSymbol(symbol))) {
      const node = property.declarations?.[0];
      if (node === undefined || !ts.isPropertySignature(node) || node.type === undefined) continue;
      const typeNode = node.type;
      if (node.questionToken !== undefined) this.reporter.report(node, problems.optionalField(property.name));
      const type = this.reporter.attempt(() => this.read(typeNode, 'field'));
      if (type === null || node.questionToken !== undefined) complete = false;
      else if (type.kind === 'configuration') configuration = { name: property.name, node };
      else {
        fields.push({ name: property.name, type });
        mutable ||= isPlaceType(type) || !isReadonly(node);
      }
    }
    if (!complete) throw new Rejected();
    if (fields.length === 0) this.reporter.reject(declaration, problems.emptyRecord(symbol.name));
    const record: RecordType = {
      kind: 'record',
      name: this.#recordName(symbol, declaration),
      mutable,
      fields,
    };
    if (configuration !== null) this.#configurationFields.set(record, configuration);
    return record;
  }

  /** Reports members that are no fields, the inherited ones included. */
  #checkMembers(symbol: ts.Symbol): boolean {
    let complete = true;
    const type = this.checker.getDeclaredTypeOfSymbol(symbol);
    for (const each of [type, ...this.#allBases(type)]) {
      for (const declaration of each.symbol.declarations ?? []) {
        if (!ts.isInterfaceDeclaration(declaration) && !ts.isTypeLiteralNode(declaration)) continue;
        for (const member of declaration.members) {
          if (ts.isPropertySignature(member) && member.type !== undefined && isPlainName(member.name))
            continue;
          this.reporter.report(member, problems.notAField());
          complete = false;
        }
      }
    }
    return complete;
  }

  /** `Kvm['mode']`: the declared type of a field. */
  #readFieldType(node: ts.IndexedAccessTypeNode): ModelType {
    const record = this.#read(node.objectType);
    const index = node.indexType;
    if (!ts.isLiteralTypeNode(index) || !ts.isStringLiteral(index.literal)) {
      return this.reporter.reject(node, unsupported(node.kind));
    }
    const name = index.literal.text;
    const type =
      record.kind === 'record' ? record.fields.find((field) => field.name === name)?.type : undefined;
    return type ?? this.reporter.reject(node, problems.unknownType(node.getText()));
  }

  #recordName(symbol: ts.Symbol, node: ts.Node): string {
    const first = this.#recordNames.get(symbol.name);
    if (first !== undefined && first !== symbol) return `${this.locations.span(node).file}#${symbol.name}`;
    this.#recordNames.set(symbol.name, symbol);
    return symbol.name;
  }

  #configurationMemberOf(root: ts.Symbol): ts.Symbol | undefined {
    for (const property of this.checker.getPropertiesOfType(this.checker.getDeclaredTypeOfSymbol(root))) {
      const node = property.declarations?.[0];
      if (node === undefined || !ts.isPropertySignature(node)) continue;
      const type = node.type;
      if (type === undefined || !ts.isTypeReferenceNode(type)) continue;
      const symbol = this.#symbolAt(type.typeName);
      if (symbol !== undefined && this.#isConfiguration(symbol)) return symbol;
    }
    return undefined;
  }

  #isConfiguration(symbol: ts.Symbol): boolean {
    const bases = this.#allBases(this.checker.getDeclaredTypeOfSymbol(symbol));
    return bases.some((base) => {
      const declaration = base.symbol?.declarations?.[0];
      return declaration !== undefined && languageName(declaration) === 'Configuration';
    });
  }

  #allBases(type: ts.Type): ts.Type[] {
    const bases = type.isClassOrInterface() ? this.checker.getBaseTypes(type) : [];
    return bases.flatMap((base) => [base, ...this.#allBases(base)]);
  }

  #symbolAt(name: ts.Node): ts.Symbol | undefined {
    return resolvedSymbol(this.checker, name);
  }
}

/** The symbol that a name means, behind all imports and re-exports. */
export function resolvedSymbol(checker: ts.TypeChecker, name: ts.Node): ts.Symbol | undefined {
  const symbol = checker.getSymbolAtLocation(name);
  return symbol !== undefined && symbol.flags & ts.SymbolFlags.Alias
    ? checker.getAliasedSymbol(symbol)
    : symbol;
}

function isReadonly(node: ts.PropertySignature): boolean {
  return node.modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.ReadonlyKeyword) ?? false;
}

function isPlainName(name: ts.PropertyName): boolean {
  return ts.isIdentifier(name) || ts.isStringLiteral(name);
}
