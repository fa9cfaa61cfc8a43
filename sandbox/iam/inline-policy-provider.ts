import * as z from 'zod';
import type { ResourceProvider, ResourceRequest } from '../kernel.ts';
import { generatedName, requireName } from './identifiers.ts';
import { identityDocument, requireInlineQuota } from './policy-documents.ts';
import { names, readProperties } from './properties.ts';
import { requireRole } from './roles.ts';
import { iamAccount } from './state.ts';

/** AWS::IAM::Policy: an inline policy put on the roles it names. `Ref` is a name of CloudFormation's own. */
export const inlinePolicyProvider: ResourceProvider = {
  create(request) {
    put(request);
    const physicalId = generatedName(request.sandbox, request, 128);
    return { physicalId, attributes: { Id: physicalId } };
  },
  update(request) {
    const before = readProperties(shape, { properties: request.previousProperties ?? {} });
    const now = put(request);
    const kept = before.PolicyName === now.PolicyName ? now.Roles : [];
    take(
      request,
      before.PolicyName,
      before.Roles.filter((role) => !kept.includes(role)),
    );
    const physicalId = String(request.physicalId);
    return { physicalId, attributes: { Id: physicalId } };
  },
  remove(request) {
    const { PolicyName, Roles } = readProperties(shape, request);
    take(request, PolicyName, Roles);
  },
};

const shape = z.looseObject({ PolicyName: z.string(), PolicyDocument: z.unknown(), Roles: names });

function put(request: ResourceRequest): z.output<typeof shape> {
  const properties = readProperties(shape, request);
  requireName('policyName', properties.PolicyName, 128);
  const document = identityDocument(properties.PolicyDocument);
  const roles = properties.Roles.map((name) => requireRole(request.sandbox.world, request.account, name));
  for (const role of roles) {
    const policies = { ...role.inlinePolicies, [properties.PolicyName]: document };
    requireInlineQuota(role.name, policies);
    role.inlinePolicies = policies;
  }
  return properties;
}

function take({ sandbox, account }: ResourceRequest, policyName: string, roleNames: readonly string[]): void {
  for (const name of roleNames) delete iamAccount(sandbox.world, account).roles[name]?.inlinePolicies[policyName];
}
