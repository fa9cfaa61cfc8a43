/** What CloudFormation does with a type nobody made a provider for, and which rights a type needs. */
import type { Permission, ResourceRequest, ResourceResult, Sandbox } from '../kernel.ts';
import { defaultIdentity } from './template/default-identity.ts';
import { iamActions, resourceArn } from './template/iam-actions.ts';

const suffixAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** The identity of a resource that is plain data: CloudFormation's usual `<stack>-<logical id>-<suffix>`, or the name it was given. */
export function plainIdentity(sandbox: Sandbox, request: ResourceRequest): ResourceResult {
  const { type, account, region, stackName, logicalId, properties } = request;
  const suffix = sandbox.mint('physical-id', 12, suffixAlphabet);
  return defaultIdentity(type, { account, region, stackName, logicalId, suffix, properties });
}

/** What the acting role must be allowed before CloudFormation touches a resource. */
export function resourcePermissions(request: ResourceRequest, verb: 'create' | 'update' | 'remove'): Permission[] {
  const actions = iamActions(request.type)[verb === 'remove' ? 'delete' : verb];
  const resource = resourceArn(request.type, request);
  return actions.map((action) => ({ action, resource }));
}
