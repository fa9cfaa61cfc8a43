/** What the requests share that end an operation or a stack: DeleteStack, RollbackStack, ContinueUpdateRollback, CancelUpdateStack. */
import type { Call, Permission } from '../kernel.ts';
import { checkRole, passRolePermission } from './acting-session.ts';
import { noStack, tokenAlreadyExists, validationError } from './errors.ts';
import { checkToken } from './request-rules.ts';
import { findStack, isLive, placeOf, stackResource } from './stack-lookup.ts';
import type { OperationRecord, StackRecord } from './state.ts';

export interface EndingInput {
  readonly StackName: string | undefined;
  readonly RoleARN?: string | undefined;
  readonly ClientRequestToken?: string | undefined;
}

/** What a client request token was used for. */
export type TokenUse = OperationRecord['kind'] | 'cancel-update';

/**
 * The stack such a request is about, and whether the request is a retry of one that was taken: a token answers again for the operation it
 * was used for and is refused for any other (API Reference, TokenAlreadyExistsException).
 */
export function endingStack(
  call: Call<EndingInput>,
  use: TokenUse,
): { readonly stack: StackRecord; readonly repeated: boolean } {
  const { StackName = '', ClientRequestToken } = call.input;
  checkToken('clientRequestToken', ClientRequestToken);
  const stack = findStack(placeOf(call), StackName);
  if (stack === undefined) throw noStack(StackName);
  const repeated = isRepeated(stack, ClientRequestToken, use);
  if (!repeated && !isLive(stack)) throw noStack(StackName);
  return { stack, repeated };
}

export function isRepeated(stack: StackRecord, token: string | undefined, use: TokenUse): boolean {
  if (token === undefined || !(token in stack.tokens)) return false;
  if (stack.tokens[token] !== use) throw tokenAlreadyExists(token);
  return true;
}

/** The ways back begin at the root (User Guide, "Continue rolling back an update"). The wording is AWS's for `RollbackUpdatedStack`. */
export function refuseNestedStack(stack: StackRecord, action: string): void {
  if (stack.parent !== undefined) throw validationError(`${action} cannot be invoked on child stacks`);
}

/** Says at the request that a role given with it cannot be used. */
export function checkGivenRole(call: Call<EndingInput>): void {
  if (call.input.RoleARN !== undefined) checkRole(call.sandbox, call.input.RoleARN);
}

export function endPermissions(action: string, call: Call<EndingInput>): Permission[] {
  const { RoleARN, StackName } = call.input;
  const context = RoleARN === undefined ? {} : { 'cloudformation:RoleARN': RoleARN };
  const end = { action: `cloudformation:${action}`, resource: stackResource(placeOf(call), StackName), context };
  return RoleARN === undefined ? [end] : [end, passRolePermission(RoleARN)];
}
