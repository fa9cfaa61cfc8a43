import * as z from 'zod';
import type { ResourceProvider, ResourceRequest, ResourceResult } from '../kernel.ts';
import { generatedName } from './identifiers.ts';
import { inlinePolicies, names, path, readProperties, tags } from './properties.ts';
import { createRole, type RoleSettings, removeRole, requireRole, updateRole } from './roles.ts';
import type { RoleRecord } from './state.ts';

/** AWS::IAM::Role. `Ref` is the name; attributes Arn and RoleId. Name and path change only by replacement. */
export const roleProvider: ResourceProvider = {
  create(request) {
    const { sandbox, account } = request;
    const properties = readProperties(shape, request);
    const role = createRole(sandbox, {
      account,
      name: properties.RoleName ?? generatedName(sandbox, request, 64),
      path: properties.Path,
      trust: properties.AssumeRolePolicyDocument,
      settings: settingsOf(properties),
    });
    return result(role);
  },
  update(request) {
    const role = requireRole(request.sandbox.world, request.account, String(request.physicalId));
    const properties = readProperties(shape, request);
    updateRole(request.sandbox, role, {
      trust: properties.AssumeRolePolicyDocument,
      before: settingsOf(readProperties(shape, { properties: request.previousProperties ?? {} })),
      settings: settingsOf(properties),
    });
    return result(role);
  },
  remove(request) {
    const role = existing(request);
    if (role) removeRole(request.sandbox.world, role, settingsOf(readProperties(shape, request)));
  },
};

const shape = z.looseObject({
  RoleName: z.string().optional(),
  Path: path,
  Description: z.string().default(''),
  AssumeRolePolicyDocument: z.unknown(),
  Policies: inlinePolicies,
  ManagedPolicyArns: names,
  PermissionsBoundary: z.string().optional(),
  MaxSessionDuration: z.coerce.number().default(3600),
  Tags: tags,
});

function settingsOf(properties: z.output<typeof shape>): RoleSettings {
  return {
    description: properties.Description,
    inlinePolicies: properties.Policies,
    attachedPolicies: properties.ManagedPolicyArns,
    maxSessionDuration: properties.MaxSessionDuration,
    tags: properties.Tags,
    ...(properties.PermissionsBoundary === undefined ? {} : { boundary: properties.PermissionsBoundary }),
  };
}

const existing = ({ sandbox, account, physicalId = '' }: ResourceRequest): RoleRecord | undefined =>
  sandbox.world.iam.accounts[account]?.roles[physicalId];

const result = (role: RoleRecord): ResourceResult => ({
  physicalId: role.name,
  attributes: { Arn: role.arn, RoleId: role.id },
});
