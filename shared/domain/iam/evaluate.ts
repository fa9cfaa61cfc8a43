import type { NamedPolicy } from './policy.ts';
import type { Requester } from './principal.ts';
import { indexContext, type RequestContext } from './request-context.ts';
import { applicableStatements, type IndexedRequest, type StatementMatch } from './statement-match.ts';

/** One request to be decided. */
export interface AccessRequest {
  readonly requester: Requester;
  /** `service:Action`. */
  readonly action: string;
  /** The full ARN, or `*` for an action without resource. */
  readonly resource: string;
  /** The account that owns the resource. */
  readonly resourceAccount: string;
  readonly context: RequestContext;
}

/** Every policy that has a say. */
export interface ApplicablePolicies {
  readonly identity: readonly NamedPolicy[];
  readonly boundary?: NamedPolicy;
  readonly session?: NamedPolicy;
  /** The policy of the resource; `trust` instead where the resource is a role to be assumed. */
  readonly resource?: NamedPolicy;
  readonly trust?: NamedPolicy;
  /** The key policy, where the resource is a KMS key: without its word no other policy counts. */
  readonly key?: NamedPolicy;
  /** Service control policies, level by level from the organization's root down to the account. */
  readonly organization?: readonly (readonly NamedPolicy[])[];
}

export type PolicyLayer = 'identity' | 'boundary' | 'session' | 'resource' | 'trust' | 'key' | 'organization';

/** A decision with its reason: the statement that allowed or denied it, or what is missing. */
export type Decision =
  | { readonly kind: 'allowed'; readonly by: string }
  | { readonly kind: 'denied'; readonly explicit: boolean; readonly layer: PolicyLayer; readonly because: string };

/**
 * Decides one request (IAM User Guide, "Policy evaluation logic"). An explicit deny in any policy wins. Otherwise, for a session or user:
 * - every level of service control policies must allow;
 * - in one account, the identity-based policies *or* the resource's policy; across accounts, for assuming a role and for using a KMS
 *   key, both (KMS Developer Guide, "Key policies in AWS KMS"). A policy that names the account only delegates to the identity-based
 *   policies; one that names the session or user needs nothing else;
 * - the permissions boundary and the session policy each limit what that allows.
 * A service or an identity provider is allowed only by the resource's policy.
 */
export function evaluate(request: AccessRequest, policies: ApplicablePolicies): Decision {
  const says = statementsByLayer(request, policies);
  const denial = explicitDenial(says);
  if (denial) return denial;
  const { requester } = request;
  return requester.kind === 'session' || requester.kind === 'user'
    ? ownDecision(requester.account === request.resourceAccount, says)
    : grantOnly(says);
}

/** What each layer says; a layer that is absent has no entry, and so limits nothing. */
interface Sayings {
  readonly layers: readonly { readonly layer: PolicyLayer; readonly matches: readonly StatementMatch[] }[];
  /** Which one the resource has. */
  readonly grantor: 'trust' | 'key' | 'resource';
}

function statementsByLayer(request: AccessRequest, policies: ApplicablePolicies): Sayings {
  const indexed: IndexedRequest = { ...request, context: indexContext(request.context) };
  const grantor = policies.trust ? 'trust' : policies.key ? 'key' : 'resource';
  const present: [PolicyLayer, readonly NamedPolicy[] | undefined][] = [
    ...(policies.organization ?? []).map((level): [PolicyLayer, readonly NamedPolicy[]] => ['organization', level]),
    ['identity', policies.identity],
    ['boundary', policies.boundary && [policies.boundary]],
    ['session', policies.session && [policies.session]],
    ['trust', policies.trust && [policies.trust]],
    ['key', policies.key && [policies.key]],
    ['resource', policies.resource && [policies.resource]],
  ];
  return {
    layers: present.flatMap(([layer, list]) => (list ? [{ layer, matches: applicableStatements(list, indexed) }] : [])),
    grantor,
  };
}

function explicitDenial({ layers }: Sayings): Decision | undefined {
  for (const { layer, matches } of layers) {
    const deny = matches.find(({ effect }) => effect === 'Deny');
    if (deny) return { kind: 'denied', explicit: true, layer, because: `${deny.by} denies it` };
  }
  return undefined;
}

function grantOnly(says: Sayings): Decision {
  const grant = strongestGrant(says);
  return grant ? { kind: 'allowed', by: grant.by } : missing(says.grantor);
}

/** For requesters that have policies of their own. */
function ownDecision(sameAccount: boolean, says: Sayings): Decision {
  const grant = strongestGrant(says);
  const silent = silentLayers(says);
  if (silent.has('organization')) return missing('organization');
  // Permissions granted to the session or user itself are not limited by what other policies merely leave out.
  if (sameAccount && grant?.names === 'direct') return { kind: 'allowed', by: grant.by };
  const own = allowIn(says, 'identity') ?? (sameAccount && grant?.names === 'role' ? grant : undefined);
  if (!own) return missing('identity');
  for (const layer of ['boundary', 'session'] as const) if (silent.has(layer)) return missing(layer);
  if (!grant && (!sameAccount || says.grantor !== 'resource')) return missing(says.grantor);
  return { kind: 'allowed', by: grant && grant !== own ? `${own.by} and ${grant.by}` : own.by };
}

function strongestGrant({ layers, grantor }: Sayings): StatementMatch | undefined {
  const allows = layers.flatMap(({ layer, matches }) => (layer === grantor ? matches : []));
  const strength = ['direct', 'role', 'account'] as const;
  return strength.flatMap((names) => allows.find((match) => match.names === names) ?? [])[0];
}

/** Layers that are present and do not allow; of several levels, one is enough. */
function silentLayers({ layers }: Sayings): ReadonlySet<PolicyLayer> {
  return new Set(layers.filter(({ matches }) => matches.length === 0).map(({ layer }) => layer));
}

function allowIn({ layers }: Sayings, wanted: PolicyLayer): StatementMatch | undefined {
  return layers.find(({ layer }) => layer === wanted)?.matches[0];
}

const described: Record<PolicyLayer, string> = {
  identity: 'no identity-based policy allows it',
  boundary: 'the permissions boundary does not allow it',
  session: 'the session policy does not allow it',
  resource: 'no policy of the resource allows it',
  trust: 'the trust policy of the role does not allow it',
  key: 'the key policy does not allow it',
  organization: 'no service control policy of one level allows it',
};

function missing(layer: PolicyLayer): Decision {
  return { kind: 'denied', explicit: false, layer, because: described[layer] };
}
