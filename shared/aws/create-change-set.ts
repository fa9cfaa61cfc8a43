/** Asking CloudFormation for a change set, through a guarded session. */
import {
  CreateChangeSetCommand,
  type CreateChangeSetCommandInput,
  type OnStackFailure,
} from '@aws-sdk/client-cloudformation';
import { failure } from '#shared/domain/errors/catalogue.ts';
import type { DesiredStack } from '#shared/domain/plan/comparison.ts';
import type { TargetSession } from './sessions.ts';
import { asked, isCode } from './translate-error.ts';

const service = 'AWS CloudFormation';

/** The bucket's refusal or its key's (which may be disabled, too): no other release would help. */
const deniedByS3 = /^S3 error: (Access Denied|.* is not authorized to perform: |arn:[a-z-]+:kms:)/;

export interface NewChangeSet {
  readonly name: string;
  readonly type: 'CREATE' | 'UPDATE';
  readonly desired: DesiredStack;
}

/** Asks for a change set. Asking again with the same name is harmless: the client token is derived from it, and one that exists is kept. */
export async function createChangeSet(session: TargetSession, wanted: NewChangeSet): Promise<void> {
  const { desired } = wanted;
  const input: CreateChangeSetCommandInput = {
    StackName: desired.stackName,
    ChangeSetName: wanted.name,
    ChangeSetType: wanted.type,
    ClientToken: `${wanted.name}-${desired.stack}`,
    TemplateURL: desired.templateUrl,
    Parameters: Object.entries(desired.parameters).map(([ParameterKey, ParameterValue]) => ({
      ParameterKey,
      ParameterValue,
    })),
    Tags: Object.entries(desired.tags).map(([Key, Value]) => ({ Key, Value })),
    Capabilities: [...desired.capabilities] as NonNullable<CreateChangeSetCommandInput['Capabilities']>,
    // Without it CloudFormation would work with this session, which ends in fifteen minutes, and would keep it for later callers.
    RoleARN: desired.roleArn,
    IncludeNestedStacks: true,
    // Said even when there are none: an omitted configuration keeps the alarms of the update before (API reference, RollbackConfiguration).
    RollbackConfiguration: {
      RollbackTriggers: desired.rollback.alarms.map((Arn) => ({ Arn, Type: 'AWS::CloudWatch::Alarm' })),
      MonitoringTimeInMinutes: desired.rollback.monitorMinutes,
    },
    OnStackFailure: onFailure(wanted),
  };
  try {
    await session.cloudFormation.send(new CreateChangeSetCommand(input));
  } catch (error) {
    if (isCode(error, 'AlreadyExistsException')) return;
    // What CloudFormation says of a template or its parameters is the release's fault, not the service's.
    if (isCode(error, 'ValidationError', 'InsufficientCapabilitiesException')) {
      const { account, region } = session.purpose.target;
      const facts = { stack: desired.stack, reason: (error as Error).message };
      const code = deniedByS3.test(facts.reason) ? 'ARTIFACT_DENIED' : 'CHANGE_SET_REFUSED';
      const refused = failure(code, facts, { stack: desired.stackName, account, region });
      refused.cause = error;
      throw refused;
    }
    await asked(service, Promise.reject(error));
  }
}

/** What becomes of a first creation that fails is the pipeline's choice; an update is always rolled back (CreateChangeSet OnStackFailure). */
function onFailure({ type, desired }: NewChangeSet): OnStackFailure {
  if (type === 'UPDATE') return 'ROLLBACK';
  return ({ delete: 'DELETE', rollback: 'ROLLBACK', keep: 'DO_NOTHING' } as const)[desired.onCreateFailure];
}
