/** Reading the EventBridge event of a stack's status. Source: EventBridge reference, "CloudFormation stack status change". */
import * as z from 'zod';
import { isSettled } from '../plan/stack-status.ts';

const StackStatusEvent = z.object({
  'detail-type': z.literal('CloudFormation Stack Status Change'),
  source: z.literal('aws.cloudformation'),
  account: z.string(),
  detail: z.object({ 'stack-id': z.string(), 'status-details': z.object({ status: z.string() }) }),
});

export type WakeUp =
  | { readonly kind: 'stack'; readonly stackId: string }
  | { readonly kind: 'ignored'; readonly why: string };

/** The stack an event is about, or why it wakes nobody. EventBridge sets `account` itself, so it must be the account of the stack. */
export function wakeUpOf(event: unknown): WakeUp {
  const parsed = StackStatusEvent.safeParse(event);
  if (!parsed.success) return { kind: 'ignored', why: 'not a stack status event' };
  const { account, detail } = parsed.data;
  const stackId = detail['stack-id'];
  if (stackId.split(':')[4] !== account)
    return { kind: 'ignored', why: `the event came from account ${account}, not from the stack's` };
  if (!isSettled(detail['status-details'].status)) return { kind: 'ignored', why: 'the stack is still in progress' };
  return { kind: 'stack', stackId };
}
