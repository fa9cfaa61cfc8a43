import type {
  AttachRolePolicyCommandInput,
  CreateRoleCommandInput,
  CreateRoleCommandOutput,
  DeleteRolePermissionsBoundaryCommandInput,
  PutRolePermissionsBoundaryCommandInput,
  PutRolePolicyCommandInput,
  UpdateAssumeRolePolicyCommandInput,
} from '@aws-sdk/client-iam';
import type { Call, Operation, Permission } from '../kernel.ts';
import { requireName } from './identifiers.ts';
import { identityDocument, requireInlineQuota, sentDocument, trustDocument } from './policy-documents.ts';
import { shownRole } from './read-roles.ts';
import { requestTags, resourceTags, tagRecord } from './request-tags.ts';
import {
  createRole as addRole,
  defaultSettings,
  requireManagedPolicy,
  requireRole,
  requireRoleQuota,
} from './roles.ts';
import type { RoleRecord } from './state.ts';

type Nothing = Record<string, never>;

/** Conditions and resources of these actions: Service Authorization Reference, "AWS Identity and Access Management". */
export const createRole: Operation<CreateRoleCommandInput, Omit<CreateRoleCommandOutput, '$metadata'>> = {
  permissions({ account, input }) {
    const { Path = '/', RoleName, PermissionsBoundary: boundary, Tags } = input;
    const context = { ...requestTags(Tags), ...boundaryKey(boundary) };
    return [{ action: 'iam:CreateRole', resource: `arn:aws:iam::${account}:role${Path}${RoleName}`, context }];
  },
  run({ sandbox, account, input }) {
    const { Path: path = '/', RoleName: name = '', PermissionsBoundary: boundary } = input;
    const settings = {
      ...defaultSettings,
      description: input.Description ?? '',
      maxSessionDuration: input.MaxSessionDuration ?? defaultSettings.maxSessionDuration,
      tags: tagRecord(input.Tags),
      ...(boundary === undefined ? {} : { boundary }),
    };
    const trust = sentDocument(input.AssumeRolePolicyDocument);
    return { Role: shownRole(sandbox.world, addRole(sandbox, { account, name, path, trust, settings })) };
  },
};

export const updateAssumeRolePolicy: Operation<UpdateAssumeRolePolicyCommandInput, Nothing> = {
  permissions: (call) => onRole('iam:UpdateAssumeRolePolicy', call),
  run(call) {
    roleOf(call).trust = trustDocument(call.sandbox.world, sentDocument(call.input.PolicyDocument));
    return {};
  },
};

export const putRolePolicy: Operation<PutRolePolicyCommandInput, Nothing> = {
  permissions: (call) => onBoundedRole('iam:PutRolePolicy', call),
  run(call) {
    const { PolicyName = '', PolicyDocument } = call.input;
    requireName('policyName', PolicyName, 128);
    const role = roleOf(call);
    const policies = { ...role.inlinePolicies, [PolicyName]: identityDocument(sentDocument(PolicyDocument)) };
    requireInlineQuota(role.name, policies);
    role.inlinePolicies = policies;
    return {};
  },
};

export const attachRolePolicy: Operation<AttachRolePolicyCommandInput, Nothing> = {
  permissions: (call) => onBoundedRole('iam:AttachRolePolicy', call, { 'iam:PolicyARN': String(call.input.PolicyArn) }),
  run(call) {
    const arn = String(call.input.PolicyArn);
    const role = roleOf(call);
    requireManagedPolicy(call.sandbox.world, arn);
    const attached = [...new Set([...role.attachedPolicies, arn])];
    requireRoleQuota(attached);
    role.attachedPolicies = attached;
    return {};
  },
};

/** The condition key holds the boundary that is asked for, not the one that is there. */
export const putRolePermissionsBoundary: Operation<PutRolePermissionsBoundaryCommandInput, Nothing> = {
  permissions: (call) => onRole('iam:PutRolePermissionsBoundary', call, boundaryKey(call.input.PermissionsBoundary)),
  run(call) {
    const role = roleOf(call);
    const boundary = String(call.input.PermissionsBoundary);
    requireManagedPolicy(call.sandbox.world, boundary);
    role.boundary = boundary;
    return {};
  },
};

export const deleteRolePermissionsBoundary: Operation<DeleteRolePermissionsBoundaryCommandInput, Nothing> = {
  permissions: (call) => onBoundedRole('iam:DeleteRolePermissionsBoundary', call),
  run(call) {
    delete roleOf(call).boundary;
    return {};
  },
};

type OnRole = Call<{ RoleName: string | undefined }>;
type Context = NonNullable<Permission['context']>;

const boundaryKey = (boundary: string | undefined): Context =>
  boundary === undefined ? {} : { 'iam:PermissionsBoundary': boundary };

const roleOf = ({ sandbox, account, input }: OnRole): RoleRecord =>
  requireRole(sandbox.world, account, String(input.RoleName));

/** The boundary that the role has is a condition key too. */
function onBoundedRole(action: string, call: OnRole, context: Context = {}): Permission[] {
  const { sandbox, account, input } = call;
  const boundary = sandbox.world.iam.accounts[account]?.roles[String(input.RoleName)]?.boundary;
  return onRole(action, call, { ...context, ...boundaryKey(boundary) });
}

/** The role's ARN with its path where it exists, so that a permission by path decides. */
function onRole(action: string, { sandbox, account, input }: OnRole, context: Context = {}): Permission[] {
  const role = sandbox.world.iam.accounts[account]?.roles[String(input.RoleName)];
  const resource = role?.arn ?? `arn:aws:iam::${account}:role/${input.RoleName}`;
  return [{ action, resource, context: { ...resourceTags(role), ...context } }];
}
