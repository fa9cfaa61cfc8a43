/** Why CloudFormation could not make a change set, as far down as it says: nested change sets, early validation, hooks. */
import {
  DescribeChangeSetCommand,
  DescribeEventsCommand,
  ListHookResultsCommand,
} from '@aws-sdk/client-cloudformation';
import type { TargetSession } from './sessions.ts';
import { asked } from './translate-error.ts';

const service = 'AWS CloudFormation';

export interface Refused {
  readonly stackName: string;
  /** ARN of the change set. */
  readonly changeSet: string;
  readonly reason: string;
}

/** Deeper than anything nests. */
const deepest = 10;

/**
 * The reason with what is behind it. A nested change set that failed has a reason of its own; early validation (`AWS::EarlyValidation`) has
 * events and hooks have results that say which resource is at fault (API reference, DescribeEvents, ListHookResults).
 */
export async function explainRefusal(session: TargetSession, refused: Refused, depth = 0): Promise<string> {
  const { reason } = refused;
  const nested = /Nested change set (arn:\S+?)[\s.]/.exec(`${reason} `)?.[1];
  if (nested !== undefined && depth < deepest) return explainNested(session, nested, depth);
  if (reason.includes('AWS::EarlyValidation')) return withDetails(reason, await failedValidations(session, refused));
  if (/hook/i.test(reason)) return withDetails(reason, await failedHooks(session, refused));
  return reason;
}

async function explainNested(session: TargetSession, changeSet: string, depth: number): Promise<string> {
  const command = new DescribeChangeSetCommand({ ChangeSetName: changeSet });
  const child = await asked(service, session.cloudFormation.send(command));
  const { StackName: stackName = '', StatusReason: reason = 'CloudFormation gave no reason.' } = child;
  const below = await explainRefusal(session, { stackName, changeSet, reason }, depth + 1);
  return `nested stack ${stackName}: ${below}`;
}

async function failedValidations(session: TargetSession, { stackName, changeSet }: Refused): Promise<string[]> {
  const command = new DescribeEventsCommand({
    StackName: stackName,
    ChangeSetName: changeSet,
    Filters: { FailedEvents: true },
  });
  const { OperationEvents = [] } = await asked(service, session.cloudFormation.send(command));
  return OperationEvents.flatMap(({ LogicalResourceId, ValidationName, ValidationStatusReason, ValidationPath }) =>
    ValidationStatusReason === undefined
      ? []
      : [[LogicalResourceId, ValidationPath, ValidationName, ValidationStatusReason].filter(Boolean).join(' ')],
  );
}

const failedHook = new Set(['HOOK_COMPLETE_FAILED', 'HOOK_FAILED']);

/** A hook in mode WARN fails nothing. */
async function failedHooks(session: TargetSession, { changeSet }: Refused): Promise<string[]> {
  const command = new ListHookResultsCommand({ TargetType: 'CHANGE_SET', TargetId: changeSet });
  const { HookResults = [] } = await asked(service, session.cloudFormation.send(command));
  return HookResults.filter(({ Status, FailureMode }) => failedHook.has(Status ?? '') && FailureMode !== 'WARN').map(
    ({ TypeName, HookStatusReason }) => `${TypeName}: ${HookStatusReason ?? 'no reason'}`,
  );
}

function withDetails(reason: string, details: readonly string[]): string {
  return details.length === 0 ? reason : `${reason} ${details.join('; ')}`;
}
