import type { NamedPrincipalKind, PrincipalPattern } from './policy.ts';

/** Who makes the request, as far as policies can name it. */
export type Requester =
  | {
      readonly kind: 'session';
      readonly account: string;
      /** The role's ARN, with its path. */
      readonly roleArn: string;
      /** The role's unique id, `AROA…`. */
      readonly roleId: string;
      /** `arn:<partition>:sts::<account>:assumed-role/<role>/<session>`. */
      readonly sessionArn: string;
      readonly sessionName: string;
    }
  | {
      readonly kind: 'user';
      readonly account: string;
      /** `arn:<partition>:iam::<account>:user/<path><name>`. */
      readonly userArn: string;
      /** The user's unique id, `AIDA…`. */
      readonly userId: string;
    }
  | { readonly kind: 'service'; readonly service: string }
  | { readonly kind: 'federated'; readonly provider: string };

/**
 * How a principal is named, which decides what else has to allow the request: `direct` (the session or user itself, the service, the
 * identity provider), `role` (also everyone), or `account` (which only delegates to that account's identity-based policies).
 */
export type PrincipalMatch = 'direct' | 'role' | 'account';

const forms: readonly [NamedPrincipalKind, RegExp][] = [
  ['account', /^(\d{12})$/],
  ['account', /^arn:[a-z-]+:iam::(\d{12}):root$/],
  ['role', /^(arn:[a-z-]+:iam::\d{12}:role\/[\w+=,.@/-]+)$/],
  ['session', /^(arn:[a-z-]+:sts::\d{12}:assumed-role\/[\w+=,.@-]{1,64}\/[\w+=,.@-]{2,64})$/],
  ['role-id', /^(AROA[A-Z0-9]{16,17})$/],
  ['session-id', /^(AROA[A-Z0-9]{16,17}:[\w+=,.@-]{2,64})$/],
  ['user', /^(arn:[a-z-]+:iam::\d{12}:user\/[\w+=,.@/-]+|AIDA[A-Z0-9]{16,17})$/],
];
const service = /^[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com(\.cn)?$/;
const provider = /^(arn:[a-z-]+:iam::\d{12}:(oidc|saml)-provider\/\S+|[a-z0-9.-]+\.[a-z]+)$/;

/** Reads one entry of a Principal element; undefined when it is not one (a wildcard within a name is not). */
export function readPrincipal(type: 'AWS' | 'Service' | 'Federated', text: string): PrincipalPattern | undefined {
  if (type === 'Service') return service.test(text) ? { kind: 'service', name: text } : undefined;
  if (type === 'Federated') return provider.test(text) ? { kind: 'federated', name: text } : undefined;
  if (text === '*') return { kind: 'everyone' };
  return forms.flatMap(([kind, form]) => {
    const name = form.exec(text)?.[1];
    return name ? [{ kind, name }] : [];
  })[0];
}

/**
 * The strongest way in which one of `patterns` names the requester. A role's ARN or unique id stands for every session of the role
 * (IAM User Guide, "AWS JSON policy elements: Principal").
 */
export function matchPrincipal(
  patterns: readonly PrincipalPattern[],
  requester: Requester,
): PrincipalMatch | undefined {
  const ways = waysToName(requester);
  return ways.find(([, kind, name]) =>
    patterns.some((pattern) => pattern.kind === kind && (pattern.kind === 'everyone' || pattern.name === name)),
  )?.[0];
}

/** Strongest first. */
function waysToName(requester: Requester): [PrincipalMatch, PrincipalPattern['kind'], string][] {
  if (requester.kind === 'user') {
    return [
      ['direct', 'user', requester.userArn],
      ['direct', 'user', requester.userId],
      ['role', 'everyone', ''],
      ['account', 'account', requester.account],
    ];
  }
  if (requester.kind !== 'session') {
    const name = requester.kind === 'service' ? requester.service : requester.provider;
    return [
      ['direct', requester.kind, name],
      ['direct', 'everyone', ''],
    ];
  }
  return [
    ['direct', 'session', requester.sessionArn],
    ['direct', 'session-id', `${requester.roleId}:${requester.sessionName}`],
    ['role', 'role', requester.roleArn],
    ['role', 'role-id', requester.roleId],
    ['role', 'everyone', ''],
    ['account', 'account', requester.account],
  ];
}
