import { isConditionKey } from './condition-keys.ts';
import { conditionOperator } from './condition-operators.ts';
import type { Condition } from './policy.ts';
import { below, type PolicyProblem } from './policy-shape.ts';
import { hasVariables, unsupportedVariables } from './policy-variables.ts';

type ConditionShape = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** Reads a Condition element: every operator and key must be known, and every value comparable under its operator. */
export function readConditions(
  shape: ConditionShape,
  pointer: string,
): { conditions: Condition[]; problems: PolicyProblem[] } {
  const entries = Object.entries(shape).flatMap(([written, keys]) =>
    Object.entries(keys).map(([key, values]) => ({ written, key, values })),
  );
  return {
    conditions: entries.map(({ written, key, values }) => ({ ...readOperator(written), key, values })),
    problems: entries.flatMap((entry) => conditionProblems(entry, below(below(pointer, entry.written), entry.key))),
  };
}

interface Entry {
  readonly written: string;
  readonly key: string;
  readonly values: readonly string[];
}

const suffix = 'IfExists';

function readOperator(written: string): Omit<Condition, 'key' | 'values'> {
  const quantifier = (['ForAllValues', 'ForAnyValue'] as const).find((name) => written.startsWith(`${name}:`));
  const ifExists = written.endsWith(suffix);
  const operator = written.slice(
    quantifier ? quantifier.length + 1 : 0,
    ifExists ? written.length - suffix.length : undefined,
  );
  return { operator, ifExists, ...(quantifier && { quantifier }) };
}

function conditionProblems({ written, key, values }: Entry, pointer: string): PolicyProblem[] {
  const { operator, ifExists, quantifier } = readOperator(written);
  const isNull = operator === 'Null' && !ifExists && !quantifier;
  const accepts = isNull ? (value: string) => /^(true|false)$/.test(value) : conditionOperator(operator)?.accepts;
  const messages: string[] = [];
  if (!accepts) messages.push(`condition operator ${written} is not supported`);
  if (!isConditionKey(key)) messages.push(`${key} is not a condition key`);
  for (const value of values) {
    const variables = unsupportedVariables(value);
    messages.push(...variables.map((name) => `policy variable ${name} is not supported`));
    const comparable = hasVariables(value) ? !isNull : !accepts || accepts(value);
    // An external id is shown to no third party, not even where it is written wrongly.
    const told = key.toLowerCase() === 'sts:externalid' ? `a value of ${key}` : value;
    if (!comparable) messages.push(`${told} cannot be compared by ${written}`);
  }
  return messages.map((message) => ({ pointer, message }));
}
