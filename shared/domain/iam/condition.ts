import { type ConditionOperator, conditionOperator } from './condition-operators.ts';
import type { Condition } from './policy.ts';
import { expandVariables } from './policy-variables.ts';
import type { ContextIndex } from './request-context.ts';
import { allOf, anyOf, negated, type Truth, truthOf } from './truth.ts';

/**
 * Whether the request meets one condition. The values of the policy are alternatives; a negated operator holds when none matches and
 * also when the key is absent; `IfExists` holds when the key is absent; `ForAllValues` holds for an absent key, `ForAnyValue` does not
 * (IAM User Guide, "Condition operators" and "Multivalued context keys").
 */
export function conditionTruth(condition: Condition, context: ContextIndex): Truth {
  const held = valuesOf(condition, context);
  if (condition.operator === 'Null')
    return anyOf(condition.values.map((value) => truthOf((value === 'true') === !held)));
  const operator = conditionOperator(condition.operator);
  if (!operator) return 'undecidable';
  if (!held) return absentTruth(condition, operator);
  // A set of values under an operator for one value has no defined meaning.
  if (!condition.quantifier && held.length > 1) return 'undecidable';
  const each = held.map((value) => valueTruth(value, { condition, operator, context }));
  return condition.quantifier === 'ForAllValues' ? allOf(each) : anyOf(each);
}

/** The key's values in the request; undefined when it is absent, and an empty set counts as absent. */
function valuesOf(condition: Condition, context: ContextIndex): readonly string[] | undefined {
  const held = context.get(condition.key.toLowerCase());
  if (typeof held === 'string') return [held];
  return held?.length ? held : undefined;
}

function absentTruth(condition: Condition, operator: ConditionOperator): Truth {
  if (condition.ifExists || condition.quantifier === 'ForAllValues') return 'met';
  return truthOf(operator.negates && condition.quantifier !== 'ForAnyValue');
}

interface Comparison {
  readonly condition: Condition;
  readonly operator: ConditionOperator;
  readonly context: ContextIndex;
}

function valueTruth(value: string, { condition, operator, context }: Comparison): Truth {
  const matched = anyOf(
    condition.values.map((written) => {
      const operand = expandVariables(written, context);
      return operand ? operator.compare(value, operand) : 'undecidable';
    }),
  );
  return operator.negates ? negated(matched) : matched;
}
