/**
 * Everything that the front end can find wrong with a model, in one table: what is said, and the way out.
 *
 * Constructs of TypeScript that the language lacks altogether have a table of their own, constructs.ts.
 */
export interface Problem {
  readonly message: string;
  readonly advice: string;
}

export const problems = {
  // Roots.
  noSuchFile: (file: string) => ({
    message: `there is no file \`${file}\``,
    advice: 'Check the path from which the function is imported.',
  }),
  noSuchFunction: (name: string, file: string) => ({
    message: `${file} exports no function \`${name}\``,
    advice: `Declare it there with \`export function ${name}\` (a predicate) or \`export function* ${name}\` (an operation).`,
  }),
  rootParameter: (name: string) => ({
    message: `\`${name}\` is run by a scenario, but its first parameter is not the root state`,
    advice:
      'Give it the root interface of the state, the one with the `config` field, as its first parameter.',
  }),
  otherRoot: (name: string, type: string, expected: string) => ({
    message: `\`${name}\` takes \`${type}\` as the root state, others take \`${expected}\``,
    advice: 'All processes and predicates of a scenario work on one root state: use the same interface.',
  }),
  processParameter: (name: string) => ({
    message: `parameter \`${name}\` of a process must be a number, boolean or enumeration`,
    advice: 'A scenario passes scalars only: pass an index, and look the rest up in the root state.',
  }),
  predicateParameters: (name: string) => ({
    message: `predicate \`${name}\` must take the root state once, or twice (before and after a step)`,
    advice: 'Write one predicate for each case; predicates take no other arguments.',
  }),
  predicateResult: (name: string) => ({
    message: `predicate \`${name}\` must return a boolean`,
    advice: `Declare it as \`function ${name}(...): boolean\`.`,
  }),
  rootOnce: () => ({
    message: 'only the root state may have a field with the configuration',
    advice: 'Pass the root state along and read its `config` field.',
  }),

  // Types.
  noDomain: (type: string) => ({
    message: `\`${type}\` has no finite domain`,
    advice:
      type === 'string'
        ? "List the strings that occur: `'free' | 'linked'`."
        : "Bound it: `Below<'gfns'>` (0 to gfns - 1), `Range<0, 'gfns'>`, or a union of literals.",
  }),
  noBound: (name: string, known: readonly string[]) => ({
    message: `the configuration has no number \`${name}\``,
    advice:
      known.length === 0
        ? 'Declare it in the interface that extends Configuration, and give the root state a field `config` of that type.'
        : `Declare it in the interface that extends Configuration, or use one of: ${known.join(', ')}.`,
  }),
  badBound: () => ({
    message: 'a bound must be an integer or the name of a number in the configuration',
    advice: "Write `Below<4>` or `Below<'gfns'>`; for other bounds add a number to the configuration.",
  }),
  emptyRange: () => ({
    message: 'this domain is empty',
    advice: 'Its upper bound lies below its lower bound; swap them, or make the bound larger.',
  }),
  mixedUnion: () => ({
    message: 'a union must be of strings only, or of integers only',
    advice: "Use one kind of literal: `'RETRY' | 'FIXED'`, or `-16 | 0`.",
  }),
  nullable: (name: string) => ({
    message: `\`${name}\` is not in the model language`,
    advice: "Say what it stands for: one more string of an enumeration (`'NONE'`), or a number such as -1.",
  }),
  optionalField: (name: string) => ({
    message: `field \`${name}\` is optional`,
    advice: "Every field always has a value: remove the `?` and use one that means none (`-1`, `'NONE'`).",
  }),
  notAField: () => ({
    message: 'an interface of the model may have plain fields only',
    advice:
      'Turn methods into functions that take the record as a parameter, and index signatures into a Vector.',
  }),
  emptyRecord: (name: string) => ({
    message: `\`${name}\` has no fields`,
    advice: 'Remove it, or give it a field.',
  }),
  recursiveType: (name: string) => ({
    message: `\`${name}\` contains itself`,
    advice: "Refer to it by an index into a pool: a field of type `Below<'tables'>` and a Vector of records.",
  }),
  genericType: (name: string) => ({
    message: `\`${name}\` has type parameters`,
    advice: 'Write one declaration for each type that it is used with.',
  }),
  unknownType: (name: string) => ({
    message: `\`${name}\` is not a type of the model language`,
    advice:
      'Allowed are boolean, unions of literals, Range, Below, Vector, and interfaces and aliases made of these.',
  }),
  configurationType: (name: string) => ({
    message: `member \`${name}\` of the configuration must be a number, a boolean or a union of strings`,
    advice: "Split it into scalars; list the strings that it may have: `'explicit' | 'may-cache'`.",
  }),

  // Functions.
  genericFunction: (name: string) => ({
    message: `\`${name}\` has type parameters`,
    advice:
      'Write one function for each type: the state has one layout, and a function works on known fields.',
  }),
  nestedFunction: () => ({
    message: 'a function inside a function is a closure, which is not in the model language',
    advice: 'Move it to the top level of the file and pass what it needs as parameters.',
  }),
  closure: () => ({
    message: 'a function value is not in the model language',
    advice:
      'Only a guard may be one, directly in `yield () => condition`; declare other functions with `function`.',
  }),
  missingParameterType: (name: string) => ({
    message: `parameter \`${name}\` has no declared type`,
    advice: 'Write its type: types are taken from declarations.',
  }),
  missingResultType: (name: string) => ({
    message: `\`${name}\` returns a value but declares no result type`,
    advice: `Write \`function ${name}(...): boolean\` or, of a generator, \`: Op<boolean>\`.`,
  }),
  notAnOperation: (name: string) => ({
    message: `generator \`${name}\` does not declare that it returns an Op`,
    advice:
      "Declare `: Op` (no result) or `: Op<Errno>`, with `import type { Op } from 'mmucheck/language'`.",
  }),
  optionalParameter: (name: string) => ({
    message: `parameter \`${name}\` is optional`,
    advice: `Give it a constant default (\`${name}: boolean = false\`), or let every caller pass it.`,
  }),
  defaultParameter: (name: string) => ({
    message: `the default of parameter \`${name}\` is not a constant scalar`,
    advice: 'Use a literal or a constant of a module, or let every caller pass it.',
  }),
  restParameter: (name: string) => ({
    message: `\`...${name}\`: rest parameters are not in the model language`,
    advice: 'Name each parameter.',
  }),
  destructuring: () => ({
    message: 'destructuring is not in the model language',
    advice: 'Name the record and read its fields: `const old = ...; old.pfn`.',
  }),
  placeResult: (type: string) => ({
    message: `a function cannot return a place (\`${type}\`)`,
    advice: 'Return an index and let the caller write `kvm.pt[index]`, or return a value (readonly fields).',
  }),

  // Calls.
  notCallable: (name: string) => ({
    message: `\`${name}\` is not a function of the model`,
    advice: 'Call functions that are declared with `function` at the top level of a model file.',
  }),
  yieldInPlain: () => ({
    message: '`yield` outside an operation',
    advice: 'Only operations (`function*`) have steps: make it one and call it with `yield*`.',
  }),
  method: (name: string) => ({
    message: `method \`${name}\` is not in the model language`,
    advice: 'Values have no methods here: write a function, and a `for` loop where it goes over a Vector.',
  }),
  global: (name: string, advice?: string) => ({
    message: `\`${name}\` is not in the model language`,
    advice:
      advice ??
      'Use what mmucheck/language exports and functions of the model; see checker/language/README.md.',
  }),
  unknownName: (name: string) => ({
    message: `\`${name}\` is not known here`,
    advice: 'Declare or import it.',
  }),
  withoutYieldStar: (name: string) => ({
    message: `operation \`${name}\` is called without \`yield*\`, so nothing of it would run`,
    advice: `Write \`yield* ${name}(...)\`.`,
  }),
  yieldStarPlain: (name: string) => ({
    message: `\`${name}\` is no operation, but is called with \`yield*\``,
    advice: `Call it without \`yield*\`, or declare it with \`function* ${name}\`.`,
  }),
  yieldStarOperand: () => ({
    message: '`yield*` must be followed by the call of an operation',
    advice: 'Write `yield* operation(...)`.',
  }),
  operationInPlain: (name: string) => ({
    message: `operation \`${name}\` is called where no step can end`,
    advice:
      'Call operations from generators only; guards and predicates look at one state and take no steps.',
  }),
  placeArgument: (name: string) => ({
    message: `the argument for \`${name}\` must be a place`,
    advice:
      'Pass a part of the state (`kvm.pt[sp]`), a local record with mutable fields, or a parameter that is one.',
  }),
  placeMismatch: (name: string, actual: string, expected: string) => ({
    message: `parameter \`${name}\` is of type \`${expected}\`, the argument of type \`${actual}\``,
    advice: 'Pass a place whose fields have exactly the types of the parameter: it is an alias, not a copy.',
  }),
  spreadArgument: () => ({
    message: 'spread arguments are not in the model language',
    advice: 'Pass each argument.',
  }),
  noResult: (name: string) => ({
    message: `\`${name}\` returns nothing, but its result is used`,
    advice: 'Call it in a statement of its own, or declare and return a result.',
  }),
  assertText: () => ({
    message: 'the property and the message of an assertion must be string literals or constants',
    advice: "Write `assert(condition, 'P5', 'what went wrong')`.",
  }),
  choiceArguments: () => ({
    message: '`choose` needs alternatives of one kind: all numbers, all booleans or all strings',
    advice: 'List them one by one: `choose(true, false)`; use `chooseBelow(n)` for a number below n.',
  }),
  restOutsideYield: () => ({
    message: '`rest` belongs directly behind `yield`',
    advice: 'Write `yield rest(() => condition);`.',
  }),
  scenarioOnly: (name: string) => ({
    message: `\`${name}\` belongs into scenario and property files, not into a function of the model`,
    advice: 'Move it to the top level of the file that declares scenarios or properties.',
  }),

  // Expressions.
  notAnInteger: (text: string) => ({
    message: `\`${text}\` is not an integer`,
    advice: 'Scale it: all numbers of a model are 32-bit integers.',
  }),
  tooLarge: (text: string) => ({
    message: `\`${text}\` does not fit into 32 bits`,
    advice: 'Use a smaller number: all numbers of a model are 32-bit integers.',
  }),
  recordComparison: (operator: string) => ({
    message: `\`${operator}\` compares records by identity`,
    advice: `Write \`${operator.startsWith('!') ? '!' : ''}equal(a, b)\`, which compares field by field.`,
  }),
  placeComparison: () => ({
    message: 'places cannot be compared',
    advice: 'Compare the indexes by which they are reached.',
  }),
  looseEquality: (operator: string) => ({
    message: `\`${operator}\` converts its operands`,
    advice: `Write \`${operator}=\`.`,
  }),
  stringComputation: () => ({
    message: 'strings cannot be computed',
    advice: 'Enumerations may be compared, stored and passed only; number things that need arithmetic.',
  }),
  numberNeeded: (operator: string) => ({
    message: `\`${operator}\` needs numbers`,
    advice: 'Turn a boolean into a number with `flag ? 1 : 0`; enumerations cannot be computed with.',
  }),
  booleanBits: (operator: string) => ({
    message: `\`${operator}\` needs numbers`,
    advice: 'Write `a || b`, `a && b` or `a !== b`; to call f() in any case: `flag = f() || flag`.',
  }),
  booleanNeeded: (operator: string) => ({
    message: `\`${operator}\` needs booleans where its result is used as a value`,
    advice: 'Compare numbers explicitly (`err !== 0`), or choose between values with `condition ? a : b`.',
  }),
  conditionNeeded: (type: string) => ({
    message: `\`${type}\` cannot be used as a condition`,
    advice: "Compare it: `state === 'linked'`, `equal(a, b)`.",
  }),
  inexactDivision: () => ({
    message: '`/` makes fractions',
    advice: 'Write `(a - (a % b)) / b`, which is exact, or `(a / b) | 0`, which truncates.',
  }),
  placeAsValue: (type: string) => ({
    message: `a place (\`${type}\`) is used as a value`,
    advice:
      'Places are never copied: read or write their fields, pass them as arguments, or declare the record with readonly fields to make it a value.',
  }),
  configurationAsValue: () => ({
    message: 'the configuration is used as a value',
    advice: 'Read its members: `kvm.config.vcpus`.',
  }),
  assignPlace: (type: string) => ({
    message: `a place (\`${type}\`) cannot be assigned or stored`,
    advice:
      'Assign its fields one by one, or refer to it by an index; values (readonly fields) can be assigned.',
  }),
  assignValueField: (field: string) => ({
    message: `\`${field}\` is a field of a value, which cannot be changed in place`,
    advice: `Replace the value as a whole: \`x = { ...x, ${field}: ... }\`.`,
  }),
  assignConstant: (name: string) => ({
    message: `\`${name}\` cannot be assigned`,
    advice: 'Assign local variables declared with `let`, parameters that are values, and parts of the state.',
  }),
  assignConfiguration: () => ({
    message: 'the configuration cannot be changed',
    advice: 'It is fixed for a run; keep what changes in the state.',
  }),
  assignmentAsValue: () => ({
    message: 'an assignment inside an expression is not in the model language',
    advice: 'Make it a statement of its own, before or after.',
  }),
  targetAcrossYield: () => ({
    message: 'this place is looked up before the step ends, and used after it',
    advice: 'Put the result of `yield*` into a `const` first, then use the place in the next statement.',
  }),
  indexNeeded: () => ({
    message: 'only Vectors have elements',
    advice: 'Read fields by name: `record.field`.',
  }),
  noSuchField: (name: string, type: string) => ({
    message: `\`${type}\` has no field \`${name}\``,
    advice: 'Use one of the fields that its interface declares.',
  }),
  typeMismatch: (actual: string, expected: string) => ({
    message: `\`${actual}\` is used where \`${expected}\` is expected`,
    advice: 'Give both the same declared type.',
  }),
  untypedRecord: () => ({
    message: 'the type of this record is not declared',
    advice: 'Annotate where it goes: `const spte: Spte = { ... }`.',
  }),
  recordForScalar: (type: string) => ({
    message: `a record is given where \`${type}\` is expected`,
    advice: 'Give a scalar of that type.',
  }),
  recordMember: () => ({
    message: 'a record may have plain fields and spreads only',
    advice: 'Write `{ ...old, field: value }`; no methods, accessors or computed names.',
  }),
  templateAsPlace: (name: string, type: string) => ({
    message: `\`${name}\` is a constant, but \`${type}\` has mutable fields`,
    advice: `Copy it: \`const own: ${type} = { ...${name} }\`.`,
  }),
  missingField: (field: string, type: string) => ({
    message: `field \`${field}\` of \`${type}\` is not given`,
    advice: 'Give every field, or begin with a complete value: `{ ...old, ... }`.',
  }),
  extraField: (field: string, type: string) => ({
    message: `\`${type}\` has no field \`${field}\`, but the record would carry it along`,
    advice: 'Name the fields that are meant: a hidden field makes equal() differ.',
  }),
  nestedPlace: (field: string, type: string) => ({
    message: `field \`${field}\` of a local \`${type}\` is a place`,
    advice:
      'A local record with mutable fields holds scalars and values only; keep larger things in the state.',
  }),
  notConstant: (name: string) => ({
    message: `\`${name}\` is not constant`,
    advice: 'A constant of a module is made of literals and other constants.',
  }),
  circularConstant: (name: string) => ({
    message: `\`${name}\` is defined by itself`,
    advice: 'Give one of the constants a literal value.',
  }),
  moduleVariable: (name: string) => ({
    message: `\`${name}\` is a variable of a module`,
    advice: 'What changes belongs into the state; what does not is a `const`.',
  }),
  functionAsValue: (name: string) => ({
    message: `function \`${name}\` is used as a value`,
    advice: 'Call it: functions cannot be stored or passed.',
  }),

  // Statements.
  noEffect: () => ({
    message: 'this statement has no effect',
    advice: 'Use its value, or remove it.',
  }),
  declareType: (name: string) => ({
    message: `the type of \`${name}\` is not declared, and its first value does not tell which others it may have`,
    advice: `Annotate it: \`let ${name}: Mode = ...\`.`,
  }),
  noInitialiser: (name: string) => ({
    message: `\`${name}\` has neither a type nor a value`,
    advice: 'Give it one of the two.',
  }),
  variable: () => ({
    message: '`var` is not in the model language',
    advice: 'Use `const` or `let`.',
  }),
  placeVariable: (name: string) => ({
    message: `\`${name}\` names a place and must be a \`const\``,
    advice: 'Use `const`; to move on to another place, keep its index in a `let`.',
  }),
  localVector: (name: string) => ({
    message: `local \`${name}\` would be a Vector of its own`,
    advice: 'Locals are scalars and records: keep the elements in the state, or use a field for each.',
  }),
  caseConstant: () => ({
    message: 'a case must be a literal or a constant',
    advice: 'Compare with `if` and `else if` instead.',
  }),
  labelled: () => ({
    message: 'only loops and blocks may have a label',
    advice: 'Remove the label.',
  }),
  noJumpTarget: (word: string) => ({
    message: `\`${word}\` has no loop to go to`,
    advice: 'Use it inside a loop.',
  }),
  badYield: () => ({
    message: 'a `yield` carries nothing, a condition, or a rest',
    advice: 'Write `yield;`, `yield () => condition;` or `yield rest(() => condition);`.',
  }),
  yieldAsValue: () => ({
    message: '`yield` has no value',
    advice: 'Make it a statement: `yield;`. Only `yield*` of an operation has a result.',
  }),
  guardForm: () => ({
    message: 'a guard must be a single expression',
    advice: 'Write `yield () => condition;` and put longer conditions into a function.',
  }),

  // Effects.
  impure: (who: string, what: string) => ({
    message: `${who} ${what}`,
    advice: 'It is asked at any time and as often as the checker likes, so it may only look at the state.',
  }),
} as const satisfies Record<string, (...details: never[]) => Problem>;
