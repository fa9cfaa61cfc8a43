import { SendTaskSuccessCommand } from '@aws-sdk/client-sfn';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Decided, decide } from '#shared/aws/approve.ts';
import {
  askForApproval,
  closeApprovalRequest,
  endApprovalRequests,
  listApprovalDecisions,
  readApprovalRequest,
  recordApprovalDecision,
  waitForApproval,
} from '#shared/aws/ledger/approvals.ts';
import { applyPolicy } from '#shared/aws/ledger/policies.ts';
import { recordEnd, recordPromotion } from '#shared/aws/ledger/promotions.ts';
import { after as seconds } from '#shared/domain/promotion/lease.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import { aPromotion, monday, otherPromotionId, promotionId } from '#test/builders.ts';
import { aPolicy } from '../domain/policy/policy-builders.ts';
import { awsError, fakeAws, stepFunctions } from './fake-aws.ts';
import { beforeNextWrite, ledgerTable } from './ledger-table.ts';

fakeAws();
const { ledger } = ledgerTable();
const digest = digestOf('plan');
const about = { promotion: promotionId, environment: 'production', digest };
const token = 'TASK-TOKEN';
const groups = { managers: ['bob', 'carol', 'alice'], security: ['sam', 'carol'] };
const at = seconds(monday, 60);
const wish = (actor: string, change: Partial<Decided> = {}): Decided => ({
  ...about,
  actor,
  decision: 'approve',
  reason: 'reviewed',
  at,
  ...change,
});
const approve = (actor: string, change: Partial<Decided> = {}) => decide(ledger, wish(actor, change));
const reject = (actor: string, change: Partial<Decided> = {}) =>
  decide(ledger, wish(actor, { decision: 'reject', reason: 'too late', ...change }));
/** Alice asked for the promotion; one of each of these groups has to approve, or anybody else. */
const asked = async (...needed: string[]) =>
  askForApproval(ledger, {
    ...about,
    pipeline: 'orders',
    requirement: { groups: needed, because: ['a policy asks'] },
    seconds: 3600,
    at: monday,
    policies: [aPolicy('four-eyes', { groups })],
  });
const answers = () =>
  stepFunctions
    .commandCalls(SendTaskSuccessCommand)
    .map(({ args: [{ input }] }) => [input.taskToken, JSON.parse(`${input.output}`)]);
const status = async () => (await readApprovalRequest(ledger, about))?.status;
const decided = async () =>
  (await listApprovalDecisions(ledger, about)).map(({ actor, decision }) => [actor, decision]);

beforeEach(async () => {
  await recordPromotion(ledger, aPromotion({ requestedBy: 'alice' }));
  await applyPolicy(ledger, { name: 'four-eyes', policy: aPolicy('four-eyes', { groups }), seen: 0, by: 'root', at });
  stepFunctions.on(SendTaskSuccessCommand).resolves({});
});

