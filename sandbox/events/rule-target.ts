import type { Caller, Json, Sandbox } from '../kernel.ts';
import { attempt } from './attempt.ts';
import { busPlace } from './bus-name.ts';
import type { SandboxEvent } from './event.ts';
import { forward } from './forward.ts';
import { invokeTarget, targetKind } from './invoke-target.ts';
import type { Rule, Target } from './state.ts';
import { targetInput } from './target-input.ts';

/** One event on its way to one target of one rule. */
export interface TargetDelivery {
  /** ARN of the rule. */
  readonly rule: string;
  /** Id of the target. */
  readonly target: string;
  readonly event: SandboxEvent;
  readonly forwarded: boolean;
  /** Counts from 0. */
  readonly attempt: number;
  /** Epoch milliseconds. */
  readonly acceptedAt: number;
}

/** The job `target`: one attempt. A rule or target that is gone meanwhile takes its deliveries with it. */
export async function deliverToTarget(sandbox: Sandbox, delivery: TargetDelivery): Promise<void> {
  const rule = sandbox.world.events.rules[delivery.rule];
  const target = rule?.targets.find(({ Id }) => Id === delivery.target);
  if (!rule || !target) return;
  await attempt(sandbox, {
    source: rule.arn,
    bus: busPlace(rule.busArn).name,
    detailType: delivery.event['detail-type'],
    target,
    payload: JSON.stringify(delivery.event),
    job: { name: 'target', payload: delivery as unknown as Json },
    send: () => send(sandbox, { rule, target, delivery }),
  });
}

interface Sending {
  readonly rule: Rule;
  readonly target: Target;
  readonly delivery: TargetDelivery;
}

/** Lambda is called as the service, which the function's policy must let in; everything else as the target's role. */
async function send(sandbox: Sandbox, { rule, target, delivery }: Sending): Promise<string> {
  const kind = targetKind(target.Arn);
  const asService: Caller = {
    kind: 'service',
    service: 'events.amazonaws.com',
    account: rule.account,
    sourceArn: rule.arn,
  };
  const asRole = () => (target.RoleArn === undefined ? asService : roleSession(sandbox, rule, target.RoleArn));
  if (kind === 'event-bus') return forward(sandbox, { caller: asRole(), busArn: target.Arn, delivery });
  const caller = kind === 'lambda' ? asService : asRole();
  const input = targetInput(target, delivery.event);
  return invokeTarget(sandbox, { arn: target.Arn, caller, input, name: delivery.event.id });
}

function roleSession(sandbox: Sandbox, rule: Rule, roleArn: string): Caller {
  const { caller } = sandbox.openSession({
    roleArn,
    service: 'events.amazonaws.com',
    sessionName: rule.name.slice(0, 64),
    sourceArn: rule.arn,
    durationSeconds: 3600,
  });
  return caller;
}
