/** Prints a program for people, function by function: `mmucheck export --to ir`, and snapshots of tests. */
import type { Argument, Expr, Function, Place, Program, Stmt, Type, Variable } from './program.js';
import { boundName, typeName } from './type-name.js';

export function printProgram(program: Program): string {
  const types = [...recordTypes(program)].map(([name, type]) => printType(name, type));
  return [...types, ...Object.values(program.functions).map(printFunction)].join('\n\n');
}

export function printFunction(each: Function): string {
  const parameters = each.variables.slice(0, each.parameters).map(printVariable).join(', ');
  const locals = each.variables.slice(each.parameters).map((variable) => `  var ${printVariable(variable)}`);
  const result = each.result === null ? '' : `: ${typeName(each.result)}`;
  const head = `${each.operation ? 'operation' : 'function'} ${each.id}(${parameters})${result}`;
  return [head, ...locals, ...printBlock(each.body, each.variables, 1)].join('\n');
}

function printVariable({ name, type, role }: Variable): string {
  return `${role === 'value' ? '' : `${role} `}${name}: ${typeName(type)}`;
}

function printBlock(body: readonly Stmt[], variables: readonly Variable[], depth: number): string[] {
  return body.flatMap((statement) => printStatement(statement, variables, depth));
}

function printStatement(statement: Stmt, variables: readonly Variable[], depth: number): string[] {
  const indent = '  '.repeat(depth);
  const expr = (each: Expr): string => printExpr(each, variables);
  const name = (variable: number): string => variables[variable]?.name ?? `#${variable}`;
  const nested = (body: readonly Stmt[]): string[] => printBlock(body, variables, depth + 1);
  const line = (text: string): string[] => [indent + text];
  switch (statement.do) {
    case 'set':
      return line(`${name(statement.variable)} := ${expr(statement.value)}`);
    case 'alias':
      return line(`${name(statement.variable)} is ${printPlace(statement.place, variables)}`);
    case 'assign':
      return line(`${printPlace(statement.place, variables)} := ${expr(statement.value)}`);
    case 'call': {
      const target = statement.target === null ? '' : `${name(statement.target)} := `;
      const args = statement.args.map((each) => printArgument(each, variables)).join(', ');
      return line(`${target}call ${statement.callee}(${args})`);
    }
    case 'choose':
      return line(`${name(statement.variable)} := choose below ${expr(statement.count)}`);
    case 'yield':
      if (statement.rest === null) return line('yield');
      return [...line(`yield, resting if ${name(statement.restVariable ?? -1)}`), ...nested(statement.rest)];
    case 'assume':
      return line(`assume ${expr(statement.test)}`);
    case 'assert': {
      const property = statement.property === null ? '' : `${statement.property} `;
      return line(`assert ${property}${expr(statement.test)} '${statement.message}'`);
    }
    case 'if': {
      const otherwise = statement.else.length === 0 ? [] : [...line('else'), ...nested(statement.else)];
      return [...line(`if ${expr(statement.test)}`), ...nested(statement.then), ...otherwise];
    }
    case 'loop':
    case 'block':
      return [...line(`${statement.do} ${statement.label}`), ...nested(statement.body)];
    case 'for': {
      const [from, to] = [expr(statement.from), expr(statement.to)];
      const range = statement.step === 1 ? `up from ${from}, below ${to}` : `down from ${from}, to ${to}`;
      return [
        ...line(`for ${statement.label}: ${name(statement.variable)} ${range}`),
        ...nested(statement.body),
      ];
    }
    case 'break':
    case 'continue':
      return line(`${statement.do} ${statement.label}`);
    case 'return':
      return line(statement.value === null ? 'return' : `return ${expr(statement.value)}`);
    default:
      return statement satisfies never;
  }
}

function printArgument(argument: Argument, variables: readonly Variable[]): string {
  return 'value' in argument
    ? printExpr(argument.value, variables)
    : `&${printPlace(argument.place, variables)}`;
}

function printPlace(place: Place, variables: readonly Variable[]): string {
  const parts = place.path.map((part) => {
    return 'field' in part ? `.${part.field}` : `[${printExpr(part.index, variables)}]`;
  });
  return `${variables[place.variable]?.name ?? `#${place.variable}`}${parts.join('')}`;
}

function printExpr(expr: Expr, variables: readonly Variable[]): string {
  const inner = (each: Expr): string => printExpr(each, variables);
  switch (expr.op) {
    case 'const':
      return typeof expr.value === 'string' ? `'${expr.value}'` : String(expr.value);
    case 'current':
      return 'current';
    case 'config':
      return `config.${expr.name}`;
    case 'read':
      return printPlace(expr.place, variables);
    case 'unary':
      return `${expr.operator}${inner(expr.operand)}`;
    case 'binary':
      return `(${inner(expr.left)} ${expr.operator} ${inner(expr.right)})`;
    case 'conditional':
      return `(${inner(expr.test)} ? ${inner(expr.then)} : ${inner(expr.else)})`;
    case 'record': {
      const fields = expr.type.fields.map(({ name }, i) => {
        const value = expr.fields[i];
        return `${name}: ${value === undefined ? '?' : inner(value)}`;
      });
      return `${expr.type.name} { ${fields.join(', ')} }`;
    }
    case 'field':
      return `${inner(expr.record)}.${expr.field}`;
    case 'equal':
      return `equal(${inner(expr.left)}, ${inner(expr.right)})`;
    case 'recode':
      return `(${inner(expr.operand)} as ${typeName(expr.type)})`;
    default:
      return expr satisfies never;
  }
}

/** The record types that the state and the variables are made of, by name. */
function recordTypes(program: Program): ReadonlyMap<string, Type> {
  const found = new Map<string, Type>();
  const visit = (type: Type): void => {
    if (type.kind === 'vector') return visit(type.element);
    if (type.kind !== 'record' || found.has(type.name)) return;
    found.set(type.name, type);
    for (const field of type.fields) visit(field.type);
  };
  visit(program.root);
  for (const each of Object.values(program.functions)) {
    for (const variable of each.variables) visit(variable.type);
  }
  return found;
}

function printType(name: string, type: Type): string {
  if (type.kind !== 'record') return `${name} = ${typeName(type)}`;
  const fields = type.fields.map((field) => `  ${field.name}: ${domain(field.type)}`);
  return [`${type.mutable ? 'place' : 'value'} ${name}`, ...fields].join('\n');
}

/** The type's name, with its domain where the name does not say it. */
function domain(type: Type): string {
  if (type.kind === 'int' && type.name !== null) {
    return `${type.name} = ${boundName(type.lo)} .. ${boundName(type.hi)}`;
  }
  if (type.kind === 'enum' && type.name !== null) return `${type.name} = ${type.values.join(' | ')}`;
  return typeName(type);
}
