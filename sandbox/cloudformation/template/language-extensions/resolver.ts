/** What a template and its parameters decide, before any resource is known. */
import type { JsonObject, Template } from '#shared/domain/template/template.ts';
import type { Json } from '../../../kernel.ts';
import { evaluateConditions } from '../conditions.ts';
import type { EvaluationContext } from '../evaluation.ts';
import { resolveValue } from '../intrinsic-functions.ts';
import { emptyRecord, evaluating, type Resolved, type Scope } from '../scope.ts';

/** Answers a value; undefined where something else than the template and its parameters decides it. */
export type Resolver = (value: Json) => Decided | undefined;

interface Decided {
  /** Undefined for AWS::NoValue. */
  readonly value: Resolved;
  /** A NoEcho parameter was read. */
  readonly secret: boolean;
}

export function resolver(template: JsonObject, context: EvaluationContext): Resolver {
  const typed = template as unknown as Template;
  let conditions: Scope['condition'] | undefined;
  const condition: Scope['condition'] = (name, from) => {
    conditions ??= evaluateConditions(typed, context);
    return conditions(name, from);
  };
  const isSecret = (name: string) => String(typed.Parameters?.[name]?.NoEcho).toLowerCase() === 'true';
  return (value) => {
    const record = emptyRecord();
    const scope: Scope = { template: typed, context, section: 'Resources', condition, resolve: resolveValue, record };
    const resolved = evaluating(() => ({ kind: 'resolved' as const, value: resolveValue(value, scope) }));
    if (resolved.kind === 'invalid' || record.references.size > 0) return undefined;
    return { value: resolved.value, secret: [...record.parameters].some(isSecret) };
  };
}
