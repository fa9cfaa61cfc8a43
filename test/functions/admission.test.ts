import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { handler as admission } from '#functions/admission/handler.ts';
import { handler as reconcile } from '#functions/reconcile/handler.ts';
import { listAccepted } from '#shared/aws/ledger/open-promotions.ts';
import { readPromotion, recordPromotion } from '#shared/aws/ledger/promotions.ts';
import { recordRelease } from '#shared/aws/ledger/releases.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import { releaseId } from '#shared/domain/release/release.ts';
import { aPromotion, aRelease, aReleaseRecord, monday, otherPromotionId, promotionId } from '#test/builders.ts';
import { awsError, stepFunctions } from '../aws/fake-aws.ts';
import { beforeNextWrite } from '../aws/ledger-table.ts';
import { context, deployment } from './deployment.ts';

const { ledger, release, found } = deployment();
const asked = { actor: 'alice', idempotencyKey: 'key-1' };
/** What alice's key-1 always means. */
const id = 'prm-d3319bccb37ed1b9';
const admit = async (change: object = {}, more: object = {}) =>
  admission(
    { request: { release: await release(), ...change }, ...asked, trigger: { kind: 'api' }, at: monday, ...more },
    context,
  );
const executionArn = (name: string) => `arn:aws:states:eu-west-1:111111111111:execution:drawbridge-promotion:${name}`;
const started = () => stepFunctions.commandCalls(StartExecutionCommand).map(({ args }) => args[0].input.name);

beforeEach(() => {
  stepFunctions
    .on(StartExecutionCommand)
    .callsFake(({ name }: { name: string }) => ({ executionArn: executionArn(name) }));
});

describe('admission', () => {
  it('accepts a request, starts its execution with the frozen input, and says where it is', async () => {
    const answer = await admit();
    const promotion = {
      id,
      pipeline: 'orders',
      release: await release(),
      releaseId: releaseId(aRelease()),
      environments: ['pre-production', 'production'],
      mode: 'promote',
      requestedBy: 'alice',
      requestedAt: monday,
      trigger: { kind: 'api' },
      status: 'running',
      executionArn: executionArn(id),
    };
    expect(answer).toEqual({ kind: 'accepted', promotion, replayed: false });
    expect(await readPromotion(ledger, id)).toEqual(promotion);
    expect(await listAccepted(ledger, 10)).toEqual([]);
    const { input } = stepFunctions.commandCalls(StartExecutionCommand)[0]!.args[0].input;
    expect(JSON.parse(String(input))).toEqual({
      promotion: id,
      pipeline: 'orders',
      release: await release(),
      environments: ['pre-production', 'production'],
      mode: 'promote',
    });
  });

  it('takes the release by the id people call it by', async () => {
    const digest = await release();
    await recordRelease(ledger, aReleaseRecord({ id: releaseId(aRelease()), digest }));
    expect(await admit({ release: releaseId(aRelease()) })).toMatchObject({
      kind: 'accepted',
      promotion: { release: digest },
    });
  });

  it('records the request before anything starts', async () => {
    const seen: unknown[] = [];
    stepFunctions.on(StartExecutionCommand).callsFake(async () => {
      seen.push(await readPromotion(ledger, id));
      return { executionArn: executionArn(id) };
    });
    await admit();
    expect(seen).toMatchObject([{ id, status: 'accepted' }]);
  });

  it('answers the same request with the first result, and starts nothing', async () => {
    await admit();
    expect(await admit({}, { at: '2026-01-05T10:00:00.000Z' })).toMatchObject({
      kind: 'accepted',
      replayed: true,
      promotion: { id, status: 'running', requestedAt: monday },
    });
    expect(started()).toEqual([id]);
  });

  it('starts one execution for two same requests at once', async () => {
    await release();
    const input = { request: { release: await release() }, ...asked, trigger: { kind: 'api' }, at: monday };
    beforeNextWrite(() => admission(input, context));
    expect(await admission(input, context)).toMatchObject({ kind: 'accepted', replayed: true });
    expect(started()).toEqual([id]);
  });

  it('starts one execution for fifty same requests at once', async () => {
    const input = { request: { release: await release() }, ...asked, trigger: { kind: 'api' }, at: monday };
    const answers = await Promise.all(Array.from({ length: 50 }, () => admission(input, context)));
    expect(answers.map((answer) => answer.kind === 'accepted' && answer.promotion.id)).toEqual(Array(50).fill(id));
    expect(answers.filter((answer) => answer.kind === 'accepted' && !answer.replayed)).toHaveLength(1);
    expect(started()).toEqual([id]);
  });

  it.each<[string, object, string, object?]>([
    ['the key was used for something else', { environments: ['production'] }, 'IDEMPOTENCY_CONFLICT'],
    ['there is no such release', { release: digestOf('x') }, 'RELEASE_UNKNOWN'],
    ['nobody calls a release so', { release: 'orders-000000000000' }, 'RELEASE_UNKNOWN'],
    ['the release is of another pipeline', {}, 'RELEASE_NOT_ALLOWED', { pipeline: 'others' }],
    ['the release has no such environment', { environments: ['staging'] }, 'ENVIRONMENT_UNKNOWN'],
  ])('refuses when %s, and starts nothing', async (_, change, code, more = {}) => {
    await admit({}, { pipeline: 'orders' });
    expect(await admit(change, more)).toMatchObject({ kind: 'refused', problem: { code } });
    expect(started()).toEqual([id]);
  });

  it.each([
    ['names a role', { request: { release: digestOf('x'), roleArn: 'arn:aws:iam::333333333333:role/admin' } }],
    ['names a template', { request: { release: 'https://mallory.example/template.yaml' } }],
    ['names nobody', { actor: '' }],
  ])('does not even read a request that %s', async (_, change) => {
    await expect(admit({}, change)).rejects.toThrow();
    expect(await listAccepted(ledger, 10)).toEqual([]);
    expect(started()).toEqual([]);
  });
});

