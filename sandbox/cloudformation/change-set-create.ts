/** CreateChangeSet: what is checked before the answer, and the record the later jobs work on. */
import type { CreateChangeSetCommandInput, CreateChangeSetCommandOutput } from '@aws-sdk/client-cloudformation';
import type { Call, Operation, Permission } from '../kernel.ts';
import { checkRole, passRolePermission } from './acting-session.ts';
import { changeSetDuration } from './durations.ts';
import { alreadyExists, noStack, validationError } from './errors.ts';
import { emptyStack } from './new-stack.ts';
import { keepChangeSet, keepStack } from './record-index.ts';
import { checkName, checkToken } from './request-rules.ts';
import { setStackStatus } from './stack-events.ts';
import { modelOf } from './stack-inputs.ts';
import { arnOf, changeSetsOf, findStack, isLive, placeOf, stackResource } from './stack-lookup.ts';
import type { ChangeSetRecord, StackModel, StackRecord } from './state.ts';
import { refuseUnsupported } from './unsupported.ts';
import { refuseUnlessPlannable } from './update-rules.ts';

type Input = CreateChangeSetCommandInput;
type Output = Omit<CreateChangeSetCommandOutput, '$metadata'>;

/**
 * Makes a change set (API Reference, CreateChangeSet). The answer comes while it is CREATE_PENDING; jobs compute it. CREATE makes a shell
 * stack in REVIEW_IN_PROGRESS. A repeated ClientToken with the same inputs answers the same change set again.
 */
export const createChangeSet: Operation<Input, Output> = { permissions, run };

function permissions(call: Call<Input>): Permission[] {
  const { input } = call;
  const context = {
    ...(input.ChangeSetName === undefined ? {} : { 'cloudformation:ChangeSetName': input.ChangeSetName }),
    ...inputContext(input),
  };
  const resource = stackResource(placeOf(call), input.StackName);
  const create = { action: 'cloudformation:CreateChangeSet', resource, context };
  return input.RoleARN === undefined ? [create] : [create, passRolePermission(input.RoleARN)];
}

/** Condition keys of the inputs (Service Authorization Reference, AWS CloudFormation). */
export function inputContext(input: {
  readonly RoleARN?: string | undefined;
  readonly TemplateURL?: string | undefined;
  readonly Tags?: Input['Tags'];
}): Record<string, string | string[]> {
  const tags = input.Tags ?? [];
  return {
    ...(input.RoleARN === undefined ? {} : { 'cloudformation:RoleARN': input.RoleARN }),
    ...(input.TemplateURL === undefined ? {} : { 'cloudformation:TemplateUrl': input.TemplateURL }),
    ...Object.fromEntries(tags.map(({ Key, Value }) => [`aws:RequestTag/${Key}`, Value ?? ''])),
    ...(tags.length === 0 ? {} : { 'aws:TagKeys': tags.map(({ Key }) => Key ?? '') }),
  };
}

async function run(call: Call<Input>): Promise<Output> {
  const { input } = call;
  const type = checked(input);
  const place = placeOf(call);
  const existing = findStack(place, input.StackName ?? '');
  const stack = type === 'CREATE' ? shellFor(call, existing) : updatable(input, existing);
  const model = await modelOf(call, stack, 'CreateChangeSet');
  if (input.RoleARN !== undefined) checkRole(call.sandbox, input.RoleARN);
  const same = changeSetsOf(call.sandbox, stack.stackId).find((other) => other.changeSetName === input.ChangeSetName);
  if (same !== undefined) return repeated(same, input, model);
  if (existing === undefined) openShell(call, stack);
  return record(call, stack, { type, model });
}

const unsupportedInputs = [
  'ResourcesToImport',
  'ImportExistingResources',
  'DeploymentMode',
  'DeploymentConfig',
  'ResourceTypes',
] as const;

