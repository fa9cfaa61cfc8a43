/** Payload templates: JSON in which a key ending in `.$` holds a path or an intrinsic function. Source: States Language, "Payload Template". */
import type { Json } from '#sandbox/kernel.ts';
import { callIntrinsic, intrinsicProblem, isIntrinsic } from './intrinsic.ts';
import { parsePath, type Scope, valueAt } from './json-path.ts';

/** What is wrong with a template, as `field: message` lines; empty where it can be filled. */
export function templateProblems(template: Json): string[] {
  if (template === null || typeof template !== 'object') return [];
  if (Array.isArray(template)) return template.flatMap(templateProblems);
  return Object.entries(template).flatMap(([key, value]) => {
    if (!key.endsWith('.$')) return templateProblems(value);
    if (Object.hasOwn(template, key.slice(0, -2))) return [`${key}: the same field is given without .$ as well`];
    const problem = typeof value === 'string' ? expressionProblem(value) : 'must be a path or an intrinsic function';
    return problem ? [`${key}: ${problem}`] : [];
  });
}

/** What is wrong with a path or an intrinsic function, or undefined. */
export function expressionProblem(text: string): string | undefined {
  if (isIntrinsic(text)) return intrinsicProblem(text);
  return parsePath(text) ? undefined : `the path '${text}' is not supported`;
}

/** Fills a template from `$` and `$$`. Fails with States.Runtime or States.IntrinsicFailure. */
export function fillTemplate(template: Json, scope: Scope): Json {
  if (template === null || typeof template !== 'object') return template;
  if (Array.isArray(template)) return template.map((member) => fillTemplate(member, scope));
  return Object.fromEntries(
    Object.entries(template).map(([key, value]) =>
      key.endsWith('.$') && typeof value === 'string'
        ? [key.slice(0, -2), evaluateExpression(value, scope, key)]
        : [key, fillTemplate(value, scope)],
    ),
  );
}

/** The value of a path or an intrinsic function. `field` is named when it fails. */
export function evaluateExpression(text: string, scope: Scope, field: string): Json {
  return isIntrinsic(text) ? callIntrinsic(text, scope) : valueAt(text, scope, field);
}
