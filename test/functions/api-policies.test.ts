/** Policies and targets over the API: what the platform team decides, and that nobody decides it by accident. */
import { describe, expect, it } from 'vitest';
import { applyPolicy, listPolicies } from '#shared/aws/ledger/policies.ts';
import { listTargets, readTarget, recordTarget } from '#shared/aws/ledger/targets.ts';
import { readPolicySet } from '#shared/aws/policy-set.ts';
import type { Policy } from '#shared/domain/policy/policy.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import { aTarget, monday } from '#test/builders.ts';
import { aGate, aPolicy } from '#test/domain/policy/policy-builders.ts';
import { aWindow } from '#test/domain/window/window-builders.ts';
import { beforeNextWrite } from '../aws/ledger-table.ts';
import { callHandler, person } from './api-call.ts';
import { deployment } from './deployment.ts';

const { ledger, documents, item, found } = deployment();
const guard = aPolicy('guard', { changeGates: [aGate({ stateful: true }, 'deny', 'no-loss')] });
const people = aPolicy('people', { groups: { security: ['bob', 'carol'] } });
const asking = aPolicy('asking', { approval: { groups: ['security'] } });
const put = (policy: Policy, headers: Record<string, string> = {}, name = policy.metadata.name) =>
  callHandler(`PUT /v1/policies/${name}`, { body: policy, headers, userArn: person('carol') });

