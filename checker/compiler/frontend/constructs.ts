/** Constructs of TypeScript that are not in the model language: how they are called, and what to write instead. */
import { ts } from '../../typescript.js';
import type { Problem } from './problems.js';

const K = ts.SyntaxKind;

interface Construct {
  readonly name: string;
  readonly advice: string;
}

/** The error for a kind of node that the language lacks. Every kind has one. */
export function unsupported(kind: ts.SyntaxKind): Problem {
  const construct = CONSTRUCTS.get(kind);
  return {
    message: `${construct?.name ?? `this construct (${K[kind]})`} is not in the model language`,
    advice: construct?.advice ?? 'See checker/language/README.md for what is.',
  };
}

const FUNCTION =
  'Declare functions with `function` at the top level; only the guard of a `yield` may be an arrow function.';
const PLACES = 'Keep elements in the state, in a Vector of fixed length, and go through it by index.';
const ERRORS = 'Return an error code, as the kernel does; use `assert` for what must not happen.';
const SYNCHRONOUS = 'Operations are generators: `function*`, with `yield` where another process may run.';
const NONE = 'Use a value that means none: one more string of an enumeration, or a number such as -1.';
const LOOPS = 'Count: `for (let i = 0; i < kvm.config.gfns; i++)`.';
const UNIONS = "Use a union of strings: `'free' | 'linked'`.";
const TYPES =
  'Allowed are boolean, unions of literals, Range, Below, Vector, and interfaces and aliases made of these.';

