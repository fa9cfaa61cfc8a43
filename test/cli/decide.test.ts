/** `drawbridge approve` and `reject` against an API that answers as ours does. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Terminal } from '#cli/command.ts';
import { runCli } from '#cli/run-cli.ts';
import type { PromotionRecord } from '#shared/aws/ledger/promotions.ts';
import type { ApprovalRequest } from '#shared/domain/approval/records.ts';
import { problem } from '#shared/domain/errors/catalogue.ts';
import { after as seconds } from '#shared/domain/promotion/lease.ts';
import { canonicalJson, digestOf } from '#shared/domain/release/canonical-json.ts';
import { aDeployment, aPromotion, aRollout, monday, promotionId } from '#test/builders.ts';
import { richPlan } from '#test/domain/plan/rich-plan.ts';
import { jsonServer, signedIn } from '#test/json-server.ts';
import { recorder } from './workspace.ts';

const digest = digestOf(canonicalJson(richPlan));
const route = `/v1/promotions/${promotionId}`;
const request = (change: Partial<ApprovalRequest> = {}): ApprovalRequest => ({
  promotion: promotionId,
  pipeline: 'orders',
  environment: 'production',
  digest,
  requirement: { groups: ['managers', 'security'], because: ['policy four-eyes asks for an approval of every plan'] },
  requestedBy: 'alice',
  requestedAt: monday,
  expiresAt: seconds(monday, 7200),
  status: 'open',
  ...change,
});
const recordOf = (change: Partial<PromotionRecord> = {}): PromotionRecord => ({
  promotion: aPromotion({ status: 'running', environments: ['production'] }),
  rollouts: [aRollout({ planDigest: digest })],
  rounds: [],
  progress: [],
  waiting: [],
  attempts: [],
  rollbacks: [],
  deployments: [aDeployment()],
  approvals: [request()],
  decisions: [],
  ...change,
});

/** What the promotion is before and after the decision. */
let before: PromotionRecord;
let afterwards: PromotionRecord;
let refusal: ReturnType<typeof problem> | undefined;

signedIn();
const api = jsonServer(({ call }) => {
  const decided = posted().length > 0;
  if (refusal && call.startsWith('POST'))
    return { status: refusal.status, body: { ...refusal, detail: refusal.cause } };
  return { body: answerTo(call, decided) };
});

function answerTo(call: string, decided: boolean): unknown {
  if (call === `GET ${route}`) return decided ? afterwards : before;
  return call === `GET ${route}/plans/production` ? { digest, plan: richPlan } : request({ status: 'approved' });
}

beforeEach(() => {
  refusal = undefined;
  before = recordOf();
  afterwards = recordOf({
    promotion: aPromotion({ status: 'succeeded', environments: ['production'] }),
    approvals: [request({ status: 'approved' })],
  });
});

async function run(words: readonly string[], confirm?: Terminal['confirm']) {
  const terminal = recorder(confirm);
  const exit = await runCli([...words, '--api', api.endpoint, '--region', 'eu-west-1'], terminal);
  return { exit, out: terminal.printed.join('\n'), err: terminal.progressed.join('\n') };
}
const approve = (...words: string[]) => run(['approve', promotionId, '--reason', 'reviewed', ...words]);
const calls = () => api.received.map(({ call }) => call);
const posted = () => api.received.flatMap(({ call, body }) => (call.startsWith('POST') ? [{ call, body }] : []));
const decision = { environment: 'production', decision: 'approve', digest, reason: 'reviewed' };

describe.each([
  ['approve', 'Approve this plan?'],
  ['reject', 'Reject this plan?'],
])('drawbridge %s', (word, question) => {
  const decide = (confirm: Terminal['confirm'] | undefined, ...words: string[]) =>
    run([word, promotionId, '--reason', 'reviewed', ...words], confirm);

  it('shows the plan, asks, and decides on just that one', async () => {
    const confirm = vi.fn(async () => true);
    const { err } = await decide(confirm);
    expect(confirm.mock.calls).toEqual([[question]]);
    expect(err).toContain('AWS::DynamoDB::Table  Orders');
    expect(err).toContain('production waits for the approval of one of managers and one of security');
    expect(err).toContain('because policy four-eyes asks for an approval of every plan');
    expect(err).toContain(`plan ${digest}`);
    expect(posted()).toEqual([{ call: `POST ${route}/approvals`, body: { ...decision, decision: word } }]);
  });

  it('of a plan that is by now another one asks nobody', async () => {
    before = recordOf({ approvals: [request({ digest: digestOf('earlier') })] });
    const confirm = vi.fn(async () => true);
    expect(await decide(confirm)).toMatchObject({ exit: 3, err: expect.stringContaining('The plan changed') });
    expect([confirm.mock.calls, posted()]).toEqual([[], []]);
  });

  it('decides nothing when the person says no', async () => {
    expect(await decide(async () => false)).toMatchObject({
      exit: 1,
      out: expect.stringContaining('nothing was decided'),
    });
    expect(posted()).toEqual([]);
  });

  it('asks for --yes where nobody can be asked', async () => {
    const { exit, err, out } = await decide(undefined);
    expect(exit).toBe(2);
    expect(`${out}${err}`).toContain('say --yes');
    expect(posted()).toEqual([]);
  });

  it('asks nobody with --yes, and still shows the plan', async () => {
    expect((await decide(undefined, '--yes')).err).toContain('AWS::DynamoDB::Table  Orders');
    expect(posted()).toHaveLength(1);
  });

  it('needs a reason', async () => {
    expect((await run([word, promotionId, '--yes'])).exit).toBe(2);
    expect(calls()).toEqual([]);
  });
});

