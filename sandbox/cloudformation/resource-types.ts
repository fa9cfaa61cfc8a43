/** What CloudFormation does with a type nobody made a provider for, and which rights a type needs. */
import type { Json, Permission, ResourceRequest, ResourceResult, Sandbox } from '../kernel.ts';
import { codePermissions } from './code-permissions.ts';
import { serviceTokenOf } from './custom-resource-request.ts';
import { resourceArn } from './template/arn.ts';
import { defaultIdentity } from './template/default-identity.ts';
import { iamActions } from './template/iam-actions.ts';

const suffixAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** The identity of a resource that is plain data: CloudFormation's usual `<stack>-<logical id>-<suffix>`, or the name it was given. */
export function plainIdentity(sandbox: Sandbox, request: ResourceRequest): ResourceResult {
  return defaultIdentity(request.type, { ...request, suffix: sandbox.mint('physical-id', 12, suffixAlphabet) });
}

/**
 * What the acting role must be allowed before CloudFormation touches a resource: the type's main actions, and for roles also what their
 * inline and managed policies take (Service Authorization Reference, AWS Identity and Access Management), for functions their code.
 */
export function resourcePermissions(request: ResourceRequest, verb: 'create' | 'update' | 'remove'): Permission[] {
  const token = serviceTokenOf(request.type, request.properties);
  if (token !== undefined) return [invokePermission(token)];
  const actions = iamActions(request.type)[verb === 'remove' ? 'delete' : verb];
  const resource = resourceArn(request.type, request);
  const context = boundaryContext(request);
  const main = actions.map((action) => ({ action, resource, context }));
  if (verb === 'remove') return main;
  return [...main, ...codePermissions(request), ...(request.type === 'AWS::IAM::Role' ? rolePolicies(request) : [])];
}

/** What reaching the provider of a custom resource takes. */
function invokePermission(token: string): Permission {
  return { action: token.split(':')[2] === 'sns' ? 'sns:Publish' : 'lambda:InvokeFunction', resource: token };
}

function rolePolicies(request: ResourceRequest): Permission[] {
  const resource = resourceArn(request.type, request);
  const context = boundaryContext(request);
  const inline = listOf(request.properties['Policies']).map(() => ({ action: 'iam:PutRolePolicy', resource, context }));
  const managed = texts(request.properties['ManagedPolicyArns']).map((arn) => ({
    action: 'iam:AttachRolePolicy',
    resource,
    context: { ...context, 'iam:PolicyARN': arn },
  }));
  return [...inline, ...managed];
}

/** `iam:PermissionsBoundary` is what a policy that forbids roles without a boundary looks at. */
function boundaryContext({ type, properties }: ResourceRequest): Record<string, string> {
  const boundary = properties['PermissionsBoundary'];
  const principal = type === 'AWS::IAM::Role' || type === 'AWS::IAM::User';
  return principal && typeof boundary === 'string' ? { 'iam:PermissionsBoundary': boundary } : {};
}

function listOf(value: Json | undefined): Json[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function texts(value: Json | undefined): string[] {
  return listOf(value).filter((member) => typeof member === 'string');
}
