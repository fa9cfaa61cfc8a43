import { expect, it } from 'vitest';
import { RollbackAlarms } from '#shared/domain/config/schema.ts';

it.each([
  ['180m', true],
  ['3h', true],
  ['181m', false],
  ['1d', false],
])('alarms are watched for 180 minutes at most, as CloudFormation has it: %s', (monitor, accepted) => {
  expect(RollbackAlarms.safeParse({ alarms: ['errors'], monitor }).success).toBe(accepted);
});