describe('an approval', () => {
  beforeEach(async () => {
    await asked('managers');
    await waitForApproval(ledger, about, token);
  });

  it('of whoever may is recorded, and lets the promotion go on', async () => {
    const { request, repeated } = await approve('bob', { reason: ' reviewed with the team ' });
    expect(request).toMatchObject({ ...about, status: 'approved' });
    expect(repeated).toBe(false);
    expect(await listApprovalDecisions(ledger, about)).toEqual([
      { ...about, actor: 'bob', decision: 'approve', reason: 'reviewed with the team', at },
    ]);
    expect(answers()).toEqual([[token, { kind: 'approved' }]]);
  });

  it('never shows the task token', async () => {
    expect(JSON.stringify(await approve('bob'))).not.toContain(token);
  });

  it('sent again is the same one, and tells the waiting step again, whose answer may have got lost', async () => {
    stepFunctions
      .on(SendTaskSuccessCommand)
      .rejectsOnce(awsError('InternalFailure', 'x', 500))
      .resolves({});
    await expect(approve('bob')).rejects.toMatchObject({ name: 'AWS_UNREACHABLE' });
    expect(await status()).toBe('approved');
    expect(await approve('bob', { reason: 'again' })).toMatchObject({
      repeated: true,
      request: { status: 'approved' },
    });
    expect(answers()).toEqual([
      [token, { kind: 'approved' }],
      [token, { kind: 'approved' }],
    ]);
    expect(await listApprovalDecisions(ledger, about)).toMatchObject([{ reason: 'reviewed' }]);
  });

  it('sent again finishes what a crash left between the decision and its effect', async () => {
    await recordApprovalDecision(ledger, { ...about, actor: 'bob', decision: 'approve', reason: 'reviewed', at });
    expect(await status()).toBe('open');
    expect(await approve('bob')).toMatchObject({ repeated: true, request: { status: 'approved' } });
    expect(answers()).toHaveLength(1);
  });

  it('is harmless when the step is gone', async () => {
    stepFunctions.on(SendTaskSuccessCommand).rejects(awsError('TaskTimedOut'));
    expect(await approve('bob')).toMatchObject({ request: { status: 'approved' } });
  });

  it.each<[string, () => Promise<unknown>, string, string]>([
    ['who asked for the promotion', () => approve('alice'), 'SELF_APPROVAL', 'alice'],
    ['somebody of no group that is needed', () => approve('sam'), 'NOT_AN_APPROVER', 'managers'],
    ['somebody who saw another plan', () => approve('bob', { digest: digestOf('old') }), 'DIGEST_CHANGED', digest],
    [
      'somebody who takes the release for the plan',
      () => approve('bob', { digest: aPromotion().release }),
      'DIGEST_OF_RELEASE',
      digest,
    ],
    ['somebody who is late', () => approve('bob', { at: seconds(monday, 3601) }), 'APPROVAL_EXPIRED', 'managers'],
    ['somebody who gives no reason', () => approve('bob', { reason: ' ' }), 'APPROVAL_REASON', 'missing'],
    [
      'somebody who means another promotion',
      () => approve('bob', { promotion: otherPromotionId }),
      'PROMOTION_UNKNOWN',
      otherPromotionId,
    ],
    [
      'somebody who means an environment in which nothing was asked',
      () => approve('bob', { environment: 'pre-production' }),
      'APPROVAL_UNKNOWN',
      'pre-production',
    ],
  ])('of %s is refused, and nothing is recorded', async (_, run, code, said) => {
    await expect(run()).rejects.toMatchObject({ name: code, message: expect.stringContaining(said) });
    expect([await status(), await decided(), answers()]).toEqual(['open', [], []]);
  });

  it.each<[string, number, string, string]>([
    ['before anybody answered', 60, 'APPROVAL_OVER', 'has ended (failed)'],
    ['because nobody answered in time', 3600, 'APPROVAL_EXPIRED', 'managers'],
  ])('of a promotion that ended %s is refused, and nothing is recorded', async (_, passed, code, said) => {
    await endApprovalRequests(ledger, { ...about, at: seconds(monday, passed) });
    await recordEnd(ledger, aPromotion({ requestedBy: 'alice' }), { status: 'failed', at: seconds(monday, passed) });
    const late = approve('bob', { at: seconds(monday, passed) });
    await expect(late).rejects.toMatchObject({ name: code, message: expect.stringContaining(said) });
    expect([await decided(), answers()]).toEqual([[], []]);
  });

  it('in the last second is in time', async () => {
    expect(await approve('bob', { at: seconds(monday, 3600) })).toMatchObject({ request: { status: 'approved' } });
  });

  it('of a plan that is void is refused: the decision was about another one', async () => {
    const newer = digestOf('newer');
    await askForApproval(ledger, {
      ...about,
      digest: newer,
      pipeline: 'orders',
      policies: [aPolicy('four-eyes', { groups })],
      requirement: { groups: ['managers'], because: [] },
      seconds: 3600,
      at: seconds(monday, 30),
    });
    await expect(approve('bob')).rejects.toMatchObject({
      name: 'DIGEST_CHANGED',
      message: expect.stringContaining(`the plan is now ${newer}`),
    });
    expect(await decided()).toEqual([]);
  });
});

