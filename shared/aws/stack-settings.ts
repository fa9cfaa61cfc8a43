/** Settings of a stack that no change set carries, each by a call of its own, through a guarded session. */
import { SetStackPolicyCommand, UpdateTerminationProtectionCommand } from '@aws-sdk/client-cloudformation';
import type { SettingsToMake } from '#shared/domain/plan/settings.ts';
import type { TargetSession } from './sessions.ts';
import { asked } from './translate-error.ts';

const service = 'AWS CloudFormation';

/** Sets what is to be set; setting it again is harmless. The stack is named by ARN, and may be one that is only reviewed yet. */
export async function makeSettings(
  { cloudFormation }: TargetSession,
  StackName: string,
  { terminationProtection, stackPolicy }: SettingsToMake,
): Promise<void> {
  if (stackPolicy !== undefined) {
    const command = new SetStackPolicyCommand({ StackName, StackPolicyBody: stackPolicy });
    await asked(service, cloudFormation.send(command));
  }
  if (terminationProtection !== undefined) {
    const command = new UpdateTerminationProtectionCommand({
      StackName,
      EnableTerminationProtection: terminationProtection,
    });
    await asked(service, cloudFormation.send(command));
  }
}
