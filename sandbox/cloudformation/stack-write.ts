/** CreateStack and UpdateStack: the direct ways, without a change set. */
import type {
  CreateStackCommandInput,
  CreateStackCommandOutput,
  UpdateStackCommandInput,
  UpdateStackCommandOutput,
} from '@aws-sdk/client-cloudformation';
import type { Call, Operation, Permission } from '../kernel.ts';
import { checkRole, passRolePermission } from './acting-session.ts';
import { inputContext } from './change-set-create.ts';
import { startDeployment } from './engine/operation-start.ts';
import { alreadyExists, tokenAlreadyExists, validationError } from './errors.ts';
import { emptyStack } from './new-stack.ts';
import { keepStack } from './record-index.ts';
import { checkName, checkToken } from './request-rules.ts';
import { changesAnything, computeChanges } from './stack-changes.ts';
import { modelOf } from './stack-inputs.ts';
import { findStack, needLiveStack, placeOf, stackResource } from './stack-lookup.ts';
import { checkPolicy } from './stack-policy.ts';
import type { OperationRecord, StackRecord } from './state.ts';
import { refuseUnsupported } from './unsupported.ts';
import { refuseUnlessUpdatable } from './update-rules.ts';

type Created = Omit<CreateStackCommandOutput, '$metadata'>;
type Updated = Omit<UpdateStackCommandOutput, '$metadata'>;

/** Makes a stack (API Reference, CreateStack). The same ClientRequestToken again answers the same stack. */
export const createStack: Operation<CreateStackCommandInput, Created> = {
  permissions: (call) => writePermissions('CreateStack', call),
  async run(call) {
    const { sandbox, input, caller, account, region } = call;
    checkName('stackName', input.StackName);
    checkToken('clientRequestToken', input.ClientRequestToken);
    refuseUnsupported(input, ['ResourceTypes', 'StackPolicyURL', 'DeploymentConfig']);
    const existing = findStack(placeOf(call), input.StackName ?? '');
    if (existing !== undefined) return repeatedCreate(existing, input);
    const onFailure = onFailureOf(input);
    const stack = emptyStack(sandbox, { stackName: input.StackName ?? '', account, region });
    const model = await modelOf(call, stack, 'CreateStack');
    if (input.RoleARN !== undefined) checkRole(sandbox, input.RoleARN);
    stack.terminationProtection = input.EnableTerminationProtection ?? false;
    if (input.StackPolicyBody !== undefined) stack.policy = checkPolicy(input.StackPolicyBody);
    keepStack(sandbox, stack);
    const { RoleARN: roleArn, ClientRequestToken: token, RetainExceptOnCreate: retainExceptOnCreate } = input;
    startDeployment(sandbox, stack, {
      ...{ caller, token, roleArn, retainExceptOnCreate, model },
      onFailure,
    });
    return { StackId: stack.stackId };
  },
};

/** Updates a stack (API Reference, UpdateStack). Its change sets become OBSOLETE. */
export const updateStack: Operation<UpdateStackCommandInput, Updated> = {
  permissions: (call) => writePermissions('UpdateStack', call),
  async run(call) {
    const { sandbox, input, caller } = call;
    checkToken('clientRequestToken', input.ClientRequestToken);
    refuseUnsupported(input, unsupportedUpdate);
    const stack = needLiveStack(placeOf(call), input.StackName ?? '');
    const onFailure = input.DisableRollback ? 'nothing' : 'rollback';
    const { ClientRequestToken: token } = input;
    if (token !== undefined && stack.tokens[token] === 'update') return { StackId: stack.stackId };
    if (token !== undefined && token in stack.tokens) throw tokenAlreadyExists(token);
    refuseUnlessUpdatable(stack, onFailure);
    const model = await modelOf(call, stack, 'UpdateStack');
    if (input.RoleARN !== undefined) checkRole(sandbox, input.RoleARN);
    refuseUnlessChanged(call, stack, model);
    if (input.StackPolicyBody !== undefined) stack.policy = checkPolicy(input.StackPolicyBody);
    const { RoleARN: roleArn, RetainExceptOnCreate: retainExceptOnCreate } = input;
    startDeployment(sandbox, stack, { caller, token, roleArn, retainExceptOnCreate, model, onFailure });
    return { StackId: stack.stackId };
  },
};

const unsupportedUpdate = [
  'ResourceTypes',
  'StackPolicyURL',
  'StackPolicyDuringUpdateBody',
  'StackPolicyDuringUpdateURL',
  'DeploymentConfig',
] as const;

function writePermissions(
  action: 'CreateStack' | 'UpdateStack',
  call: Call<CreateStackCommandInput | UpdateStackCommandInput>,
): Permission[] {
  const { input } = call;
  const resource = stackResource(placeOf(call), input.StackName);
  const write = { action: `cloudformation:${action}`, resource, context: inputContext(input) };
  return input.RoleARN === undefined ? [write] : [write, passRolePermission(input.RoleARN)];
}

function repeatedCreate(existing: StackRecord, input: CreateStackCommandInput): Created {
  const { ClientRequestToken: token } = input;
  if (token !== undefined && existing.tokens[token] === 'create') return { StackId: existing.stackId };
  throw alreadyExists(`Stack [${existing.stackName}] already exists`);
}

function onFailureOf(input: CreateStackCommandInput): OperationRecord['onFailure'] {
  if (input.OnFailure !== undefined && input.DisableRollback !== undefined) {
    throw validationError('You can specify either DisableRollback or OnFailure, but not both.');
  }
  if (input.OnFailure === undefined) return input.DisableRollback ? 'nothing' : 'rollback';
  return ({ DO_NOTHING: 'nothing', ROLLBACK: 'rollback', DELETE: 'delete' } as const)[input.OnFailure];
}

function refuseUnlessChanged(
  call: Call<UpdateStackCommandInput>,
  stack: StackRecord,
  model: NonNullable<StackRecord['model']>,
): void {
  const computed = computeChanges(call.sandbox, stack, model);
  if (computed.kind === 'invalid') throw validationError(computed.message);
  if (changesAnything(computed, stack, model)) return;
  throw validationError('No updates are to be performed.');
}