describe('an approval that needs several groups', () => {
  beforeEach(async () => {
    await asked('managers', 'security');
    await waitForApproval(ledger, about, token);
  });

  it('is complete once each has approved, by whomever', async () => {
    expect(await approve('bob')).toMatchObject({ request: { status: 'open' } });
    expect(answers()).toEqual([]);
    expect(await approve('sam')).toMatchObject({ request: { status: 'approved' } });
    expect(answers()).toEqual([[token, { kind: 'approved' }]]);
  });

  it('is complete at once when one person belongs to all of them', async () => {
    expect(await approve('carol')).toMatchObject({ request: { status: 'approved' } });
  });

  it.each<[string, () => Promise<unknown>]>([
    ['rejects after approving', () => reject('bob')],
    [
      'approves again with another plan in mind, which is no longer asked',
      () => approve('bob', { digest: digestOf('x') }),
    ],
  ])('is final for each person: %s', async (_, run) => {
    await approve('bob');
    await expect(run()).rejects.toMatchObject({ name: expect.stringMatching(/^(ALREADY_DECIDED|DIGEST_CHANGED)$/) });
    expect(await decided()).toEqual([['bob', 'approve']]);
    expect(await status()).toBe('open');
  });

  it('names who decided, and how, to whoever comes a second time', async () => {
    await approve('bob');
    await expect(reject('bob')).rejects.toMatchObject({
      message: expect.stringContaining('bob decided already: approve'),
    });
  });
});

describe('an approval of anybody else', () => {
  it('may be given by anybody but who asked', async () => {
    await asked();
    await expect(approve('alice')).rejects.toMatchObject({ name: 'SELF_APPROVAL' });
    expect(await approve('zoe')).toMatchObject({ request: { status: 'approved' } });
  });
});

describe('a rejection', () => {
  beforeEach(async () => {
    await asked('managers', 'security');
    await waitForApproval(ledger, about, token);
  });

  it('by one person ends it, with their reason', async () => {
    await approve('bob');
    expect(await reject('sam')).toMatchObject({ request: { status: 'rejected' }, repeated: false });
    expect(answers()).toEqual([
      [
        token,
        { kind: 'rejected', code: 'APPROVAL_REJECTED', reason: 'sam rejected the plan for production: too late.' },
      ],
    ]);
  });

  it('leaves nothing to approve', async () => {
    await approve('bob');
    await reject('sam');
    await expect(approve('carol')).rejects.toMatchObject({
      name: 'ALREADY_DECIDED',
      message: expect.stringContaining('sam decided already: reject'),
    });
    expect(await decided()).toEqual([
      ['bob', 'approve'],
      ['sam', 'reject'],
    ]);
  });

  it('sent again is the same one', async () => {
    await reject('sam');
    expect(await reject('sam')).toMatchObject({ request: { status: 'rejected' }, repeated: true });
  });
});

describe('two people who decide at once', () => {
  beforeEach(async () => {
    await asked('managers');
    await waitForApproval(ledger, about, token);
  });

  it('the rejection that comes first ends it, and who approved is told by whom', async () => {
    beforeNextWrite(() => reject('carol', { at: seconds(monday, 90) }));
    await expect(approve('bob')).rejects.toMatchObject({
      name: 'ALREADY_DECIDED',
      message: expect.stringContaining('carol decided already: reject'),
    });
    expect(await status()).toBe('rejected');
    expect(answers().map(([, answer]) => answer.kind)).not.toContain('approved');
  });

  it('the approval that comes first ends it, and who rejected is told by whom', async () => {
    beforeNextWrite(() => approve('carol', { at: seconds(monday, 90) }));
    await expect(reject('bob')).rejects.toMatchObject({
      name: 'ALREADY_DECIDED',
      message: expect.stringContaining('carol decided already: approve'),
    });
    expect(await status()).toBe('approved');
    expect(answers().map(([, answer]) => answer.kind)).not.toContain('rejected');
  });

  it('two approvals at once are both recorded, and it is approved', async () => {
    beforeNextWrite(() => approve('carol'));
    expect(await approve('bob')).toMatchObject({ request: { status: 'approved' }, repeated: false });
    expect((await decided()).map(([actor]) => actor).toSorted()).toEqual(['bob', 'carol']);
  });

  it('one person who says both at once has said what came first', async () => {
    beforeNextWrite(() => recordApprovalDecision(ledger, { ...wish('bob'), decision: 'reject' } as never));
    await expect(approve('bob')).rejects.toMatchObject({
      name: 'ALREADY_DECIDED',
      message: expect.stringContaining('reject'),
    });
  });

  it('nobody is told anything while the step has not left word yet', async () => {
    await closeApprovalRequest(ledger, about, 'void');
    const later = { ...about, digest: digestOf('later') };
    await askForApproval(ledger, {
      ...later,
      pipeline: 'orders',
      policies: [],
      requirement: { groups: [], because: [] },
      seconds: 60,
      at: monday,
    });
    await approve('bob', { digest: later.digest });
    expect(answers()).toEqual([]);
  });
});
