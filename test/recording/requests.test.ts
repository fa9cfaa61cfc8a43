import { describe, expect, it } from 'vitest';
import type { Decided } from '#sandbox/observers.ts';
import { allow, policy, request } from '#test/domain/iam/policy-builders.ts';
import type { Recorded } from './recorded.ts';
import { hidden, requestsTo } from './requests.ts';

/** The lines a recording gets, not yet rid of what is in it twice. */
function recorded(...decided: Decided[]): Recorded[] {
  const lines: Recorded[] = [];
  const record = requestsTo((line) => lines.push(line));
  for (const one of decided) record(one);
  return lines;
}
const allowed = (context = {}, policies: Partial<Decided['policies']> = {}): Decided => ({
  request: request({ context }),
  policies: { identity: [], ...policies },
  decision: { kind: 'allowed', by: 'a test' },
});

describe('the record of a request', () => {
  it('has all it was decided from, but what belongs to the moment', () => {
    const context = { 'aws:PrincipalOrgID': 'o-1', 'aws:CurrentTime': 'now', 'aws:TokenIssueTime': 'before' };
    expect(recorded(allowed(context))).toEqual([
      { kind: 'request', ...request({ context: { 'aws:PrincipalOrgID': 'o-1' } }), assumes: false },
    ]);
  });

  it('has the digest of an external id, which is the same for the same', () => {
    const externalId = 'bdpqx7k2bdpqx7k2';
    const [line] = recorded(allowed({ 'sts:ExternalId': externalId }, { trust: policy('trust', allow('sts:*')) }));
    expect(line).toMatchObject({ context: { 'sts:ExternalId': hidden(externalId) }, assumes: true });
    expect(JSON.stringify(line)).not.toContain(externalId);
  });

  it('names the session policy and the policy of the resource, each written before', () => {
    const session = policy('session', allow('s3:GetObject'));
    const resource = policy('bucket', allow('s3:PutObject'));
    const [first, second, third, ...others] = recorded(allowed({}, { session, resource }), allowed({}, { session }));
    expect([first, second]).toMatchObject([
      { kind: 'policy', policy: session.policy },
      { kind: 'policy', policy: resource.policy },
    ]);
    const id = (line: Recorded | undefined) => (line?.kind === 'policy' ? line.id : '');
    expect(third).toMatchObject({ kind: 'request', session: id(first), attached: id(second) });
    expect(others).toMatchObject([{ kind: 'request', session: id(first) }]);
  });

  it('is not made of what was denied', () => {
    const decision = { kind: 'denied', explicit: false, layer: 'identity', because: 'a test' } as const;
    expect(recorded({ ...allowed(), decision })).toEqual([]);
  });
});
