/** Choice rules: what a Choice state compares. Source: States Language, "Choice State: Data-test Expressions". */
import type { Json } from '#sandbox/kernel.ts';
import { lookUp, parsePath, type Scope, valueAt } from './json-path.ts';
import { StateFailure } from './state-failure.ts';

export type ChoiceRule = { readonly [field: string]: Json };

type Kind = 'String' | 'Numeric' | 'Boolean' | 'Timestamp';

const comparison =
  /^(String|Numeric|Timestamp|Boolean)(Equals|LessThanEquals|LessThan|GreaterThanEquals|GreaterThan)(Path)?$/;
const typeTests: Readonly<Record<string, (value: Json) => boolean>> = {
  IsNull: (value) => value === null,
  IsString: (value) => typeof value === 'string',
  IsNumeric: (value) => typeof value === 'number',
  IsBoolean: (value) => typeof value === 'boolean',
  IsTimestamp: (value) => comparable(value, 'Timestamp') !== undefined,
};

/** What is wrong with a rule; empty where it can be decided. */
export function ruleProblems(rule: ChoiceRule): string[] {
  const { Next: _, Comment: __, ...test } = rule;
  const [combinator] = Object.keys(test);
  if (combinator === 'Not') return [...onlyField(test, 'Not'), ...innerProblems(test['Not'])];
  if (combinator === 'And' || combinator === 'Or') {
    const list = test[combinator];
    const empty = Array.isArray(list) && list.length > 0 ? [] : [`${combinator} must be a list of rules`];
    return [...onlyField(test, combinator), ...empty, ...(Array.isArray(list) ? list.flatMap(innerProblems) : [])];
  }
  return comparisonProblems(test);
}

/** Decides a rule. A value of another type than the operator's makes a comparison false; a missing variable fails the state. */
export function matches(rule: ChoiceRule, scope: Scope): boolean {
  if (rule['Not'] !== undefined) return !matches(rule['Not'] as ChoiceRule, scope);
  if (rule['And'] !== undefined) return (rule['And'] as ChoiceRule[]).every((inner) => matches(inner, scope));
  if (rule['Or'] !== undefined) return (rule['Or'] as ChoiceRule[]).some((inner) => matches(inner, scope));
  const { Variable, Next: _, Comment: __, ...test } = rule;
  const [operator = '', operand = null] = Object.entries(test)[0] ?? [];
  const value = lookUp(Variable as string, scope);
  if (operator === 'IsPresent') return (value !== undefined) === operand;
  if (value === undefined) {
    throw new StateFailure(
      'States.Runtime',
      `Invalid path '${Variable}': The choice state's condition path references an invalid value.`,
    );
  }
  const typeTest = typeTests[operator];
  if (typeTest) return typeTest(value) === operand;
  if (operator === 'StringMatches') return typeof value === 'string' && wildcard(operand as string).test(value);
  return compare(value, { operator, operand, scope });
}

function innerProblems(rule: Json | undefined): string[] {
  if (rule === null || typeof rule !== 'object' || Array.isArray(rule)) return ['an inner rule must be an object'];
  return [...('Next' in rule ? ['Next is allowed in the outermost rule only'] : []), ...ruleProblems(rule)];
}

function onlyField(test: ChoiceRule, field: string): string[] {
  return Object.keys(test)
    .filter((key) => key !== field)
    .map((key) => `${key} cannot stand beside ${field}`);
}

function comparisonProblems({ Variable, ...test }: ChoiceRule): string[] {
  const problems: string[] = [];
  if (typeof Variable !== 'string' || !parsePath(Variable))
    problems.push(`Variable: the path '${Variable}' is not supported`);
  const operators = Object.entries(test);
  if (operators.length !== 1) problems.push('exactly one operator is needed beside Variable');
  return [...problems, ...operators.flatMap(([operator, operand]) => operatorProblems(operator, operand))];
}

function operatorProblems(operator: string, operand: Json): string[] {
  if (operator in typeTests || operator === 'IsPresent') {
    return typeof operand === 'boolean' ? [] : [`${operator} must be true or false`];
  }
  if (operator === 'StringMatches') return typeof operand === 'string' ? [] : ['StringMatches must be a string'];
  const [, kind, relation, path] = comparison.exec(operator) ?? [];
  if (!kind || (kind === 'Boolean' && relation !== 'Equals')) return [`the operator ${operator} is not supported`];
  if (path) return typeof operand === 'string' && parsePath(operand) ? [] : [`${operator} must be a supported path`];
  return comparable(operand, kind as Kind) === undefined ? [`${operator} must be a ${kind.toLowerCase()}`] : [];
}

function compare(value: Json, test: { operator: string; operand: Json; scope: Scope }): boolean {
  const [, kind, relation, path] = comparison.exec(test.operator) ?? [];
  const other = path ? valueAt(test.operand as string, test.scope, test.operator) : test.operand;
  const left = comparable(value, kind as Kind);
  const right = comparable(other, kind as Kind);
  if (left === undefined || right === undefined) return false;
  if (relation === 'Equals') return left === right;
  if (relation === 'LessThan') return left < right;
  if (relation === 'GreaterThan') return left > right;
  return relation === 'LessThanEquals' ? left <= right : left >= right;
}

const timestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

function comparable(value: Json, kind: Kind): string | number | boolean | undefined {
  if (kind === 'Numeric') return typeof value === 'number' ? value : undefined;
  if (kind === 'Boolean') return typeof value === 'boolean' ? value : undefined;
  if (typeof value !== 'string') return undefined;
  if (kind === 'String') return value;
  const instant = timestamp.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(instant) ? undefined : instant;
}

/** `*` stands for any text; `\*` and `\\` are the characters themselves. */
function wildcard(pattern: string): RegExp {
  const parts = pattern.match(/\\[*\\]|[\s\S]/g) ?? [];
  const source = parts.map((part) => (part === '*' ? '[\\s\\S]*' : literal(part.length > 1 ? part.slice(1) : part)));
  return new RegExp(`^${source.join('')}$`);
}

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
