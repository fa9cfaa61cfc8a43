/** Stack policy and termination protection: settings outside change sets. */
import type {
  GetStackPolicyCommandInput,
  SetStackPolicyCommandInput,
  UpdateTerminationProtectionCommandInput,
} from '@aws-sdk/client-cloudformation';
import type { Call, Operation, Permission } from '../kernel.ts';
import { noStack, validationError } from './errors.ts';
import { needLiveStack, needStack, placeOf, stackResource } from './stack-lookup.ts';
import { checkPolicy } from './stack-policy.ts';
import { refuseUnsupported } from './unsupported.ts';

/** Sets the policy that later executions are held to (API Reference, SetStackPolicy). It cannot be removed again. */
export const setStackPolicy: Operation<SetStackPolicyCommandInput, Record<string, never>> = {
  permissions: (call) => settingPermission('SetStackPolicy', call),
  run(call) {
    refuseUnsupported(call.input, ['StackPolicyURL']);
    const stack = needLiveStack(placeOf(call), call.input.StackName ?? '');
    if (call.input.StackPolicyBody === undefined)
      throw validationError('Either StackPolicyURL or StackPolicyBody must be specified.');
    stack.policy = checkPolicy(call.input.StackPolicyBody);
    return {};
  },
};

export const getStackPolicy: Operation<GetStackPolicyCommandInput, { readonly StackPolicyBody?: string }> = {
  permissions: (call) => settingPermission('GetStackPolicy', call),
  run(call) {
    const { policy } = needStack(placeOf(call), call.input.StackName ?? '', noStack);
    return policy === undefined ? {} : { StackPolicyBody: policy };
  },
};

/** Protects a stack from DeleteStack, or no longer (API Reference, UpdateTerminationProtection). */
export const updateTerminationProtection: Operation<
  UpdateTerminationProtectionCommandInput,
  { readonly StackId: string }
> = {
  permissions: (call) => settingPermission('UpdateTerminationProtection', call),
  run(call) {
    const stack = needLiveStack(placeOf(call), call.input.StackName ?? '');
    if (stack.parent !== undefined) {
      throw validationError(
        `Termination protection of nested stack [${stack.stackName}] can only be changed on its root stack.`,
      );
    }
    stack.terminationProtection = call.input.EnableTerminationProtection ?? false;
    return { StackId: stack.stackId };
  },
};

function settingPermission(action: string, call: Call<{ readonly StackName: string | undefined }>): Permission[] {
  return [{ action: `cloudformation:${action}`, resource: stackResource(placeOf(call), call.input.StackName) }];
}
