/** CancelUpdateStack. */
import type { CancelUpdateStackCommandInput } from '@aws-sdk/client-cloudformation';
import type { Operation } from '../kernel.ts';
import { endingStack, endPermissions, refuseNestedStack } from './ending-request.ts';
import { cancelUpdate } from './engine/interruption.ts';
import { wrongStatus } from './errors.ts';

/**
 * Cancels an update and goes back to what the stack was (API Reference, CancelUpdateStack). Only UPDATE_IN_PROGRESS can be cancelled; that
 * includes the time in which alarms are still watched, but not the clean-up.
 */
export const cancelUpdateStack: Operation<CancelUpdateStackCommandInput, Record<string, never>> = {
  permissions: (call) => endPermissions('CancelUpdateStack', call),
  run(call) {
    const { stack, repeated } = endingStack(call, 'cancel-update');
    if (repeated) return {};
    refuseNestedStack(stack, 'CancelUpdateStack');
    if (stack.status !== 'UPDATE_IN_PROGRESS') throw wrongStatus('CancelUpdateStack');
    const { ClientRequestToken: token } = call.input;
    if (token !== undefined) stack.tokens[token] = 'cancel-update';
    cancelUpdate(call.sandbox, stack, token);
    return {};
  },
};
