/** What the world hears of promotions, over the wire: which events in which order, doubled and lost ones, and the notifications made of them. */
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { describe, expect, it } from 'vitest';
import { homeRegion, sharedServicesAccount } from '#sandbox/organization.ts';
import { PromotionEvent } from '#shared/domain/events/event.ts';
import { leaksIn } from '#test/canary/watch.ts';
import { clientsAs, functionCredentials, invoke } from './clients.ts';
import { applyPolicy, decide, edgeWorld, promote, retry, templateOf, told } from './edge-world.ts';
import { calls, refusal, upTo } from './faults.ts';

const world = edgeWorld();

interface Envelope {
  readonly source: string;
  readonly 'detail-type': string;
  readonly account: string;
  readonly detail: Record<string, unknown>;
}

/** Our events about a promotion as they arrived at the bus, in order of arrival. */
function heard(promotion: string): Envelope[] {
  const events = world().events as Envelope[];
  return events.filter(({ source, detail }) => source === 'drawbridge' && detail['promotion'] === promotion);
}

const line = ({ 'detail-type': type, detail }: Envelope) =>
  [detail['sequence'], type.replace('Drawbridge ', ''), detail['environment'] ?? '-', detail['state']].join(' ');
const lines = (promotion: string) => heard(promotion).map(line);
const whole = (promotion: string) => [...new Set(lines(promotion))].map((text) => Number(text.split(' ')[0]));

/** What arrived at the notifications topic about a promotion, as its subscribers get it. */
function notifications(promotion: string): string[] {
  const published = world()
    .sandbox.journal()
    .flatMap((entry) => (entry.kind === 'notification' ? [entry] : []));
  expect(new Set(published.map(({ topic }) => topic))).toEqual(new Set([world().outputs['NotificationsTopicArn']]));
  return published.map(({ message }) => JSON.parse(message) as string).filter((text) => text.includes(promotion));
}