describe('a policy over the API', () => {
  it('is created, with its version as ETag and who applied it', async () => {
    const created = await put(guard, { 'if-none-match': '*' });
    const record = { policy: guard, version: 1, appliedBy: 'carol', appliedAt: monday };
    expect(created).toMatchObject({ status: 201, body: record, headers: { etag: '"1"' } });
    expect(await callHandler('GET /v1/policies/guard')).toMatchObject({
      status: 200,
      body: record,
      headers: { etag: '"1"' },
    });
    expect((await callHandler('GET /v1/policies')).body).toEqual({ items: [record] });
  });

  it('may have a group whose name objects have a meaning for', async () => {
    const odd = aPolicy('odd', { groups: { constructor: ['bob', 'carol'], valueof: ['bob'] } });
    expect(await put(odd)).toMatchObject({ status: 201 });
    expect((await callHandler('GET /v1/policies/odd')).body).toMatchObject({ policy: odd });
    expect(Object.keys((await listPolicies(ledger))[0]?.policy.groups ?? {})).toEqual(['constructor', 'valueof']);
  });

  it('is refused with a window that is over, unless it holds already', async () => {
    const over = aWindow({ once: { from: '2025-01-01T00:00', to: '2025-01-02T00:00' } });
    const past = aPolicy('hours', { windows: [over] });
    expect(await put(past)).toMatchObject({
      status: 400,
      body: { code: 'BODY_INVALID', errors: [{ pointer: '/windows/0/once/to' }] },
    });
    expect(await listPolicies(ledger)).toEqual([]);
    await applyPolicy(ledger, { name: 'hours', policy: past, seen: 0, by: 'carol', at: '2024-12-01T00:00:00.000Z' });
    expect(await put(past)).toMatchObject({ status: 200, body: { version: 1 } });
    expect(await put(aPolicy('hours', { windows: [over], approval: {} }))).toMatchObject({ body: { version: 2 } });
  });

  it('applied again is the same, and no new version', async () => {
    await put(guard);
    expect(await put(guard, { 'if-match': '"1"' })).toMatchObject({ status: 200, body: { version: 1 } });
    const versions = await callHandler('GET /v1/policies/guard/versions');
    expect(versions.body['items']).toHaveLength(1);
  });

  it('is changed on the version that was seen', async () => {
    await put(guard);
    const changed = aPolicy('guard', { approval: {} });
    expect(await put(changed, { 'if-match': '"1"' })).toMatchObject({
      status: 200,
      body: { version: 2 },
      headers: { etag: '"2"' },
    });
    expect(await put(guard, { 'if-match': '"1"' })).toMatchObject({
      status: 412,
      body: {
        code: 'POLICY_VERSION',
        detail: 'Policy guard was changed meanwhile: version 1 was seen, and it is 2 now.',
      },
    });
    expect((await listPolicies(ledger)).map(({ policy }) => policy)).toEqual([changed]);
  });

  it.each<[string, Record<string, string>]>([
    ['exists, although it should be new', { 'if-none-match': '*' }],
    ['has another version', { 'if-match': '"4"' }],
  ])('that %s is not touched', async (_name, headers) => {
    await put(guard);
    expect(await put(aPolicy('guard'), headers)).toMatchObject({ status: 412, body: { code: 'POLICY_VERSION' } });
    expect((await listPolicies(ledger))[0]?.policy).toEqual(guard);
  });

  it('that is not there has no version to match', async () => {
    expect(await put(guard, { 'if-match': '"1"' })).toMatchObject({
      status: 412,
      body: { detail: 'Policy guard was changed meanwhile: version 1 was seen, and it is none now.' },
    });
  });

  it('without a precondition still loses to whoever was faster', async () => {
    await put(guard);
    beforeNextWrite(() => put(aPolicy('guard', { approval: {} })));
    expect(await put(aPolicy('guard', { recovery: {} }))).toMatchObject({
      status: 412,
      body: { code: 'POLICY_VERSION' },
    });
  });

  it.each<[string, object, RegExp, string?]>([
    ['of another name than its path', aPolicy('other'), /metadata\/name is other, but the path says guard/],
    ['with an unknown field', { ...guard, requireApproval: true }, /requireApproval/, 'FIELD_UNKNOWN'],
    ['of another kind', { ...guard, kind: 'Target' }, /\/kind/],
    [
      'with a gate about everything',
      { ...guard, changeGates: [aGate({})] },
      /\/changeGates\/0\/when The field when is not valid/,
    ],
    [
      'with two gates of one name',
      { ...guard, changeGates: [aGate({ stateful: true }), aGate({ types: ['*'] })] },
      /two change gates gate/,
    ],
  ])('%s is refused', async (_name, policy, detail, code = 'BODY_INVALID') => {
    const refused = await put(policy as Policy, {}, 'guard');
    expect(refused).toMatchObject({ status: 400, body: { code } });
    expect(refused.body['detail']).toMatch(detail);
    expect(await listPolicies(ledger)).toEqual([]);
  });

  it('under a precondition that is not understood is refused', async () => {
    expect(await put(guard, { 'if-match': 'W/"1"' })).toMatchObject({ status: 400, body: { code: 'BODY_INVALID' } });
  });

  it('that asks a group nobody defines is refused, and one that redefines a group too', async () => {
    expect(await put(asking)).toMatchObject({
      status: 409,
      body: {
        code: 'POLICY_CONFLICT',
        detail: 'Policy asking was not applied: it names the group security, which no policy defines.',
      },
    });
    await put(people);
    expect(await put(asking)).toMatchObject({ status: 201 });
    expect(await put(aPolicy('more', { groups: { security: ['eve'] } }))).toMatchObject({
      status: 409,
      body: { detail: 'Policy more was not applied: policy people defines its group security with other members.' },
    });
    expect(await put(aPolicy('people'))).toMatchObject({ status: 409, body: { code: 'POLICY_CONFLICT' } });
  });

  it('is removed, unless others need its groups; its versions stay', async () => {
    await put(people);
    await put(asking);
    expect(await callHandler('DELETE /v1/policies/people')).toMatchObject({
      status: 409,
      body: { code: 'POLICY_CONFLICT' },
    });
    const stale = await callHandler('DELETE /v1/policies/asking', { headers: { 'if-match': '"3"' } });
    expect(stale).toMatchObject({ status: 412, body: { code: 'POLICY_VERSION' } });
    const removed = await callHandler('DELETE /v1/policies/asking', { headers: { 'if-match': '"1"' } });
    expect(removed).toMatchObject({ status: 200, body: { removed: { policy: asking, version: 1 }, version: 2 } });
    expect(await callHandler('GET /v1/policies/asking')).toMatchObject({
      status: 404,
      body: { code: 'POLICY_UNKNOWN' },
    });
    expect(await callHandler('DELETE /v1/policies/asking')).toMatchObject({ status: 404 });
    expect((await callHandler('GET /v1/policies/asking/versions')).body['items']).toHaveLength(2);
    expect(await callHandler('DELETE /v1/policies/people')).toMatchObject({ status: 200 });
  });
});

describe('the set of all policies', () => {
  it('is a document under its digest, which says later what held', async () => {
    const none = await readPolicySet(ledger, documents);
    await put(guard);
    const one = await readPolicySet(ledger, documents);
    expect(one.policies).toEqual([guard]);
    expect(one.digest).not.toBe(none.digest);
    await put(aPolicy('guard'));
    expect((await readPolicySet(ledger, documents)).digest).not.toBe(one.digest);
    const later = await callHandler(`GET /v1/policy-sets/${one.digest}`);
    const set = { schemaVersion: 1, policies: [{ version: 1, policy: guard }] };
    expect(later).toMatchObject({ status: 200, body: { digest: one.digest, set } });
    expect(await readPolicySet(ledger, documents)).toEqual(await readPolicySet(ledger, documents));
  });

  it('that never was is unknown', async () => {
    expect(await callHandler(`GET /v1/policy-sets/${digestOf('x')}`)).toMatchObject({
      status: 404,
      body: { code: 'POLICY_UNKNOWN' },
    });
  });
});