describe('a decision', () => {
  it('with a digest is about the plan that was looked at elsewhere: it is not shown again, and nobody is asked', async () => {
    const seen = digestOf('seen');
    await approve('--digest', seen);
    expect(posted()).toMatchObject([{ body: { digest: seen } }]);
    expect(calls()).not.toContain(`GET ${route}/plans/production`);
  });

  it('with something that is no digest is not sent, and says which option is meant', async () => {
    const { exit, err } = await approve('--digest', 'sha256:abc');
    expect([exit, calls()]).toEqual([2, []]);
    expect(err).toContain('--digest sha256:abc is no digest');
    expect(err).toContain(`npm run -s drawbridge -- status ${promotionId} --api ${api.endpoint} --region eu-west-1`);
  });

  it('follows the promotion to its end', async () => {
    const { exit, out } = await approve('--yes');
    expect([exit, calls().at(-1)]).toEqual([0, `GET ${route}`]);
    expect(out).toContain('succeeded');
  });

  it.each<[string, Partial<PromotionRecord>, number]>([
    ['failed', { promotion: aPromotion({ status: 'failed' }), approvals: [] }, 1],
    ['was rejected', { promotion: aPromotion({ status: 'rejected' }), approvals: [] }, 3],
    ['waits for another person', {}, 3],
  ])('of a promotion that then %s says so by its exit code', async (_, change, exit) => {
    afterwards = recordOf(change);
    expect((await approve('--yes')).exit).toBe(exit);
  });

  it('with --no-wait is over when it is recorded', async () => {
    afterwards = recordOf({ approvals: [] });
    expect((await approve('--yes', '--no-wait')).exit).toBe(0);
    expect(calls().filter((call) => call === `GET ${route}`)).toHaveLength(2);
  });

  it('tells as JSON what was asked and who decided', async () => {
    const decided = { ...request(), actor: 'bob', decision: 'approve', reason: 'reviewed', at: monday } as never;
    afterwards = { ...afterwards, decisions: [decided] };
    const { out } = await approve('--yes', '--output', 'json');
    expect(JSON.parse(out)).toMatchObject({
      ok: true,
      simulated: true,
      environments: [
        {
          approvals: [
            {
              status: 'approved',
              plan: digest,
              groups: ['managers', 'security'],
              decisions: [{ actor: 'bob', decision: 'approve', reason: 'reviewed', at: monday }],
            },
          ],
        },
      ],
    });
  });

  it.each([
    ['SELF_APPROVAL', problem('SELF_APPROVAL', { actor: 'alice' }), 'cannot approve it'],
    ['DIGEST_CHANGED', problem('DIGEST_CHANGED', { seen: digest, now: digestOf('new') }), 'The plan changed'],
    [
      'ALREADY_DECIDED',
      problem('ALREADY_DECIDED', { by: 'bob', decision: 'reject', at: monday }),
      'bob decided already',
    ],
  ])('that the API refuses with %s ends so', async (code, refused, said) => {
    refusal = refused;
    const { exit, out, err } = await approve('--yes');
    expect(exit).toBe(3);
    expect(`${out}${err}`).toContain(code);
    expect(`${out}${err}`).toContain(said);
  });

  it.each<[string, ApprovalRequest[], string[], string]>([
    ['nothing waits', [], [], 'has asked for no approval'],
    ['another environment waits', [request()], ['--environment', 'staging'], 'no approval of staging'],
    [
      'several environments wait',
      [request(), request({ environment: 'staging' })],
      [],
      'Name --environment production or staging.',
    ],
  ])('is not sent when %s', async (_, approvals, words, said) => {
    before = recordOf({ approvals });
    const { exit, out, err } = await approve('--yes', ...words);
    expect(exit).toBe(2);
    expect(`${out}${err}`).toContain(said);
    expect(posted()).toEqual([]);
  });

  it('is not sent when it is decided already, and says by whom and when', async () => {
    const decided = { promotion: promotionId, environment: 'production', digest, actor: 'bob', at: monday };
    const decisions = [{ ...decided, decision: 'approve' as const, reason: 'reviewed' }];
    before = recordOf({ approvals: [request({ status: 'approved' })], decisions });
    const { exit, out, err } = await approve('--yes');
    expect([exit, posted()]).toEqual([3, []]);
    expect(`${out}${err}`).toContain(`bob decided already: approve, at ${monday}`);
  });

  it('is sent for the environment that is named', async () => {
    before = recordOf({ approvals: [request(), request({ environment: 'staging', digest: digestOf('staging') })] });
    await approve('--yes', '--environment', 'production');
    expect(posted()).toMatchObject([{ body: { environment: 'production', digest } }]);
  });

  it('may be given by anybody else where no group is named', async () => {
    before = recordOf({ approvals: [request({ requirement: { groups: [], because: [] } })] });
    expect((await approve('--yes')).err).toContain('waits for the approval of anybody but alice');
  });
});
