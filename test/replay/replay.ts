/** Decides recorded requests again, with the shipped policies as they are and with one action less. */
import { evaluate } from '#shared/domain/iam/evaluate.ts';
import type { NamedPolicy, Policy } from '#shared/domain/iam/policy.ts';
import type { RecordedRequest } from '#test/recording/recorded.ts';
import { covers, type Grant, grantsOf, isExecutionRole, without } from './grants.ts';
import type { Recordings } from './recordings.ts';
import { stepPolicy } from './session-policies.ts';
import { keysOf, type ShippedPolicies, type ShippedPolicy, type ShippedRole } from './shipped-policies.ts';

type Replayable = Pick<Recordings, 'requests' | 'policies'>;

export interface Replayed {
  /** Names of the grants without which a recorded request is denied. */
  readonly needed: ReadonlySet<string>;
  /** How many requests were decided again, by the ARN of the role or the name of the service that made them. */
  readonly replayed: ReadonlyMap<string, number>;
  /** How many the shipped policies refuse, since their test had other policies or another world. */
  readonly refused: number;
}

export function replay(recordings: Replayable, shipped: readonly ShippedPolicies[]): Replayed {
  const needed = new Set<string>();
  const replayed = new Map<string, number>();
  const terms = shipped.flatMap((policies) =>
    recordings.requests.flatMap((request) => termsOf(request, { policies, recordings }) ?? []),
  );
  const allowed = terms.filter(allows);
  for (const one of allowed) {
    const asker = askerOf(one.request);
    replayed.set(asker, (replayed.get(asker) ?? 0) + 1);
    for (const { policy, grant } of grantsIn(one)) {
      if (!needed.has(grant.name) && !allows(lessened(one, policy, grant))) needed.add(grant.name);
    }
  }
  return { needed, replayed, refused: terms.length - allowed.length };
}

/** A policy that has a say; one without a name is no shipped one. */
type Piece = Pick<ShippedPolicy, 'policy'> & Partial<ShippedPolicy>;

/** A request, and every policy that has a say on it. */
interface Terms {
  readonly request: RecordedRequest;
  readonly identity: readonly Piece[];
  readonly trust?: Piece | undefined;
  readonly attached?: Piece | undefined;
  readonly session?: Piece | undefined;
  readonly key?: Piece | undefined;
}

type Place = { readonly policies: ShippedPolicies; readonly recordings: Replayable };

/** Undefined for what no shipped policy decides: calls of people, of administrators, of the execution role, and between others. */
function termsOf(request: RecordedRequest, place: Place): Terms | undefined {
  const { requester, assumes, resource } = request;
  const attached = shippedOn(resource, place.policies) ?? recorded(request.attached, place);
  const target = assumes ? shippedRole(resource, place) : undefined;
  if (assumes && target === undefined) return undefined;
  const others = { trust: target?.trust, attached, key: keyOf(request, place) };
  if (requester.kind === 'session') {
    const role = shippedRole(requester.roleArn, place);
    const session = recorded(request.session, place);
    return (
      role && {
        ...others,
        request: { ...request, requester: { ...requester, roleId: role.id } },
        identity: role.identity,
        session: session && (stepPolicy(session.policy) ?? session),
      }
    );
  }
  const isShipped = [target?.trust, attached, others.key].some((piece) => piece?.name !== undefined);
  return requester.kind === 'user' || !isShipped ? undefined : { ...others, request, identity: [] };
}

const shippedRole = (arn: string, { policies }: Place): ShippedRole | undefined =>
  isExecutionRole(arn) ? undefined : policies.roles.get(arn);

/** Of the bucket of an object, of the function of a version, or of the resource itself. */
function shippedOn(resource: string, { resources }: ShippedPolicies): ShippedPolicy | undefined {
  const [arn = '', partition, service, region, account, ...rest] = resource.split(':');
  const whole = service === 's3' ? [rest.join(':').split('/')[0]] : service === 'lambda' ? rest.slice(0, 2) : rest;
  return resources.get([arn, partition, service, region, account, ...whole].join(':'));
}

function keyOf({ key, resource }: RecordedRequest, place: Place): Piece | undefined {
  if (key === undefined) return undefined;
  const [, , , region = '', account = ''] = resource.split(':');
  return place.policies.resources.get(keysOf(account, region)) ?? recorded(key, place);
}

function recorded(id: string | undefined, { recordings }: Place): Piece | undefined {
  const policy = recordings.policies.get(id ?? '');
  return policy && { policy };
}

const askerOf = ({ requester }: RecordedRequest): string => {
  if (requester.kind === 'session') return requester.roleArn;
  return requester.kind === 'service' ? requester.service : requester.kind;
};

function grantsIn({ request, identity, trust, attached, session, key }: Terms): { policy: Policy; grant: Grant }[] {
  return [...identity, trust, attached, session, key].flatMap((piece) => {
    if (piece?.name === undefined) return [];
    const { name, policy } = piece;
    return grantsOf({ name, policy })
      .filter((grant) => covers(grant, request.action))
      .map((grant) => ({ policy, grant }));
  });
}

function lessened(terms: Terms, policy: Policy, grant: Grant): Terms {
  const less = <P extends Piece | undefined>(piece: P): P =>
    piece?.policy === policy ? { ...piece, policy: without(policy, grant) } : piece;
  const { identity, trust, attached, session, key } = terms;
  return {
    ...terms,
    identity: identity.map(less),
    trust: less(trust),
    attached: less(attached),
    session: less(session),
    key: less(key),
  };
}

function allows({ request, identity, trust, attached, session, key }: Terms): boolean {
  const decision = evaluate(request, {
    identity: identity.map(asNamed),
    ...(trust && { trust: asNamed(trust) }),
    ...(attached && { resource: asNamed(attached) }),
    ...(session && { session: asNamed(session) }),
    ...(key && { key: asNamed(key) }),
  });
  return decision.kind === 'allowed';
}

const asNamed = ({ name = 'recorded', policy }: Piece): NamedPolicy => ({ name, policy });
