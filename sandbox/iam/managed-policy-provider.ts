import * as z from 'zod';
import { AwsError } from '../aws-error.ts';
import type { ResourceProvider, ResourceRequest, ResourceResult, World } from '../kernel.ts';
import { generatedName, mintId, requireName, requirePath } from './identifiers.ts';
import { managedDocument } from './policy-documents.ts';
import { names, path, readProperties } from './properties.ts';
import { requireManagedPolicy, requireRole } from './roles.ts';
import { defaultVersionOf, iamAccount, type ManagedPolicyRecord } from './state.ts';

/** AWS::IAM::ManagedPolicy. `Ref` is the ARN. Attaches itself to the roles it names. */
export const managedPolicyProvider: ResourceProvider = {
  create(request) {
    const { sandbox, account } = request;
    const properties = readProperties(shape, request);
    const name = properties.ManagedPolicyName ?? generatedName(sandbox, request, 128);
    requireName('policyName', name, 128);
    requirePath(properties.Path);
    const arn = `arn:aws:iam::${account}:policy${properties.Path}${name}`;
    const { policies } = iamAccount(sandbox.world, account);
    if (Object.values(policies).some((policy) => policy.name.toLowerCase() === name.toLowerCase())) {
      throw new AwsError(
        'EntityAlreadyExists',
        `A policy called ${name} already exists. Duplicate names are not allowed.`,
        409,
      );
    }
    const record: ManagedPolicyRecord = {
      name,
      path: properties.Path,
      arn,
      id: mintId(sandbox, 'ANPA'),
      createdAt: sandbox.now(),
      updatedAt: sandbox.now(),
      description: properties.Description,
      document: managedDocument(properties.PolicyDocument),
    };
    const roles = properties.Roles.map((role) => requireRole(sandbox.world, account, role));
    policies[arn] = record;
    for (const role of roles) role.attachedPolicies.push(arn);
    return result(record);
  },
  update(request) {
    const { sandbox, account, physicalId: arn = '' } = request;
    const properties = readProperties(shape, request);
    requireManagedPolicy(sandbox.world, arn);
    const record = iamAccount(sandbox.world, account).policies[arn] as ManagedPolicyRecord;
    setDocument(record, managedDocument(properties.PolicyDocument));
    record.updatedAt = sandbox.now();
    const roles = properties.Roles.map((role) => requireRole(sandbox.world, account, role));
    detach(request, readProperties(shape, { properties: request.previousProperties ?? {} }).Roles);
    for (const role of roles) if (!role.attachedPolicies.includes(arn)) role.attachedPolicies.push(arn);
    return result(record);
  },
  remove(request) {
    const { sandbox, account, physicalId: arn = '' } = request;
    const { policies } = iamAccount(sandbox.world, account);
    if (!policies[arn]) return;
    detach(request, readProperties(shape, request).Roles);
    if (isInUse(sandbox.world, account, arn)) {
      throw new AwsError('DeleteConflict', 'Cannot delete a policy attached to entities.', 409);
    }
    delete policies[arn];
  },
};

const shape = z.looseObject({
  ManagedPolicyName: z.string().optional(),
  Path: path,
  Description: z.string().default(''),
  PolicyDocument: z.unknown(),
  Roles: names,
});

function detach({ sandbox, account, physicalId }: ResourceRequest, roleNames: readonly string[]): void {
  for (const name of roleNames) {
    const role = iamAccount(sandbox.world, account).roles[name];
    if (role) role.attachedPolicies = role.attachedPolicies.filter((arn) => arn !== physicalId);
  }
}

/** In place of the default version, so that an update never meets the limit of five. */
function setDocument(record: ManagedPolicyRecord, document: string): void {
  record.document = document;
  if (record.versions) record.versions[defaultVersionOf(record)] = document;
}

const isInUse = (world: World, account: string, arn: string): boolean =>
  Object.values(iamAccount(world, account).roles).some(
    ({ attachedPolicies, boundary }) => attachedPolicies.includes(arn) || boundary === arn,
  );

const result = (record: ManagedPolicyRecord): ResourceResult => ({
  physicalId: record.arn,
  attributes: {
    PolicyArn: record.arn,
    PolicyId: record.id,
    DefaultVersionId: defaultVersionOf(record),
    IsAttachable: true,
  },
});