describe('what a crash leaves between the record and the start', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(monday) });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const minutesLater = (minutes: number) => vi.setSystemTime(Date.parse(monday) + minutes * 60_000 + 1);

  it('is told to who asked, kept, answered again as accepted, and finished once by the reconciler', async () => {
    stepFunctions
      .on(StartExecutionCommand)
      .rejectsOnce(awsError('InternalFailure', 'x', 500))
      .resolves({ executionArn: executionArn(id) });
    await expect(admit()).rejects.toMatchObject({ name: 'AWS_UNREACHABLE' });
    expect(await readPromotion(ledger, id)).toMatchObject({ status: 'accepted' });
    expect(await admit()).toMatchObject({ kind: 'accepted', replayed: true, promotion: { status: 'accepted' } });

    expect(await reconcile({}, context)).toMatchObject({ kind: 'reconciled', started: [] });
    minutesLater(1);
    expect(await reconcile({}, context)).toMatchObject({ kind: 'reconciled', started: [id] });
    expect(await reconcile({}, context)).toMatchObject({ kind: 'reconciled', started: [] });
    expect(await readPromotion(ledger, id)).toMatchObject({ status: 'running', executionArn: executionArn(id) });
    expect(started()).toEqual([id, id]);
  });

  it('is the same execution when only the note of the start was lost', async () => {
    await recordPromotion(ledger, aPromotion());
    stepFunctions.on(StartExecutionCommand).rejects(awsError('ExecutionAlreadyExists'));
    minutesLater(1);
    expect(await reconcile({}, context)).toMatchObject({ kind: 'reconciled', started: [promotionId] });
    expect(await readPromotion(ledger, promotionId)).toMatchObject({
      status: 'running',
      executionArn: executionArn(promotionId),
    });
  });

  it('is finished oldest first, and one that cannot be started does not stop the others', async () => {
    const third = 'prm-0000000000000000';
    for (const [index, other] of [promotionId, otherPromotionId, third].entries())
      await recordPromotion(ledger, aPromotion({ id: other, requestedAt: `2026-01-05T08:0${index}:00.000Z` }));
    stepFunctions.on(StartExecutionCommand, { name: promotionId }).rejects(awsError('InvalidExecutionInput'));
    minutesLater(0);
    expect(await reconcile({}, context)).toMatchObject({ kind: 'reconciled', started: [otherPromotionId, third] });
    expect((await listAccepted(ledger, 10)).map((promotion) => promotion.id)).toEqual([promotionId]);
    expect(found.log.lines()).toContainEqual(
      expect.objectContaining({ level: 'ERROR', code: 'AWS_REFUSED', promotion: promotionId }),
    );
  });
});