describe('a target over the API', () => {
  const document = (change: object = {}) => ({
    ...{ apiVersion: 'drawbridge/v1', kind: 'Target', account: '333333333333', region: 'eu-west-1' },
    metadata: { name: 'production', labels: { environment: 'production', canary: 'yes' } },
    ...change,
  });
  const named = (name: string, change: object = {}) =>
    document({ metadata: { name, labels: { environment: 'production' } }, ...change });
  const apply = (body: object, name = 'production') =>
    callHandler(`PUT /v1/targets/${name}`, { body, userArn: person('carol') });

  it('gets other labels and another session lifetime; its ExternalId stays and is not shown', async () => {
    const applied = await apply(document({ sessionSeconds: 1800 }));
    const shown = {
      ...{ name: 'production', account: '333333333333', region: 'eu-west-1', sessionSeconds: 1800 },
      ...{ labels: { environment: 'production', canary: 'yes' }, appliedBy: 'carol', appliedAt: monday },
    };
    expect(applied).toMatchObject({ status: 200 });
    expect(applied.body).toEqual(shown);
    expect(await readTarget(ledger, 'production')).toEqual({ ...shown, externalId: 'external-id-of-production' });
    const { sessionSeconds: _, ...without } = shown;
    expect((await apply(document())).body).toEqual(without);
    expect(found.log.text()).not.toMatch(/external-id-of/);
  });

  it('may have a label whose name objects have a meaning for', async () => {
    const labels = { constructor: 'x', environment: 'production' };
    expect(await apply(document({ metadata: { name: 'production', labels } }))).toMatchObject({
      status: 200,
      body: { labels },
    });
    expect(await readTarget(ledger, 'production')).toMatchObject({ labels });
  });

  it('leaves on record who applied what, without the ExternalId', async () => {
    await apply(document());
    const record = await item('TARGET#production', `APPLIED#${monday}#carol`);
    expect(record).toMatchObject({ name: 'production', labels: { canary: 'yes' }, appliedBy: 'carol' });
    expect(JSON.stringify(record)).not.toMatch(/external/i);
  });

  it('as it is changes nothing', async () => {
    const before = await listTargets(ledger);
    expect(await apply(named('production'))).toMatchObject({ status: 200 });
    expect(await listTargets(ledger)).toEqual(before);
  });

  it('in another region of an account that was onboarded gets the ExternalId of that account', async () => {
    const created = await apply(named('frankfurt', { region: 'eu-central-1' }), 'frankfurt');
    expect(created).toMatchObject({ status: 201, body: { name: 'frankfurt', region: 'eu-central-1' } });
    expect(created.body).not.toHaveProperty('externalId');
    expect(await readTarget(ledger, 'frankfurt')).toMatchObject({
      externalId: 'external-id-of-production',
      appliedBy: 'carol',
    });
  });

  it.each<[string, object, string, number, string]>([
    ['in an account nobody onboarded', named('new', { account: '444444444444' }), 'new', 422, 'ACCOUNT_NOT_ONBOARDED'],
    ['in another place than before', document({ region: 'eu-west-2' }), 'production', 409, 'TARGET_MOVED'],
    ['in the place of another', named('second'), 'second', 400, 'TARGET_SHARED'],
    ['of another name than its path', named('second'), 'third', 400, 'BODY_INVALID'],
    ['with an ExternalId', document({ externalId: 'chosen-by-me' }), 'production', 400, 'FIELD_NOT_ALLOWED'],
    ['in no region', document({ region: 'eu-east-9' }), 'production', 400, 'BODY_INVALID'],
  ])('%s is refused', async (_name, body, name, status, code) => {
    const before = await listTargets(ledger);
    expect(await apply(body, name)).toMatchObject({ status, body: { code } });
    expect(await listTargets(ledger)).toEqual(before);
  });

  it('says how to go on where the account is not known', async () => {
    const { body } = await apply(named('new', { account: '444444444444' }), 'new');
    expect(body['next']).toMatch(/docs\/how-to\/onboard-an-account\.md/);
  });

  it('that somebody else moved or added meanwhile is left as it is', async () => {
    beforeNextWrite(() => recordTarget(ledger, aTarget({ account: '555555555555' })));
    expect(await apply(document())).toMatchObject({ status: 409, body: { code: 'TARGET_CHANGED' } });
    expect(await readTarget(ledger, 'production')).toMatchObject({ account: '555555555555' });
    await recordTarget(ledger, aTarget());
    beforeNextWrite(() => recordTarget(ledger, aTarget({ name: 'frankfurt', region: 'eu-central-1' })));
    const late = await apply(named('frankfurt', { region: 'eu-central-1' }), 'frankfurt');
    expect(late).toMatchObject({ status: 409, body: { code: 'TARGET_CHANGED' } });
    expect(await item('TARGET#frankfurt', `APPLIED#${monday}#carol`)).toBeUndefined();
  });
});
