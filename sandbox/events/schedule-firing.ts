import type { Json, Sandbox } from '../kernel.ts';
import { attempt } from './attempt.ts';
import { queueTarget } from './deliver.ts';
import { eventTime, type SandboxEvent } from './event.ts';
import { invokeTarget } from './invoke-target.ts';
import { nextFiring } from './schedule-expression.ts';
import type { Rule, Schedule } from './state.ts';

/** The job of one firing of a schedule or scheduled rule. */
export interface Firing {
  readonly arn: string;
  /** What the expression was counted from. */
  readonly start: number;
}

/** Puts the next firing in the queue, as a background job, in place of one that waits there already. */
export function scheduleNext(sandbox: Sandbox, timed: Rule | Schedule, start: number): void {
  if (timed.nextJob !== undefined) sandbox.cancel(timed.nextJob);
  delete timed.nextJob;
  const expression = 'expression' in timed ? timed.expression : timed.schedule;
  if (!timed.enabled || expression === undefined) return;
  const at = nextFiring(expression, start, sandbox.now());
  if (at === undefined || at > (('endsAt' in timed ? timed.endsAt : undefined) ?? Number.POSITIVE_INFINITY)) return;
  const payload: Json = { arn: timed.arn, start };
  timed.nextJob = sandbox.schedule({ at, service: 'events', name: 'fire', payload, background: true });
}

/** The job `fire`: queues what the firing sends, and the firing after it. */
export function fire(sandbox: Sandbox, { arn, start }: Firing): void {
  const { rules, schedules } = sandbox.world.events;
  const [rule, schedule] = [rules[arn], schedules[arn]];
  const timed = rule ?? schedule;
  if (!timed) return;
  delete timed.nextJob;
  const event = scheduledEvent(sandbox, timed, rule ? 'aws.events' : 'aws.scheduler');
  if (rule) for (const { Id } of rule.targets) queueTarget(sandbox, { rule: arn, target: Id, event, forwarded: false });
  if (schedule) queueSchedule(sandbox, schedule, event);
  scheduleNext(sandbox, timed, start);
}

function scheduledEvent(sandbox: Sandbox, timed: Rule | Schedule, source: string): SandboxEvent {
  const { account, region, arn } = timed;
  const id = sandbox.uuid('event');
  const time = eventTime(sandbox.now());
  return {
    version: '0',
    id,
    'detail-type': 'Scheduled Event',
    source,
    account,
    time,
    region,
    resources: [arn],
    detail: {},
  };
}

function queueSchedule(sandbox: Sandbox, { arn, target }: Schedule, event: SandboxEvent): void {
  // Without an input, Scheduler sends the event with its detail as text.
  const text = target.Input ?? JSON.stringify({ ...event, detail: '{}' });
  const input = text
    .replaceAll('<aws.scheduler.schedule-arn>', arn)
    .replaceAll('<aws.scheduler.scheduled-time>', event.time)
    .replaceAll('<aws.scheduler.execution-id>', event.id)
    .replaceAll('<aws.scheduler.attempt-number>', '1');
  const payload = { schedule: arn, id: event.id, input, attempt: 0, acceptedAt: sandbox.now() };
  sandbox.schedule({ at: sandbox.now(), service: 'events', name: 'scheduled-target', payload });
}

/** A firing on its way to the target of a schedule. */
export interface ScheduledDelivery {
  readonly schedule: string;
  readonly id: string;
  readonly input: string;
  readonly attempt: number;
  readonly acceptedAt: number;
}

/** The job `scheduled-target`: one attempt, as a session of the schedule's role. */
export async function deliverScheduled(sandbox: Sandbox, delivery: ScheduledDelivery): Promise<void> {
  const schedule = sandbox.world.events.schedules[delivery.schedule];
  if (!schedule) return;
  const { target, account, region, group, name } = schedule;
  await attempt(sandbox, {
    source: schedule.arn,
    bus: `scheduler/${group}`,
    detailType: name,
    target,
    payload: delivery.input,
    job: { name: 'scheduled-target', payload: delivery as unknown as Json },
    send: async () => {
      const { caller } = sandbox.openSession({
        roleArn: target.RoleArn,
        service: 'scheduler.amazonaws.com',
        sessionName: name,
        // Scheduler User Guide, confused deputy prevention: the source is the schedule group.
        sourceArn: `arn:aws:scheduler:${region}:${account}:schedule-group/${group}`,
        durationSeconds: 3600,
      });
      return invokeTarget(sandbox, { arn: target.Arn, caller, input: delivery.input, name: delivery.id });
    },
  });
}
