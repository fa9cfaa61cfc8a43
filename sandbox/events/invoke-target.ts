import type { Caller, Sandbox } from '../kernel.ts';
import { publish } from '../sns/publish.ts';

export type TargetKind = 'lambda' | 'state-machine' | 'event-bus' | 'topic' | 'other';

const kinds: readonly [RegExp, TargetKind][] = [
  [/^arn:aws[\w-]*:lambda:[\w-]+:\d{12}:function:/, 'lambda'],
  [/^arn:aws[\w-]*:states:[\w-]+:\d{12}:stateMachine:/, 'state-machine'],
  [/^arn:aws[\w-]*:events:[\w-]+:\d{12}:event-bus\//, 'event-bus'],
  [/^arn:aws[\w-]*:sns:[\w-]+:\d{12}:/, 'topic'],
];

export function targetKind(arn: string): TargetKind {
  return kinds.find(([pattern]) => pattern.test(arn))?.[1] ?? 'other';
}

export interface TargetInvocation {
  readonly arn: string;
  readonly caller: Caller;
  /** JSON text. */
  readonly input: string;
  /** What an execution's name begins with. */
  readonly name: string;
}

/**
 * Invokes a function asynchronously, starts an execution or publishes to a topic as the service. Targets of other services (queues, logs)
 * and topics that a role publishes to are not simulated: the outcome says so.
 *
 * @throws AwsError what the target's service answers.
 */
export async function invokeTarget(sandbox: Sandbox, { arn, caller, input, name }: TargetInvocation): Promise<string> {
  const kind = targetKind(arn);
  const region = arn.split(':')[3] ?? '';
  if (kind === 'lambda') {
    const Payload = new TextEncoder().encode(input);
    const invocation = { FunctionName: arn, InvocationType: 'Event', Payload };
    await sandbox.perform({ service: 'lambda', operation: 'Invoke', input: invocation, caller, region });
    return `invoked ${arn}`;
  }
  if (kind === 'state-machine') {
    const execution = { stateMachineArn: arn, name: `${name}_${sandbox.uuid('event-execution')}`, input };
    await sandbox.perform({ service: 'states', operation: 'StartExecution', input: execution, caller, region });
    return `started ${arn}`;
  }
  if (kind === 'topic' && caller.kind === 'service') {
    publish(sandbox, { topicArn: arn, message: input, caller });
    return `published to ${arn}`;
  }
  return `not simulated: ${arn}`;
}
