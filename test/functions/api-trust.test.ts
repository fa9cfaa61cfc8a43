/** Evidence, sessions for people, targets and diagnoses over the API. */
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { describe, expect, it } from 'vitest';
import { recordAudit } from '#shared/aws/ledger/audits.ts';
import { recordBrokered } from '#shared/aws/ledger/brokered-sessions.ts';
import { recordDeployment } from '#shared/aws/ledger/deployments.ts';
import { recordPlannedTarget } from '#shared/aws/ledger/plans.ts';
import { recordPromotion, recordRollout } from '#shared/aws/ledger/promotions.ts';
import type { BrokeredSession } from '#shared/domain/broker/person-session.ts';
import { problem } from '#shared/domain/errors/catalogue.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import { aDeployment, aPromotion, aRollout, monday, otherPromotionId, promotionId } from '#test/builders.ts';
import { anAudit } from '#test/domain/audit/audit-builders.ts';
import { lambda } from '../aws/fake-aws.ts';
import { callHandler } from './api-call.ts';
import { deployment } from './deployment.ts';

const { ledger, found } = deployment();
const answers = (answer: unknown) =>
  lambda.on(InvokeCommand).resolves({ Payload: { transformToString: () => JSON.stringify(answer) } as never });
const invoked = () =>
  lambda
    .commandCalls(InvokeCommand)
    .map(({ args: [{ input }] }) => [input.FunctionName, JSON.parse(String(input.Payload)) as unknown]);

describe('the evidence of a promotion', () => {
  it('is put together from the ledger', async () => {
    await recordPromotion(ledger, aPromotion());
    await recordRollout(ledger, aRollout({ planDigest: digestOf('plan') }));
    await recordDeployment(ledger, aDeployment());
    await recordAudit(ledger, anAudit());
    const where = { promotion: promotionId, environment: 'production', target: 'production' };
    await recordPlannedTarget(ledger, { ...where, digest: digestOf('plan'), preparedAt: monday, stacks: [] });
    const { status, body } = await callHandler(`GET /v1/promotions/${promotionId}/evidence`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      schemaVersion: 1,
      promotion: promotionId,
      environments: [
        { name: 'pre-production', outcome: 'not-reached' },
        {
          name: 'production',
          planDigest: digestOf('plan'),
          targets: [
            {
              deployments: [{ stack: 'api' }],
              sessions: [{ role: 'drawbridge-audit' }, { role: 'drawbridge-preview' }, { role: 'drawbridge-deploy' }],
              audits: { before: { clean: true }, after: null },
            },
          ],
        },
      ],
    });
  });

  it('is not there for a promotion that never was', async () => {
    expect(await callHandler(`GET /v1/promotions/${otherPromotionId}/evidence`)).toMatchObject({
      status: 404,
      body: { code: 'PROMOTION_UNKNOWN' },
    });
  });
});

describe('a session for a person', () => {
  const session: BrokeredSession = {
    ...{ target: 'production', account: '333333333333', region: 'eu-west-1', actor: 'alice', at: monday },
    ...{ request: 'r-1', reason: 'INC-7', use: 'exec', role: 'drawbridge-audit', sessionName: 'usr-alice' },
    ...{ sourceIdentity: 'usr-alice', expiresAt: monday },
  };
  const credentials = { accessKeyId: 'ASIA1', secretAccessKey: 'CANARY', sessionToken: 'CANARY', expiresAt: monday };
  const body = { target: 'production', reason: 'INC-7', use: 'exec' };

  it('is asked of the broker in the name API Gateway gives, and its answer is cached nowhere and logged nowhere', async () => {
    answers({ kind: 'opened', session, credentials });
    const answer = await callHandler('POST /v1/sessions', { body });
    expect(answer).toMatchObject({
      status: 201,
      body: { session, credentials },
      headers: { 'cache-control': 'no-store' },
    });
    expect(invoked()).toEqual([
      [
        'drawbridge-broker',
        { kind: 'session', wish: { ...body, seconds: 900 }, actor: 'alice', at: monday, request: 'r-1' },
      ],
    ]);
    expect(found.log.text()).not.toMatch(/CANARY|ASIA/);
  });

  it('of a machine is asked in the name of its role', async () => {
    answers({ kind: 'opened', session, credentials });
    await callHandler('POST /v1/sessions', { body, userArn: 'arn:aws:sts::111111111111:assumed-role/ci/alice' });
    expect(invoked()).toMatchObject([['drawbridge-broker', { actor: 'arn:aws:iam::111111111111:role/ci' }]]);
  });

  it('that the broker refuses is answered with its problem', async () => {
    answers({ kind: 'refused', problem: problem('TARGET_UNKNOWN', { target: 'production' }) });
    expect(await callHandler('POST /v1/sessions', { body })).toMatchObject({
      status: 404,
      body: { code: 'TARGET_UNKNOWN' },
    });
  });

  it.each<[string, object, string]>([
    ['without a reason', { ...body, reason: '' }, 'BODY_INVALID'],
    ['with a reason of two lines', { ...body, reason: 'a\nb' }, 'BODY_INVALID'],
    ['with a long reason', { ...body, reason: 'x'.repeat(257) }, 'BODY_INVALID'],
    ['for another role', { ...body, role: 'deploy' }, 'FIELD_NOT_ALLOWED'],
    ['in another name', { ...body, actor: 'bob' }, 'FIELD_NOT_ALLOWED'],
    ['for two hours', { ...body, seconds: 7200 }, 'BODY_INVALID'],
  ])('%s is refused before the broker is asked', async (_, wrong, code) => {
    expect(await callHandler('POST /v1/sessions', { body: wrong })).toMatchObject({
      status: 400,
      body: { code },
    });
    expect(lambda.calls()).toEqual([]);
  });

  it('is listed with who, why and until when', async () => {
    await recordBrokered(ledger, session);
    const listed = await callHandler('GET /v1/sessions', { query: 'target=production' });
    expect(listed).toMatchObject({ status: 200, body: { items: [session] } });
    expect((await callHandler('GET /v1/sessions')).body).toEqual({ items: [] });
  });
});

