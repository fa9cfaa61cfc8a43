/**
 * Writes down every request that a sandbox allowed, so that it can be decided again with other policies (test/replay). Requests that differ
 * in their time alone are one. An external id is replaced by its digest.
 */
import { createHash } from 'node:crypto';
import type { Decided } from '#sandbox/observers.ts';
import type { Policy } from '#shared/domain/iam/policy.ts';
import type { RequestContext } from '#shared/domain/iam/request-context.ts';
import type { Write } from './recording.ts';

/** No shipped policy asks for these keys. If one did, none of its requests would be allowed again, and the replay would say so. */
const times = ['aws:CurrentTime', 'aws:EpochTime', 'aws:TokenIssueTime', 'aws:MultiFactorAuthAge'];

export function requestsTo(write: Write): (decided: Decided) => void {
  const idOf = policiesTo(write);
  return ({ request, policies, decision }) => {
    if (decision.kind !== 'allowed') return;
    const { session, resource, trust, key } = policies;
    write({
      kind: 'request',
      ...request,
      context: lasting(request.context),
      assumes: trust !== undefined,
      ...(session && { session: idOf(session.policy) }),
      ...(resource && { attached: idOf(resource.policy) }),
      ...(key && { key: idOf(key.policy) }),
    });
  };
}

/** What stands for an external id, in requests and in policies alike. */
export function hidden(externalId: string): string {
  return `sha256:${digest(externalId)}`;
}

/** Writes a policy before the first request that it had a say in. A text is parsed once, so most policies are known objects. */
function policiesTo(write: Write): (policy: Policy) => string {
  const known = new WeakMap<Policy, string>();
  return (policy) => {
    const before = known.get(policy);
    if (before !== undefined) return before;
    const id = digest(JSON.stringify(policy));
    known.set(policy, id);
    write({ kind: 'policy', id, policy });
    return id;
  };
}

function lasting(context: RequestContext): RequestContext {
  const { 'sts:ExternalId': externalId, ...others } = context;
  const kept = Object.fromEntries(Object.entries(others).filter(([key]) => !times.includes(key)));
  return typeof externalId === 'string' ? { ...kept, 'sts:ExternalId': hidden(externalId) } : kept;
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 24);
