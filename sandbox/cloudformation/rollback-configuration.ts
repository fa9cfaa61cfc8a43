/** RollbackConfiguration of a request: alarms that undo an operation, and how long they are watched after it. */
import type { RollbackConfiguration } from '@aws-sdk/client-cloudformation';
import { validationError } from './errors.ts';
import type { StackModel } from './state.ts';

const types: readonly string[] = ['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::CompositeAlarm'];

/**
 * What a stack will be watched by. Left out, the stack keeps what it has; a list of triggers replaces the one before as a whole, and an
 * empty one clears it; a configuration without MonitoringTimeInMinutes means 0 minutes (API Reference, RollbackConfiguration). At most
 * five triggers and 180 minutes (CloudFormation User Guide, "Roll back your stack on alarm breach with rollback triggers").
 */
export function rollbackConfigurationOf(
  given: RollbackConfiguration | undefined,
  previous: StackModel['rollbackConfiguration'],
): StackModel['rollbackConfiguration'] {
  if (given === undefined) return previous;
  const { RollbackTriggers, MonitoringTimeInMinutes: minutes = 0 } = given;
  if (!Number.isInteger(minutes) || minutes < 0 || minutes > 180)
    throw refused('monitoringTimeInMinutes', String(minutes), 'value between 0 and 180');
  if ((RollbackTriggers?.length ?? 0) > 5)
    throw refused('rollbackTriggers', `[${RollbackTriggers?.length}]`, 'length less than or equal to 5');
  const triggers = RollbackTriggers?.map(({ Arn = '', Type = '' }) => trigger(Arn, Type)) ?? previous?.triggers ?? [];
  return triggers.length === 0 && minutes === 0 ? undefined : { triggers, minutes };
}

/** As DescribeStacks and DescribeChangeSet answer it. */
export function shownRollbackConfiguration(model: StackModel | undefined): RollbackConfiguration {
  const { rollbackConfiguration } = model ?? {};
  if (rollbackConfiguration === undefined) return {};
  return {
    RollbackTriggers: rollbackConfiguration.triggers.map(({ arn, type }) => ({ Arn: arn, Type: type })),
    MonitoringTimeInMinutes: rollbackConfiguration.minutes,
  };
}

function trigger(arn: string, type: string) {
  if (!types.includes(type))
    throw validationError(`Invalid rollback trigger type ${type}: it must be one of ${types.join(', ')}`);
  if (!/^arn:[\w-]+:cloudwatch:[\w-]+:\d{12}:alarm:.+$/.test(arn))
    throw validationError(`Invalid rollback trigger ARN ${arn}`);
  return { arn, type };
}

function refused(field: string, value: string, wanted: string): Error {
  return validationError(
    `1 validation error detected: Value '${value}' at 'rollbackConfiguration.${field}' failed to satisfy constraint: Member must have ${wanted}`,
  );
}