const CONSTRUCTS: ReadonlyMap<ts.SyntaxKind, Construct> = new Map([
  [
    K.ClassDeclaration,
    { name: 'a class', advice: 'Declare an interface, and functions that take it as a parameter.' },
  ],
  [
    K.ClassExpression,
    { name: 'a class', advice: 'Declare an interface, and functions that take it as a parameter.' },
  ],
  [K.EnumDeclaration, { name: 'an enum', advice: UNIONS }],
  [K.ModuleDeclaration, { name: 'a namespace', advice: 'Use one file for each part, and import it.' }],
  [K.ArrowFunction, { name: 'a function value', advice: FUNCTION }],
  [K.FunctionExpression, { name: 'a function value', advice: FUNCTION }],
  [K.FunctionDeclaration, { name: 'a function inside a function', advice: FUNCTION }],
  [K.AwaitExpression, { name: '`await`', advice: SYNCHRONOUS }],
  [K.AsyncKeyword, { name: '`async`', advice: SYNCHRONOUS }],
  [K.TryStatement, { name: '`try`', advice: ERRORS }],
  [K.ThrowStatement, { name: '`throw`', advice: ERRORS }],
  [K.ForOfStatement, { name: '`for ... of`', advice: LOOPS }],
  [K.ForInStatement, { name: '`for ... in`', advice: LOOPS }],
  [K.WithStatement, { name: '`with`', advice: 'Name the record and read its fields.' }],
  [
    K.DebuggerStatement,
    { name: '`debugger`', advice: 'Remove it; `mmucheck trace` shows every state of a run.' },
  ],
  [K.ArrayLiteralExpression, { name: 'an array', advice: PLACES }],
  [
    K.NewExpression,
    { name: '`new`', advice: 'State is declared, not allocated: take a free element of a pool, a Vector.' },
  ],
  [K.DeleteExpression, { name: '`delete`', advice: NONE }],
  [K.TypeOfExpression, { name: '`typeof`', advice: 'Types are known: compare values.' }],
  [K.InstanceOfKeyword, { name: '`instanceof`', advice: 'Types are known: compare values.' }],
  [K.InKeyword, { name: '`in`', advice: 'Fields are known: compare their values.' }],
  [K.VoidExpression, { name: '`void`', advice: 'Write the call as a statement of its own.' }],
  [K.CommaToken, { name: 'the comma operator', advice: 'Write statements of their own.' }],
  [K.AsteriskAsteriskToken, { name: '`**`', advice: 'Write a product, or a shift for powers of two.' }],
  [
    K.AsteriskAsteriskEqualsToken,
    { name: '`**=`', advice: 'Write a product, or a shift for powers of two.' },
  ],
  [K.SlashEqualsToken, { name: '`/=`', advice: 'Write `x = (x / n) | 0`.' }],
  [K.QuestionQuestionToken, { name: '`??`', advice: NONE }],
  [K.QuestionQuestionEqualsToken, { name: '`??=`', advice: NONE }],
  [K.QuestionDotToken, { name: 'optional chaining', advice: 'Nothing is ever undefined here: write `.`.' }],
  [
    K.NonNullExpression,
    { name: '`!` behind an expression', advice: 'Nothing is ever undefined here: remove it.' },
  ],
  [K.NullKeyword, { name: '`null`', advice: NONE }],
  [K.UndefinedKeyword, { name: '`undefined`', advice: NONE }],
  [
    K.TemplateExpression,
    { name: 'a computed string', advice: 'Strings cannot be computed; use a plain literal, or a number.' },
  ],
  [
    K.TaggedTemplateExpression,
    { name: 'a tagged template', advice: 'Strings cannot be computed; use a plain literal.' },
  ],
  [K.RegularExpressionLiteral, { name: 'a regular expression', advice: UNIONS }],
  [K.BigIntLiteral, { name: 'a bigint', advice: 'All numbers of a model are 32-bit integers.' }],
  [K.ThisKeyword, { name: '`this`', advice: 'Pass the record as a parameter.' }],
  [K.SpreadElement, { name: 'a spread', advice: 'Pass or list each element.' }],
  [K.MetaProperty, { name: 'a meta property', advice: 'Remove it.' }],
  [K.PlusToken, { name: 'unary `+`', advice: 'Remove it: numbers are numbers.' }],
  [K.Decorator, { name: 'a decorator', advice: 'Remove it.' }],
  [K.AnyKeyword, { name: '`any`', advice: TYPES }],
  [K.UnknownKeyword, { name: '`unknown`', advice: TYPES }],
  [K.NeverKeyword, { name: '`never`', advice: TYPES }],
  [K.ObjectKeyword, { name: '`object`', advice: TYPES }],
  [
    K.BigIntKeyword,
    { name: '`bigint`', advice: 'Use `Range<0, 255>`: all numbers of a model are 32-bit integers.' },
  ],
  [K.SymbolKeyword, { name: '`symbol`', advice: UNIONS }],
  [K.ArrayType, { name: 'an array type', advice: "Use `Vector<T, 'gfns'>`, which has a fixed length." }],
  [K.TupleType, { name: 'a tuple', advice: 'Declare an interface with a field for each element.' }],
  [K.FunctionType, { name: 'a function type', advice: 'Functions cannot be stored or passed.' }],
  [K.ConditionalType, { name: 'a conditional type', advice: TYPES }],
  [K.MappedType, { name: 'a mapped type', advice: 'Write the fields out in an interface.' }],
  [K.TypeQuery, { name: 'a `typeof` type', advice: 'Name the type.' }],
  [K.TypeOperator, { name: 'this type operator', advice: 'Name the type; for arrays use Vector.' }],
  [K.IntersectionType, { name: 'an intersection of types', advice: 'Let an interface extend the others.' }],
  [K.TemplateLiteralType, { name: 'a template literal type', advice: UNIONS }],
  [K.ImportType, { name: 'an import type', advice: 'Import the type at the top of the file.' }],
  [K.TypePredicate, { name: 'a type predicate', advice: 'Return a boolean.' }],
  [K.TypeLiteral, { name: 'a record type without a name', advice: 'Declare it as an interface.' }],
  [K.TypeAssertionExpression, { name: 'a type assertion with `<T>`', advice: 'Write `x as T`.' }],
  [K.ImportKeyword, { name: 'a dynamic import', advice: 'Import at the top of the file.' }],
  [K.SuperKeyword, { name: '`super`', advice: 'Call functions by their names.' }],
]);
