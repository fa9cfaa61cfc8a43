import { type PolicyUse, readStatement } from './parse-statement.ts';
import type { Policy, Statement } from './policy.ts';
import {
  below,
  hiddenMembers,
  type PolicyProblem,
  policyShape,
  shapeProblems,
  statementShape,
} from './policy-shape.ts';
import { hasVariables } from './policy-variables.ts';

export type ParsedPolicy =
  | { readonly kind: 'policy'; readonly policy: Policy }
  | { readonly kind: 'unsupported'; readonly problems: readonly PolicyProblem[] };

/**
 * Reads a policy document, given as JSON text or as the value it stands for. The supported language is closed: whatever lies outside it
 * (NotPrincipal, an unknown operator, an unknown `aws:` key, a variable that is not a condition key …) is a problem with its place,
 * never something to be skipped. `use` adds what the kind of policy requires and prohibits.
 */
export function parsePolicy(document: unknown, use: PolicyUse = 'any'): ParsedPolicy {
  const value = typeof document === 'string' ? parseJson(document) : document;
  const hidden = hiddenMembers(value, '');
  if (hidden.length > 0) return unsupported(hidden);
  const shape = policyShape.safeParse(value);
  if (!shape.success) return unsupported(shapeProblems(shape.error, ''));
  const isList = isRecord(value) && Array.isArray(value['Statement']);
  const read = shape.data.Statement.map((raw, index) => {
    const pointer = isList ? below('/Statement', index) : '/Statement';
    const parsed = statementShape.safeParse(raw);
    return parsed.success
      ? readStatement(parsed.data, { index, pointer, use })
      : { problems: shapeProblems(parsed.error, pointer) };
  });
  const statements = read.flatMap((one) => ('statement' in one ? [one.statement] : []));
  const version = shape.data.Version ?? '2008-10-17';
  const problems = [...read.flatMap((one) => one.problems), ...wholeProblems(version, statements)];
  if (problems.length > 0) return unsupported(problems);
  return { kind: 'policy', policy: { version, ...(shape.data.Id ? { id: shape.data.Id } : {}), statements } };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const unsupported = (problems: readonly PolicyProblem[]): ParsedPolicy => ({ kind: 'unsupported', problems });

/** Sids are unique within a policy; variables exist since version 2012-10-17 and would be plain text before. */
function wholeProblems(version: Policy['version'], statements: readonly Statement[]): PolicyProblem[] {
  const labels = statements.map(({ label }) => label);
  const problems = labels
    .filter((label, index) => labels.indexOf(label) !== index)
    .map((label) => ({ pointer: '/Statement', message: `Sid ${label} is used more than once` }));
  const texts = statements.flatMap(({ resource, conditions }) => [
    ...(resource?.patterns ?? []),
    ...conditions.flatMap(({ values }) => values),
  ]);
  if (version === '2012-10-17' || !texts.some(hasVariables)) return problems;
  return [...problems, { pointer: '/Version', message: 'policy variables need Version 2012-10-17' }];
}
