import type { Json } from '../kernel.ts';

/** Why a pattern cannot be used, and where in it. */
export interface PatternProblem {
  /** Field names down to the problem. */
  readonly path: readonly string[];
  readonly message: string;
}

type Node = { readonly [name: string]: Json };

/**
 * Checks a pattern. Supported are exact values, `prefix`, `suffix`, `anything-but` (values, prefix, suffix), `exists` and `numeric`
 * (EventBridge User Guide, comparison operators); everything else is a problem, so a rule never matches by accident.
 */
export function patternProblems(pattern: Json, path: readonly string[] = []): PatternProblem[] {
  if (!isNode(pattern)) return [{ path, message: 'Event pattern is not an object' }];
  const entries = Object.entries(pattern);
  if (entries.length === 0) return [{ path, message: 'Empty objects are not allowed' }];
  return entries.flatMap(([name, rule]) => {
    const here = [...path, name];
    if (name.startsWith('$')) return [{ path: here, message: `${name} is not supported` }];
    if (!Array.isArray(rule)) return patternProblems(rule, here);
    if (rule.length === 0) return [{ path: here, message: 'Empty arrays are not allowed' }];
    return rule.filter((one) => !isMatcher(one)).map((one) => unsupported(here, one));
  });
}

/** Whether an event (or a part of one) matches: every field of the pattern has one of its alternatives. */
export function matchesPattern(pattern: Json, event: Json | undefined): boolean {
  // A list of objects in the event matches when one of its members does.
  if (Array.isArray(event)) return event.some((member) => matchesPattern(pattern, member));
  const values = isNode(event) ? event : {};
  return Object.entries(pattern as Node).every(([name, rule]) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (!Array.isArray(rule)) return matchesPattern(rule, value);
    return rule.some((one) => matchesField(one, value));
  });
}

function matchesField(rule: Json, value: Json | undefined): boolean {
  if (isNode(rule) && 'exists' in rule) return rule['exists'] === isLeaf(value);
  if (!isLeaf(value)) return false;
  // A list in the event matches when one of its members does.
  return Array.isArray(value) ? value.some((member) => matchesValue(rule, member)) : matchesValue(rule, value);
}

/** `exists` knows leaves only: an object is no value. */
function isLeaf(value: Json | undefined): value is Json {
  return value !== undefined && !isNode(value);
}

function matchesValue(rule: Json, value: Json): boolean {
  if (!isNode(rule)) return rule === value;
  const [operator, operand] = Object.entries(rule)[0] ?? ['', null];
  if (operator === 'numeric') return typeof value === 'number' && matchesNumbers(operand as Json[], value);
  if (operator === 'prefix') return typeof value === 'string' && value.startsWith(operand as string);
  if (operator === 'suffix') return typeof value === 'string' && value.endsWith(operand as string);
  const excluded = Array.isArray(operand) ? operand : [operand];
  return !excluded.some((one) => matchesValue(one, value));
}

const comparisons: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '=': (value, bound) => value === bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

function matchesNumbers(operand: readonly Json[], value: number): boolean {
  return operand.every(
    (part, index) => index % 2 === 1 || comparisons[part as string]?.(value, operand[index + 1] as number) === true,
  );
}

function isMatcher(rule: Json): boolean {
  if (Array.isArray(rule)) return false;
  if (!isNode(rule)) return true;
  const [[operator, operand] = ['', null], ...more] = Object.entries(rule);
  if (more.length > 0 || operand === undefined) return false;
  if (operator === 'exists') return typeof operand === 'boolean';
  if (operator === 'prefix' || operator === 'suffix') return typeof operand === 'string';
  if (operator === 'numeric') return isNumericRange(operand);
  return operator === 'anything-but' && isExclusion(operand);
}

function isNumericRange(operand: Json): boolean {
  if (!Array.isArray(operand) || (operand.length !== 2 && operand.length !== 4)) return false;
  return operand.every((part, index) =>
    index % 2 === 0 ? typeof part === 'string' && Object.hasOwn(comparisons, part) : typeof part === 'number',
  );
}

function isExclusion(operand: Json): boolean {
  if (isNode(operand)) return ('prefix' in operand || 'suffix' in operand) && isMatcher(operand);
  const values = Array.isArray(operand) ? operand : [operand];
  return values.length > 0 && values.every((value) => typeof value === 'string' || typeof value === 'number');
}

function isNode(value: Json | undefined): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unsupported(path: readonly string[], rule: Json): PatternProblem {
  return { path, message: `${JSON.stringify(rule)} is not supported` };
}
