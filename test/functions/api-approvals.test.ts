import { SendTaskSuccessCommand } from '@aws-sdk/client-sfn';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  askForApproval,
  listApprovalDecisions,
  readApprovalRequest,
  waitForApproval,
} from '#shared/aws/ledger/approvals.ts';
import { applyPolicy } from '#shared/aws/ledger/policies.ts';
import { recordPromotion } from '#shared/aws/ledger/promotions.ts';
import { after as seconds } from '#shared/domain/promotion/lease.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import { aPromotion, monday, otherPromotionId, promotionId } from '#test/builders.ts';
import { stepFunctions } from '../aws/fake-aws.ts';
import { aPolicy } from '../domain/policy/policy-builders.ts';
import { callHandler as ask, person } from './api-call.ts';
import { deployment } from './deployment.ts';

const { ledger, found } = deployment();
const digest = digestOf('plan');
const about = { promotion: promotionId, environment: 'production', digest };
const route = `/v1/promotions/${promotionId}/approvals`;
const wish = { environment: 'production', decision: 'approve', digest, reason: 'reviewed' };
const as = (name: string, body: object = {}) =>
  ask(`POST ${route}`, { userArn: person(name), body: { ...wish, ...body } });
const token = 'CANARY-TASK-TOKEN';

beforeEach(async () => {
  await recordPromotion(ledger, aPromotion({ requestedBy: 'alice' }));
  const groups = { managers: ['alice', 'bob', 'carol'] };
  const policy = aPolicy('x', { groups });
  await applyPolicy(ledger, { name: 'x', policy, seen: 0, by: 'root', at: monday });
  const requirement = { groups: ['managers'], because: ['policy x asks'] };
  const asked = { ...about, pipeline: 'orders', requirement, seconds: 3600, at: monday, policies: [policy] };
  await askForApproval(ledger, asked);
  await waitForApproval(ledger, about, token);
  stepFunctions.on(SendTaskSuccessCommand).resolves({});
});

describe('deciding on a plan', () => {
  it('is recorded under the name of who is authenticated, and lets the promotion go on', async () => {
    expect(await as('bob')).toMatchObject({ status: 201, body: { ...about, status: 'approved' } });
    expect(await listApprovalDecisions(ledger, about)).toEqual([
      { ...about, actor: 'bob', decision: 'approve', reason: 'reviewed', at: monday },
    ]);
    expect(stepFunctions).toHaveReceivedCommandExactlyOnceWith(SendTaskSuccessCommand, {
      taskToken: token,
      output: '{"kind":"approved"}',
    });
  });

  it('sent again is answered the same, as what it is', async () => {
    const first = await as('bob');
    expect(await as('bob')).toEqual({ ...first, status: 200, headers: expect.anything() });
    expect(await listApprovalDecisions(ledger, about)).toHaveLength(1);
  });

  it('may be a no, which ends the promotion', async () => {
    expect(await as('bob', { decision: 'reject', reason: 'too late' })).toMatchObject({
      status: 201,
      body: { status: 'rejected' },
    });
    const { output } = stepFunctions.commandCalls(SendTaskSuccessCommand)[0]!.args[0].input;
    expect(JSON.parse(`${output}`)).toEqual({
      kind: 'rejected',
      code: 'APPROVAL_REJECTED',
      reason: 'bob rejected the plan for production: too late.',
    });
  });

  it.each<[string, string, object, number, string]>([
    ['B-20 who asked for the promotion', 'alice', {}, 403, 'SELF_APPROVAL'],
    ['somebody of no group', 'mallory', {}, 403, 'NOT_AN_APPROVER'],
    ['B-21 somebody who saw another plan', 'bob', { digest: digestOf('old') }, 409, 'DIGEST_CHANGED'],
    ['B-22 somebody without a reason', 'bob', { reason: ' ' }, 400, 'APPROVAL_REASON'],
    ['B-22 somebody with a reason of 10 KB', 'bob', { reason: 'x'.repeat(10_240) }, 400, 'APPROVAL_REASON'],
    ['B-22 somebody with a bell in their reason', 'bob', { reason: 'ok\u0007' }, 400, 'APPROVAL_REASON'],
    ['B-22 somebody with a second line in it', 'bob', { reason: 'ok\nrejected by carol' }, 400, 'APPROVAL_REASON'],
    ['somebody who says who they are', 'mallory', { actor: 'bob' }, 400, 'FIELD_NOT_ALLOWED'],
    [
      'somebody who means an environment that waits for nothing',
      'bob',
      { environment: 'pre-production' },
      404,
      'APPROVAL_UNKNOWN',
    ],
  ])('by %s is refused: %s %j', async (_, name, body, status, code) => {
    expect(await as(name, body)).toMatchObject({ status, body: { code } });
    expect(await listApprovalDecisions(ledger, about)).toEqual([]);
    expect((await readApprovalRequest(ledger, about))?.status).toBe('open');
    expect(stepFunctions.calls()).toEqual([]);
  });

  it('B-21 on another plan is refused with both digests', async () => {
    const { body } = await as('bob', { digest: digestOf('old') });
    expect(body['detail']).toContain(digestOf('old'));
    expect(body['detail']).toContain(about.digest);
  });

  it('B-22 on a plan that is decided is refused: who decided what, and when', async () => {
    await as('bob');
    expect(await as('carol', { decision: 'reject' })).toMatchObject({
      status: 409,
      body: { code: 'ALREADY_DECIDED', detail: `bob decided already: approve, at ${monday}.` },
    });
  });

  it('of a promotion that nobody knows is refused', async () => {
    expect(await ask(`POST /v1/promotions/${otherPromotionId}/approvals`, { body: wish })).toMatchObject({
      status: 404,
      body: { code: 'PROMOTION_UNKNOWN' },
    });
  });
});

describe('what a promotion waits for', () => {
  it('is listed with the decisions on it, oldest first', async () => {
    await as('bob');
    expect((await ask(`GET ${route}`)).body).toEqual({
      items: [
        {
          ...about,
          pipeline: 'orders',
          requirement: { groups: ['managers'], because: ['policy x asks'] },
          requestedBy: 'alice',
          requestedAt: monday,
          expiresAt: seconds(monday, 3600),
          status: 'approved',
        },
      ],
      decisions: [{ ...about, actor: 'bob', decision: 'approve', reason: 'reviewed', at: monday }],
    });
  });

  it('is shown with the promotion', async () => {
    await as('bob');
    expect(await ask(`GET /v1/promotions/${promotionId}`)).toMatchObject({
      body: { approvals: [{ digest, status: 'approved' }], decisions: [{ actor: 'bob' }] },
    });
  });

  it('is nothing of a promotion that nobody knows', async () => {
    expect(await ask(`GET /v1/promotions/${otherPromotionId}/approvals`)).toMatchObject({ status: 404 });
  });

  it('never has the task token in it, and neither has the log', async () => {
    const answers = [await as('bob'), await ask(`GET ${route}`), await ask(`GET /v1/promotions/${promotionId}`)];
    expect(JSON.stringify([answers, found.log.lines()])).not.toContain('CANARY');
  });
});
