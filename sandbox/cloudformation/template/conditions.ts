/** The Conditions section (User Guide, "Condition functions"). */
import { isObject, memberOf, type Template } from '#shared/domain/template/template.ts';
import type { Json } from '../../kernel.ts';
import type { EvaluationContext } from './evaluation.ts';
import { resolveValue } from './intrinsic-functions.ts';
import { emptyRecord, invalid, type Scope } from './scope.ts';

/** Evaluates every condition once. The answer throws for a name the template does not declare. */
export function evaluateConditions(template: Template, context: EvaluationContext): Scope['condition'] {
  const known = new Map<string, boolean>();
  const open = new Set<string>();
  const condition = (name: string, from: string): boolean => {
    const answer = known.get(name);
    if (answer !== undefined) return answer;
    const declared = memberOf(template.Conditions, name);
    if (declared === undefined) throw invalid(undeclared(name, from));
    if (open.has(name))
      throw invalid(`Template error: Circular dependency between conditions: [${[...open].join(', ')}]`);
    open.add(name);
    const scope: Scope = {
      template,
      context,
      section: 'Conditions',
      condition,
      resolve: resolveValue,
      record: emptyRecord(),
    };
    const value = holds(declared, scope);
    open.delete(name);
    known.set(name, value);
    return value;
  };
  for (const name of Object.keys(template.Conditions ?? {})) condition(name, 'Condition');
  return condition;
}

/** `from` is the function or the section that names the condition. */
function undeclared(name: string, from: string): string {
  return from.startsWith('the ')
    ? `Template format error: Unresolved condition dependency ${name} in ${from} of the template`
    : `Template error: unresolved condition dependency ${name} in ${from}`;
}

function holds(expression: Json, scope: Scope): boolean {
  const [entry, ...rest] = isObject(expression) ? Object.entries(expression) : [];
  const apply = entry && memberOf(conditionFunctions, entry[0]);
  if (!entry || !apply || rest.length > 0) {
    throw invalid(
      'Template format error: Conditions can only be boolean operations on parameters and other conditions',
    );
  }
  return apply(entry[1], scope);
}

const conditionFunctions: Readonly<Record<string, (argument: Json, scope: Scope) => boolean>> = {
  Condition: (argument, scope) => scope.condition(String(argument), 'Condition'),
  'Fn::And': (argument, scope) => operands('And', argument, scope).every(Boolean),
  'Fn::Or': (argument, scope) => operands('Or', argument, scope).some(Boolean),
  'Fn::Not': (argument, scope) => {
    const [operand, ...rest] = Array.isArray(argument) ? argument : [];
    if (operand === undefined || rest.length > 0) {
      throw invalid('Template error: every Fn::Not object requires one boolean parameter.');
    }
    return !holds(operand, scope);
  },
  'Fn::Equals': (argument, scope) => {
    const [left, right, ...rest] = Array.isArray(argument) ? argument : [];
    if (left === undefined || right === undefined || rest.length > 0) {
      throw invalid('Template error: every Fn::Equals object requires a list of 2 string parameters.');
    }
    return compared(left, scope) === compared(right, scope);
  },
};

/** Every operand is evaluated, so that a fault in one is found whatever the others say. */
function operands(name: string, argument: Json, scope: Scope): boolean[] {
  if (Array.isArray(argument) && argument.length >= 2 && argument.length <= 10) {
    return argument.map((operand) => holds(operand, scope));
  }
  throw invalid(
    `Template error: every Fn::${name} object requires a list of at least 2 and at most 10 boolean parameters.`,
  );
}

/** Scalars are compared as text: a Number parameter's `1` equals the literal 1. */
function compared(value: Json, scope: Scope): string {
  const resolved = resolveValue(value, scope);
  return typeof resolved === 'object' ? JSON.stringify(resolved) : String(resolved);
}