describe('targets and their diagnoses', () => {
  it('lists the targets without their ExternalIds', async () => {
    const { body } = await callHandler('GET /v1/targets');
    expect(body['items']).toEqual([
      expect.objectContaining({ name: 'pre-production', account: '222222222222', region: 'eu-west-1' }),
      expect.objectContaining({ name: 'production', account: '333333333333' }),
    ]);
    expect(JSON.stringify(body)).not.toMatch(/external/i);
  });

  it('asks the doctor in the name of the person', async () => {
    const diagnosis = { target: 'production', account: '333333333333', region: 'eu-west-1', at: monday, checks: [] };
    answers({ kind: 'diagnosed', diagnosis });
    const answer = await callHandler('POST /v1/diagnoses', { body: { target: 'production' } });
    expect(answer).toMatchObject({ status: 200, body: diagnosis });
    expect(invoked()).toEqual([
      ['drawbridge-doctor', { look: 'diagnosis', target: 'production', actor: 'alice', at: monday }],
    ]);
  });

  it('answers what the doctor refuses, and takes nothing but a target', async () => {
    answers({ kind: 'refused', problem: problem('TARGET_UNKNOWN', { target: 'x' }) });
    expect(await callHandler('POST /v1/diagnoses', { body: { target: 'x' } })).toMatchObject({ status: 404 });
    expect(await callHandler('POST /v1/diagnoses', { body: { target: 'x', account: '1' } })).toMatchObject({
      status: 400,
    });
  });
});

describe('the trust of a target', () => {
  const judged = { target: 'production', account: '333333333333', region: 'eu-west-1', at: monday };
  const trust = { ...judged, orchestrator: 'arn:o', roles: [{ name: 'drawbridge-audit', findings: [] }] };

  it('is read by the doctor, in the name of the person', async () => {
    answers({ kind: 'judged', trust });
    expect(await callHandler('GET /v1/targets/production/trust')).toMatchObject({ status: 200, body: trust });
    expect(invoked()).toEqual([
      ['drawbridge-doctor', { look: 'trust', target: 'production', actor: 'alice', at: monday }],
    ]);
  });

  it('that cannot be read is answered with the reason', async () => {
    const facts = { role: 'arn:role', caller: 'arn:caller' };
    answers({ kind: 'refused', problem: problem('ASSUME_ROLE_DENIED', facts) });
    expect(await callHandler('GET /v1/targets/production/trust')).toMatchObject({
      status: 502,
      body: { code: 'ASSUME_ROLE_DENIED' },
    });
  });

  it('of what cannot be a target is asked of nobody', async () => {
    for (const route of ['GET /v1/targets/Prod%20/trust', 'POST /v1/targets/Prod%20/decoded-messages']) {
      expect(await callHandler(route, route.startsWith('POST') ? { body: { text: 'x' } } : {})).toMatchObject({
        status: 404,
        body: { code: 'TARGET_UNKNOWN' },
      });
    }
    expect(lambda.calls()).toEqual([]);
  });
});

describe('what an encoded denial says', () => {
  const route = 'POST /v1/targets/production/decoded-messages';
  const denial = { explicit: true, principal: 'arn:p', action: 'ec2:CreateVpc', resource: '*', statements: [] };
  const messages = [{ where: 'Vpc', kind: 'denial', denial: { ...denial, conditions: { canary: ['CANARY'] } } }];
  const decoded = { target: 'production', account: '333333333333', region: 'eu-west-1', messages };

  it('is asked of the broker in the name of the person, and its answer is cached nowhere and logged nowhere', async () => {
    answers({ kind: 'decoded', decoded });
    const answer = await callHandler(route, { body: { promotion: promotionId } });
    expect(answer).toMatchObject({ status: 200, body: decoded, headers: { 'cache-control': 'no-store' } });
    expect(invoked()).toEqual([
      [
        'drawbridge-broker',
        {
          ...{ kind: 'decoding', target: 'production', message: { promotion: promotionId } },
          ...{ actor: 'alice', at: monday, request: 'r-1' },
        },
      ],
    ]);
    expect(found.log.text()).not.toContain('CANARY');
  });

  it.each<[string, object, string?]>([
    ['nothing', {}],
    ['a promotion and a text', { promotion: promotionId, text: 'x' }],
    ['no promotion', { promotion: 'prm-1' }],
    ['an empty text', { text: '' }],
    ['too long a text', { text: 'x'.repeat(20_001) }],
    ['another role', { text: 'x', role: 'deploy' }, 'FIELD_NOT_ALLOWED'],
  ])('%s is refused before the broker is asked', async (_, body, code = 'BODY_INVALID') => {
    expect(await callHandler(route, { body })).toMatchObject({ status: 400, body: { code } });
    expect(lambda.calls()).toEqual([]);
  });
});
