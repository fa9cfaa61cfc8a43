/** Bringing a stack back, through a guarded session of the deploy role whose policy is for this one stack. */
import {
  ContinueUpdateRollbackCommand,
  DeleteStackCommand,
  RollbackStackCommand,
} from '@aws-sdk/client-cloudformation';
import { roleArn } from '#shared/domain/names.ts';
import type { StackPlan } from '#shared/domain/plan/stack-plan.ts';
import type { TargetSession } from './sessions.ts';
import { asked, isCode } from './translate-error.ts';

const service = 'AWS CloudFormation';

export interface Recovering {
  readonly stackId: string;
  readonly recovery: NonNullable<StackPlan['recovery']>;
  /** ClientRequestToken of the operation. */
  readonly token: string;
}

/** Asks for the recovery. Asking again with the same token is harmless. */
export async function beginRecovery(session: TargetSession, recovering: Recovering): Promise<void> {
  try {
    await send(session, recovering);
  } catch (error) {
    if (!isCode(error, 'TokenAlreadyExistsException', 'TokenAlreadyExists'))
      await asked(service, Promise.reject(error));
  }
}

async function send(session: TargetSession, recovering: Recovering): Promise<unknown> {
  const { cloudFormation, purpose } = session;
  const { stackId: StackName, recovery, token: ClientRequestToken } = recovering;
  // Without it CloudFormation would go on with whichever role the stack had, or with this short session.
  const RoleARN = roleArn(purpose.target, 'execution');
  const common = { StackName, ClientRequestToken, RoleARN };
  switch (recovery.action) {
    case 'delete':
      return cloudFormation.send(new DeleteStackCommand(common));
    case 'force-delete':
      return cloudFormation.send(new DeleteStackCommand({ ...common, DeletionMode: 'FORCE_DELETE_STACK' }));
    case 'roll-back':
      return cloudFormation.send(new RollbackStackCommand(common));
    case 'continue-rollback': {
      const skipped = recovery.skip.length === 0 ? {} : { ResourcesToSkip: [...recovery.skip] };
      return cloudFormation.send(new ContinueUpdateRollbackCommand({ ...common, ...skipped }));
    }
  }
}
