import { readConditions } from './parse-condition.ts';
import type { Patterns, PrincipalPattern, Statement } from './policy.ts';
import { below, type PolicyProblem, type StatementShape } from './policy-shape.ts';
import { unsupportedVariables } from './policy-variables.ts';
import { readPrincipal } from './principal.ts';

/** What the document is for; each use has elements it requires and elements it prohibits. */
export type PolicyUse = 'identity' | 'resource' | 'trust' | 'any';

const required: Record<PolicyUse, readonly ('Principal' | 'Resource')[]> = {
  identity: ['Resource'],
  resource: ['Principal', 'Resource'],
  trust: ['Principal'],
  any: [],
};
const prohibited: Record<PolicyUse, readonly ('Principal' | 'Resource')[]> = {
  identity: ['Principal'],
  resource: [],
  trust: ['Resource'],
  any: [],
};

interface Place {
  readonly index: number;
  readonly pointer: string;
  readonly use: PolicyUse;
}

/** Reads one statement whose shape is right. The statement means something only where there are no problems. */
export function readStatement(
  shape: StatementShape,
  place: Place,
): { statement: Statement; problems: PolicyProblem[] } {
  const action = readPatterns(shape.Action, shape.NotAction);
  const resource = readPatterns(shape.Resource, shape.NotResource);
  const principals = readPrincipals(shape.Principal);
  const { conditions, problems } = readConditions(shape.Condition ?? {}, below(place.pointer, 'Condition'));
  const statement: Statement = {
    label: shape.Sid || `statement ${place.index + 1}`,
    effect: shape.Effect,
    ...(principals ? { principals: principals.flatMap(({ pattern }) => pattern ?? []) } : {}),
    action: action ?? { except: false, patterns: [] },
    ...(resource ? { resource } : {}),
    conditions,
  };
  const unreadable = (principals ?? []).filter(({ pattern }) => !pattern);
  return {
    statement,
    problems: [
      ...elementMessages(shape, place.use),
      ...unreadable.map(({ text }) => `${text} is not a principal`),
      ...patternMessages(statement),
    ]
      .map((message) => ({ pointer: place.pointer, message }))
      .concat(problems),
  };
}

function readPatterns(
  these: readonly string[] | undefined,
  others: readonly string[] | undefined,
): Patterns | undefined {
  if (these) return { except: false, patterns: these };
  return others && { except: true, patterns: others };
}

function readPrincipals(
  shape: StatementShape['Principal'],
): { text: string; pattern: PrincipalPattern | undefined }[] | undefined {
  if (shape === undefined) return undefined;
  const named = shape === '*' ? { AWS: ['*'] } : shape;
  return (['AWS', 'Service', 'Federated'] as const).flatMap((type) =>
    (named[type as keyof typeof named] ?? []).map((text) => ({ text, pattern: readPrincipal(type, text) })),
  );
}

function elementMessages(shape: StatementShape, use: PolicyUse): string[] {
  const has = { Principal: shape.Principal, Resource: shape.Resource ?? shape.NotResource };
  const messages = [
    ...required[use].filter((element) => !has[element]).map((element) => `${element} is missing`),
    ...prohibited[use].filter((element) => has[element]).map((element) => `${element} is prohibited here`),
  ];
  if (!shape.Action === !shape.NotAction) messages.push('exactly one of Action and NotAction is needed');
  if (shape.Resource && shape.NotResource) messages.push('Resource and NotResource exclude each other');
  if (shape.Principal && shape.Principal !== '*' && Object.keys(shape.Principal).length === 0) {
    messages.push('Principal names nobody');
  }
  return messages;
}

const actionPattern = /^(\*|[a-z0-9-]+:[A-Za-z0-9*?]+)$/i;

function patternMessages({ action, resource }: Statement): string[] {
  const resources = resource?.patterns ?? [];
  return [
    ...action.patterns.filter((text) => !actionPattern.test(text)).map((text) => `${text} is not an action`),
    ...resources.filter((text) => text !== '*' && !/^arn:/.test(text)).map((text) => `${text} is neither an ARN nor *`),
    ...resources.flatMap(unsupportedVariables).map((name) => `policy variable ${name} is not supported`),
  ];
}
