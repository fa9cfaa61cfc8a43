/** Custom resources: the function is asked, and the step waits for what it puts to the response URL. */
import { actingCaller } from '../acting-session.ts';
import {
  type CustomRequest,
  isAnswered,
  requestText,
  responsePath,
  serviceTimeout,
  serviceTokenOf,
} from '../custom-resource-request.ts';
import { validationError } from '../errors.ts';
import { plainIdentity } from '../resource-types.ts';
import type { ResourceDefinition, ResourceRecord, StepRecord } from '../state.ts';
import { recordOf, type StepContext } from './step-context.ts';

/** What a step asks of a function. */
interface Asking {
  readonly record: ResourceRecord;
  readonly token: string;
  readonly properties: ResourceDefinition['properties'];
  readonly request: Pick<CustomRequest, 'requestType' | 'physicalId' | 'oldProperties'>;
}

/**
 * Sends the request of a step on a custom resource whose function runs here; false for every other step. CloudFormation invokes with the
 * rights it acts with. Throws AwsError where it may not, or where the template asks for what custom resources do not do.
 */
export async function askFunction(context: StepContext, step: StepRecord): Promise<boolean> {
  const asking = askingOf(context, step);
  if (asking === undefined) return false;
  const { sandbox, stack, operation } = context;
  const { record, token, properties, request } = asking;
  if (request.oldProperties && request.oldProperties['ServiceToken'] !== token) {
    throw validationError('Modifying service token is not allowed.');
  }
  const timeout = serviceTimeout(properties);
  const secret = sandbox.mint('custom-resource-url', 40, secretAlphabet);
  const requestId = sandbox.uuid('custom-resource-request');
  const { logicalId, type } = record;
  const responseUrl = `${sandbox.endpoint}${responsePath}${secret}`;
  const text = requestText({ ...request, requestId, responseUrl, stackId: stack.stackId, logicalId, type, properties });
  await sandbox.perform({
    service: 'lambda',
    operation: 'Invoke',
    input: { FunctionName: token, InvocationType: 'Event', Payload: new TextEncoder().encode(text) },
    caller: actingCaller(sandbox, stack, operation),
    region: stack.region,
  });
  // A create that is given up before it was answered is undone all the same, under an id of CloudFormation's own.
  record.physicalId ??= ownId(context, asking);
  Object.assign(step, { status: 'acting', asked: { secret, requestId } });
  const payload = { stackId: stack.stackId, operationId: operation.id, logicalId, requestId };
  step.job = sandbox.schedule({
    at: sandbox.now() + timeout,
    service: 'cloudformation',
    name: 'custom-answer',
    payload,
  });
  return true;
}

const secretAlphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Undefined where the resource is no custom resource, nobody would answer, or there is nothing to do. */
function askingOf(context: StepContext, step: StepRecord): Asking | undefined {
  const { sandbox, stack } = context;
  const record = recordOf(context, step);
  const definition = record && definitionFor(context, step, record);
  if (record === undefined || definition === undefined) return undefined;
  const { properties } = definition;
  const token = serviceTokenOf(record.type, properties);
  if (!isAnswered(sandbox, token, stack.region)) return undefined;
  return { record, token, properties, request: requestOf(step, record) };
}

/** What the resource is brought to; for a removal what it is. */
export function definitionFor(
  { operation }: StepContext,
  step: StepRecord,
  record: ResourceRecord,
): ResourceDefinition | undefined {
  if (step.verb === 'remove') return record.definition;
  if (step.verb === 'apply') return step.definition;
  // What was replaced already points to the old physical resource again.
  return step.change === 'replace' ? undefined : operation.before?.resources[step.logicalId]?.definition;
}

function requestOf(step: StepRecord, { physicalId = '', definition }: ResourceRecord): Asking['request'] {
  if (step.verb === 'remove') return { requestType: 'Delete', physicalId };
  if (step.verb === 'apply' && step.change === 'create') return { requestType: 'Create' };
  return { requestType: 'Update', physicalId, oldProperties: definition.properties };
}

function ownId({ sandbox, stack }: StepContext, { record, properties }: Asking): string {
  const { account, region, stackId, stackName } = stack;
  const { logicalId, type } = record;
  const place = { sandbox, account, region, stackId, stackName, logicalId, type };
  return plainIdentity(sandbox, { ...place, properties }).physicalId;
}
