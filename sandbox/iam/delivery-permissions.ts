import { AwsError } from '../aws-error.ts';
import type { Permission, Sandbox, SessionCaller } from '../kernel.ts';

/**
 * Logs and traces that AWS delivers with somebody's role. The sandbox delivers none, yet the role is asked for every permission, so that a
 * missing one shows.
 */

/** What X-Ray needs of a function with active tracing (Lambda Developer Guide, "Visualize Lambda function invocations using AWS X-Ray"). */
export const functionTraces = ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'] as const;

/** What X-Ray needs of a traced machine (Step Functions Developer Guide, "IAM policies for X-Ray"). */
export const machineTraces = [...functionTraces, 'xray:GetSamplingRules', 'xray:GetSamplingTargets'] as const;

/** What the role of a machine with a log destination needs; which call needs which is not documented ("IAM policies for CloudWatch Logs"). */
export const machineLogs = [
  'logs:CreateLogDelivery',
  'logs:GetLogDelivery',
  'logs:UpdateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:DescribeResourcePolicies',
  'logs:DescribeLogGroups',
] as const;

/** Asks for all of them, the denied ones too, and answers whether all are allowed. Each is on the journal. */
export function areAllowed(sandbox: Sandbox, caller: SessionCaller, permissions: readonly Permission[]): boolean {
  return permissions.map((permission) => isAllowed(sandbox, caller, permission)).every((allowed) => allowed);
}

/** The same for actions that have no resource. */
export function areAllowedEverywhere(sandbox: Sandbox, caller: SessionCaller, actions: readonly string[]): boolean {
  return areAllowed(
    sandbox,
    caller,
    actions.map((action) => ({ action, resource: '*' })),
  );
}

function isAllowed(sandbox: Sandbox, caller: SessionCaller, permission: Permission): boolean {
  try {
    sandbox.authorise(caller, permission);
    return true;
  } catch (error) {
    if (error instanceof AwsError) return false;
    throw error;
  }
}
