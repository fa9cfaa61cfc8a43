/** Watching the alarms of a stack while it is created or updated. */
import { AwsError } from '../../aws-error.ts';
import { actingCaller } from '../acting-session.ts';
import type { RollbackTrigger } from '../state.ts';
import { isForward, type StepContext } from './step-context.ts';

/**
 * Why the stack's alarms demand the operation to be undone, or undefined. An alarm that is in ALARM does, one that does not exist in the
 * stack's account and region too; INSUFFICIENT_DATA does not (CloudFormation User Guide, "Roll back your stack on alarm breach with
 * rollback triggers"). The alarms are read with the rights CloudFormation acts with. The wording is the sandbox's: AWS documents none.
 */
export function breachedTrigger(context: StepContext): string | undefined {
  const reasons = triggersOf(context).map((trigger) => breach(context, trigger));
  return reasons.find((reason) => reason !== undefined);
}

/** True while the operation can still be undone by its alarms. */
export function isWatched(context: StepContext, arn: string): boolean {
  return isForward(context) && triggersOf(context).some((trigger) => trigger.arn === arn);
}

/** How long the operation is watched after the last resource, in milliseconds. */
export function monitoringTime({ operation }: StepContext): number {
  return (operation.target?.rollbackConfiguration?.minutes ?? 0) * 60_000;
}

function triggersOf({ operation }: StepContext): readonly RollbackTrigger[] {
  return operation.target?.rollbackConfiguration?.triggers ?? [];
}

function breach({ sandbox, stack, operation }: StepContext, { arn, type }: RollbackTrigger): string | undefined {
  try {
    const caller = actingCaller(sandbox, stack, operation);
    sandbox.authorise(caller, { action: 'cloudwatch:DescribeAlarms', resource: arn });
  } catch (error) {
    if (error instanceof AwsError) return `The rollback trigger ${arn} could not be read: ${error.message}. `;
    throw error;
  }
  const alarm = sandbox.world.cloudwatch.alarms[arn];
  const here = alarm?.account === stack.account && alarm.region === stack.region;
  if (!here || type !== typeNames[alarm.kind]) return `The rollback trigger ${arn} does not exist. `;
  return alarm.state.value === 'ALARM' ? `The rollback trigger ${arn} is in ALARM state. ` : undefined;
}

const typeNames = { MetricAlarm: 'AWS::CloudWatch::Alarm', CompositeAlarm: 'AWS::CloudWatch::CompositeAlarm' } as const;
