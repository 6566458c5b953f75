/** What all functions of one run share. */
import type { ts } from 'ts-morph';
import type { Expr, Span, Stmt, Type, ValueType } from '../ir/program.js';
import type { CONFIGURATION } from './model-type.js';
import type { Locations, Reporter } from './report.js';
import type { TypeReader } from './types.js';

export interface Session {
  readonly checker: ts.TypeChecker;
  readonly reporter: Reporter;
  readonly locations: Locations;
  readonly types: TypeReader;
  readonly constants: ConstantReader;
  readonly functions: FunctionTable;
  /** Source text of calls and yields, by position. */
  readonly callTexts: Map<string, string>;
}

export interface ConstantReader {
  /** The value of a module's constant, or its literal if it has no declared type. */
  valueOf(declaration: ts.VariableDeclaration): Expr | { readonly literal: ts.ObjectLiteralExpression };
  /** The value of a constant expression in a constant object, or of a default. */
  evaluate(node: ts.Expression, expected: ValueType | null): Expr;
}

export interface FunctionTable {
  /** What callers need to know of a function; it is lowered later. */
  signatureOf(declaration: ts.FunctionDeclaration): Signature;
  /** Statements that may not change the state: a guard, by the function that they stand in. */
  addGuard(guard: Guard): void;
}

export interface Guard {
  readonly node: ts.Node;
  readonly body: readonly Stmt[];
}

export interface Signature {
  readonly id: string;
  readonly name: string;
  readonly operation: boolean;
  readonly parameters: readonly Parameter[];
  readonly result: ValueType | null;
}

export interface Parameter {
  readonly name: string;
  readonly node: ts.ParameterDeclaration;
  readonly span: Span;
  /** Parameters that are the configuration exist in the source only. */
  readonly type: Type | typeof CONFIGURATION;
  readonly default: ts.Expression | null;
}
