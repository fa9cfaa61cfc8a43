/** What the world hears of promotions, over the wire: which events in which order, doubled and lost ones, and the notifications made of them. */
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { expect, it } from 'vitest';
import { matchesPattern } from '#sandbox/events/event-pattern.ts';
import { targetInput } from '#sandbox/events/target-input.ts';
import { sharedServicesAccount } from '#sandbox/organization.ts';
import { PromotionEvent } from '#shared/domain/events/event.ts';
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

/** What the rules of the orchestrator account send to the notifications topic for what was heard. */
function notifications(promotion: string): string[] {
  const rules = Object.values(world().sandbox.world.events.rules).filter(
    ({ account }) => account === sharedServicesAccount,
  );
  return heard(promotion).flatMap((event) =>
    rules
      .filter(({ pattern }) => pattern !== undefined && matchesPattern(pattern, event as never))
      .flatMap(({ targets }) => targets.map((target) => JSON.parse(targetInput(target, event as never)) as string)),
  );
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