function checked(input: Input): 'CREATE' | 'UPDATE' {
  checkName('changeSetName', input.ChangeSetName);
  checkToken('clientToken', input.ClientToken);
  if (input.StackName?.startsWith('arn:') !== true) checkName('stackName', input.StackName);
  refuseUnsupported(input, unsupportedInputs);
  const type = input.ChangeSetType ?? 'UPDATE';
  if (type === 'IMPORT') throw validationError('IMPORT operations are not supported by the sandbox.');
  if (type === 'UPDATE' && input.OnStackFailure === 'DELETE') {
    throw validationError('OnStackFailure DELETE is only valid when the ChangeSetType is CREATE.');
  }
  if (type === 'CREATE' && input.UsePreviousTemplate) {
    throw validationError('UsePreviousTemplate cannot be used when creating a stack.');
  }
  return type;
}

/** CREATE needs a name that is free, or a shell made by an earlier change set. */
function shellFor(call: Call<Input>, existing: StackRecord | undefined): StackRecord {
  const { sandbox, input, account, region } = call;
  if (existing === undefined) return emptyStack(sandbox, { stackName: input.StackName ?? '', account, region });
  if (existing.status === 'REVIEW_IN_PROGRESS') return existing;
  if (!isLive(existing)) throw noStack(input.StackName ?? '');
  throw validationError(
    `Stack [${existing.stackName}] already exists and cannot be created again with the changeSet [${input.ChangeSetName}].`,
  );
}

function updatable(input: Input, existing: StackRecord | undefined): StackRecord {
  if (existing === undefined || !isLive(existing)) throw noStack(input.StackName ?? '');
  refuseUnlessPlannable(existing);
  return existing;
}

function openShell(call: Call<Input>, stack: StackRecord): void {
  keepStack(call.sandbox, stack);
  setStackStatus(call.sandbox, stack, { status: 'REVIEW_IN_PROGRESS', reason: 'User Initiated' });
}

/** A change set of this name exists: the same request again is answered as before, any other is refused. */
function repeated(same: ChangeSetRecord, input: Input, model: StackModel): Output {
  const mismatch = mismatchOf(same, input, model);
  if (input.ClientToken !== undefined && mismatch === undefined) return { Id: same.changeSetId, StackId: same.stackId };
  throw alreadyExists(
    `ChangeSet ${same.changeSetName} cannot be created due to a mismatch with existing attribute ${mismatch ?? 'ClientToken'}`,
  );
}

function mismatchOf(same: ChangeSetRecord, input: Input, model: StackModel): string | undefined {
  if (same.model.template !== model.template) return 'Template';
  if (same.clientToken !== input.ClientToken) return 'ClientToken';
  if (same.description !== input.Description) return 'Description';
  if (JSON.stringify(same.model) !== JSON.stringify(model)) return 'Parameters';
  return same.roleArn === input.RoleARN ? undefined : 'RoleARN';
}

function record(
  call: Call<Input>,
  stack: StackRecord,
  made: { readonly type: 'CREATE' | 'UPDATE'; readonly model: StackModel },
): Output {
  const { sandbox, input, account, region } = call;
  const changeSetName = input.ChangeSetName ?? '';
  const changeSetId = arnOf({ account, region }, 'changeSet', `${changeSetName}/${sandbox.uuid('change-set')}`);
  keepChangeSet(sandbox, {
    ...{ changeSetId, changeSetName, stackId: stack.stackId, ...made },
    createdAt: sandbox.now(),
    status: 'CREATE_PENDING',
    executionStatus: 'UNAVAILABLE',
    includeNestedStacks: input.IncludeNestedStacks ?? false,
    caller: call.caller,
    changes: [],
    ...(input.Description === undefined ? {} : { description: input.Description }),
    ...(input.ClientToken === undefined ? {} : { clientToken: input.ClientToken }),
    ...(input.RoleARN === undefined ? {} : { roleArn: input.RoleARN }),
    ...(input.OnStackFailure === undefined ? {} : { onStackFailure: input.OnStackFailure }),
  });
  const resources = Object.keys(stack.resources).length;
  const at = sandbox.now() + changeSetDuration(resources);
  sandbox.schedule({
    at: sandbox.now() + 500,
    service: 'cloudformation',
    name: 'begin-change-set',
    payload: { changeSetId },
  });
  sandbox.schedule({ at, service: 'cloudformation', name: 'compute-change-set', payload: { changeSetId } });
  return { Id: changeSetId, StackId: stack.stackId };
}