it('a promotion that waits, is approved, fails, and is taken up again', async () => {
  await promote(world(), { name: 'told', template: templateOf('one') });
  await applyPolicy(world(), 'told', { approval: {} });
  const waiting = await promote(world(), { name: 'told', template: templateOf('two') });
  const { id } = waiting.promotion;
  expect(lines(id)).toEqual([
    '1 Promotion State Change - accepted',
    '2 Promotion State Change - running',
    '3 Rollout State Change pre-production running',
    '4 Approval Requested pre-production open',
  ]);

  const fault = {
    logicalId: 'Setting',
    status: 'UPDATE_FAILED',
    during: 'forward',
    reason: 'It is taken.',
    times: 1,
  } as const;
  world().strike({ kind: 'resource', stackName: 'told', ...fault });
  const failed = await decide(world(), waiting);
  expect(told(failed)).toBe('failed STACK_FAILED');
  expect(lines(id).slice(4)).toEqual([
    '5 Approval Decided pre-production approved',
    '6 Rollout State Change pre-production failed',
    '7 Promotion State Change pre-production failed',
  ]);
  for (const { account, ...event } of heard(id)) {
    expect(account).toBe(sharedServicesAccount);
    const parsed = PromotionEvent.parse({ detailType: event['detail-type'], detail: event.detail });
    expect(event.detail).toEqual(parsed.detail);
    expect(event.detail).toMatchObject({
      pipeline: 'told',
      release: failed.promotion.release,
      trigger: { kind: 'api' },
    });
  }
  const journal = world()
    .sandbox.journal()
    .flatMap((entry) => (entry.kind === 'event' ? [entry] : []));
  const noted = journal.filter(({ detail }) => (detail as { promotion?: string }).promotion === id);
  expect(noted.map(({ bus, detailType }) => [bus, detailType])).toEqual(
    heard(id).map((event) => ['drawbridge', event['detail-type']]),
  );
  const [, , , requested, approved, , ended] = heard(id).map(({ detail }) => detail);
  expect(requested).toMatchObject({ actor: 'alice', approval: { groups: [] } });
  expect(approved).toMatchObject({ actor: 'bob', previousState: 'open', approval: { reason: 'looked at it' } });
  expect(ended).toMatchObject({
    previousState: 'running',
    reasons: [{ code: 'STACK_FAILED', text: expect.stringContaining('Setting') }],
    stacks: { deployed: 0, failed: 1, rolledBack: 1 },
  });
  expect(notifications(id)).toEqual([
    `${failed.promotion.releaseId} needs an approval for pre-production of anybody else until ${waiting.approvals[0]!.expiresAt}: ${waiting.approvals[0]!.requirement.because.join('; ')}. Look at it with: drawbridge status ${id}`,
    expect.stringMatching(
      /^The promotion of told-\w{12} has failed in pre-production\. CloudFormation rolled back 1 of its stacks\. STACK_FAILED: [^"\n]+ Look at it with: drawbridge status prm-\w{16}$/,
    ),
  ]);

  expect(await leaksIn(world().sandbox, world().sandbox.journal())).toEqual([]);

  world().strike();
  const again = await retry(world(), id);
  const done = await decide(world(), again);
  expect(told(done)).toBe('succeeded');
  expect(lines(done.promotion.id)).toEqual([
    '1 Promotion State Change - accepted',
    '2 Promotion State Change - running',
    '3 Rollout State Change pre-production running',
    '4 Approval Requested pre-production open',
    '5 Approval Decided pre-production approved',
    '6 Rollout State Change pre-production succeeded',
    '7 Promotion State Change - succeeded',
  ]);
  expect(heard(done.promotion.id).every(({ detail }) => detail['retryOf'] === id)).toBe(true);
});

it('nothing can be published for a while: the promotion goes on, and reconcile tells all of it later, in order', async () => {
  world().strike(...calls('events:PutEvents', { nths: upTo(40), what: refusal('InternalFailure', 500) }));
  const { promotion } = await promote(world(), { name: 'silent', template: templateOf('one') });
  expect(promotion.status).toBe('succeeded');
  expect(lines(promotion.id)).toEqual([]);
  world().strike();
  await invoke(world(), 'drawbridge-reconcile', {});
  await world().sandbox.run();
  expect(lines(promotion.id)).toEqual([
    '1 Promotion State Change - accepted',
    '2 Promotion State Change - running',
    '3 Rollout State Change pre-production running',
    '4 Rollout State Change pre-production succeeded',
    '5 Promotion State Change - succeeded',
  ]);
  await invoke(world(), 'drawbridge-reconcile', {});
  await world().sandbox.run();
  expect(lines(promotion.id)).toHaveLength(5);
});

it('replies of the bus get lost: events come twice, under the numbers they had', async () => {
  world().strike(...calls('events:PutEvents', { nths: upTo(3), when: 'after' }));
  const { promotion } = await promote(world(), { name: 'doubled', template: templateOf('one') });
  expect(promotion.status).toBe('succeeded');
  expect(lines(promotion.id).length).toBeGreaterThan(5);
  expect(whole(promotion.id).sort()).toEqual([1, 2, 3, 4, 5]);
});

it.each<[string, string, string, boolean]>([
  ['drawbridge-settle', 'drawbridge', 'drawbridge', true],
  ['drawbridge-settle', 'acme', 'drawbridge', false],
  ['drawbridge-settle', 'drawbridge', 'default', false],
  ['drawbridge-plan', 'drawbridge', 'drawbridge', false],
])('%s may put an event of %s on the bus %s: %s', async (name, Source, EventBusName, allowed) => {
  const { events } = clientsAs(world(), functionCredentials(world(), name));
  const Entries = [{ Source, EventBusName, DetailType: 'Test', Detail: '{}' }];
  const put = events.send(new PutEventsCommand({ Entries }));
  if (allowed) expect(await put).toMatchObject({ FailedEntryCount: 0 });
  else await expect(put).rejects.toMatchObject({ name: 'AccessDeniedException' });
});

describe('a notification', () => {
  const ofAlarm = {
    ...{ source: 'aws.cloudwatch', 'detail-type': 'CloudWatch Alarm State Change', account: sharedServicesAccount },
    ...{ version: '0', id: 'alarm-1', time: '2026-01-05T09:00:00Z', region: homeRegion, resources: [] },
    detail: { alarmName: 'drawbridge-step-errors', state: { value: 'ALARM' } },
  };
  /** An alarm that goes on: what is published then, and what became of the delivery. */
  async function alarmed() {
    const { sandbox } = world();
    const seen = sandbox.journal().length;
    const place = { account: sharedServicesAccount, region: homeRegion, bus: 'default' };
    sandbox.schedule({ at: sandbox.now(), service: 'events', name: 'deliver', payload: { ...place, event: ofAlarm } });
    await sandbox.run();
    const fresh = sandbox.journal().slice(seen);
    return {
      texts: fresh.flatMap((entry) => (entry.kind === 'notification' ? [JSON.parse(entry.message)] : [])),
      outcomes: fresh.flatMap((entry) => (entry.kind === 'event-delivery' ? [entry.outcome] : [])),
    };
  }
  const orchestrator = () => {
    const { stacks } = world().sandbox.world.cloudformation;
    return Object.values(stacks).find(
      ({ stackName, account }) => stackName === 'drawbridge' && account === sharedServicesAccount,
    )!;
  };
  const part = (id: string) => orchestrator().resources[id]!.definition.properties;

  it('tells of an alarm', async () => {
    const topic = world().outputs['NotificationsTopicArn'];
    expect(await alarmed()).toEqual({
      texts: ['The alarm drawbridge-step-errors is on since 2026-01-05T09:00:00Z.'],
      outcomes: [`published to ${topic}`],
    });
  });

  it.each<[string, () => () => void, RegExp]>([
    [
      'the topic does not let the rule in',
      () => without('NotificationsPolicy', 'PolicyDocument'),
      /AccessDenied.*sns:Publish/,
    ],
    ['the topic is encrypted with the key of AWS', () => otherKey('alias/aws/sns'), /KMSNotFound/],
    ['the key does not let EventBridge in', () => keyFor(() => []), /AccessDenied.*kms:GenerateDataKey/],
    ['the topic is gone', gone, /NotFound: Topic does not exist/],
  ])('is not delivered where %s', async (_what, change, why) => {
    const restore = change();
    const { texts, outcomes } = await alarmed();
    restore();
    expect([texts, outcomes]).toEqual([[], [expect.stringMatching(why)]]);
    expect((await alarmed()).texts).toHaveLength(1);
  });

  function without(id: string, property: string): () => void {
    const { [property]: kept = null } = part(id);
    part(id)[property] = { Version: '2012-10-17', Statement: [] };
    return () => void Object.assign(part(id), { [property]: kept });
  }
  function otherKey(key: string): () => void {
    const { KmsMasterKeyId: kept = null } = part('Notifications');
    part('Notifications')['KmsMasterKeyId'] = key;
    return () => void Object.assign(part('Notifications'), { KmsMasterKeyId: kept });
  }
  function keyFor(statements: (all: unknown[]) => unknown[]): () => void {
    const id = `${part('Notifications')['KmsMasterKeyId']}`;
    const key = Object.values(world().sandbox.world.kms.keys).find(({ arn }) => arn.endsWith(id))!;
    const kept = key.policy;
    const document = JSON.parse(kept) as { Statement: unknown[] };
    Object.assign(key, { policy: JSON.stringify({ ...document, Statement: statements(document.Statement) }) });
    return () => void Object.assign(key, { policy: kept });
  }
  function gone(): () => void {
    const { status } = orchestrator().resources['Notifications']!;
    orchestrator().resources['Notifications']!.status = 'DELETE_COMPLETE';
    return () => void Object.assign(orchestrator().resources['Notifications']!, { status });
  }
});
