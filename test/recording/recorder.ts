/**
 * Writes down every request that a sandbox of this process allowed, so that it can be decided again with other policies (test/replay). A
 * request that differs from another one in its time alone is written once. No secret is written: an external id is replaced by its digest.
 */
import { createHash } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import type { Decided } from '#sandbox/observers.ts';
import type { Policy } from '#shared/domain/iam/policy.ts';
import type { RequestContext } from '#shared/domain/iam/request-context.ts';
import type { RecordedPolicy, RecordedRequest } from './recorded.ts';

/** Keys that differ with each request. No shipped policy asks for them; if one did, nothing could be replayed, and the replay would say so. */
const times = ['aws:CurrentTime', 'aws:EpochTime', 'aws:TokenIssueTime', 'aws:MultiFactorAuthAge'];

/** Appends to a file of JSON lines: each policy once, before the first request that it had a say in. */
export function createRecorder(file: string): (decided: Decided) => void {
  const written = new Set<string>();
  const write = (line: RecordedPolicy | RecordedRequest): void => {
    const text = JSON.stringify(line);
    if (written.has(text)) return;
    written.add(text);
    appendFileSync(file, `${text}\n`);
  };
  const digestOf = digests((id, policy) => write({ kind: 'policy', id, policy }));
  return ({ request, policies, decision }) => {
    if (decision.kind !== 'allowed') return;
    const { session, resource } = policies;
    write({
      kind: 'request',
      ...request,
      context: lasting(request.context),
      assumes: policies.trust !== undefined,
      ...(session && { session: digestOf(session.policy) }),
      ...(resource && { attached: digestOf(resource.policy) }),
    });
  };
}

/** Policies are parsed once and then the same object, so most of them are already known. */
function digests(onNew: (id: string, policy: Policy) => void): (policy: Policy) => string {
  const known = new WeakMap<Policy, string>();
  return (policy) => {
    const before = known.get(policy);
    if (before !== undefined) return before;
    const id = digest(JSON.stringify(policy));
    known.set(policy, id);
    onNew(id, policy);
    return id;
  };
}

function lasting(context: RequestContext): RequestContext {
  const { 'sts:ExternalId': externalId, ...others } = context;
  const kept = Object.fromEntries(Object.entries(others).filter(([key]) => !times.includes(key)));
  return typeof externalId === 'string' ? { ...kept, 'sts:ExternalId': hidden(externalId) } : kept;
}

/** What stands for an external id, in requests and in policies alike. */
export function hidden(externalId: string): string {
  return `sha256:${digest(externalId)}`;
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 24);
