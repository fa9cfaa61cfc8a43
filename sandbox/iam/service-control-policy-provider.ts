import * as z from 'zod';
import { accessDenied } from '../aws-error.ts';
import type { ResourceProvider, ResourceRequest, ResourceResult } from '../kernel.ts';
import { sharedServicesAccount } from '../organization.ts';
import { names, readProperties } from './properties.ts';
import { attachServiceControlPolicy, detachServiceControlPolicy } from './service-control-policies.ts';

/**
 * AWS::Organizations::Policy of type SERVICE_CONTROL_POLICY. `Ref` is its id. Targets are accounts: the sandbox models no organizational
 * units. Shared services stands for the organization's delegated administrator, so the resource can be made only there.
 */
export const serviceControlPolicyProvider: ResourceProvider = {
  create(request) {
    const properties = read(request);
    const id = `p-${request.sandbox.mint('organizations-policy', 8)}`;
    attach(request, properties);
    return result(id, properties);
  },
  update(request) {
    const properties = read(request);
    const before = readProperties(shape, { properties: request.previousProperties ?? {} });
    attach(request, properties);
    const dropped = before.TargetIds.filter(
      (target) => before.Name !== properties.Name || !properties.TargetIds.includes(target),
    );
    for (const target of dropped) detachServiceControlPolicy(request.sandbox.world, target, before.Name);
    return result(String(request.physicalId), properties);
  },
  remove(request) {
    const { Name, TargetIds } = readProperties(shape, request);
    for (const target of TargetIds) detachServiceControlPolicy(request.sandbox.world, target, Name);
  },
};

const shape = z.looseObject({
  Name: z.string().regex(/^[\s\S]{1,128}$/),
  Type: z.literal('SERVICE_CONTROL_POLICY'),
  Content: z.unknown(),
  TargetIds: names,
});
type Properties = z.output<typeof shape>;

function read(request: ResourceRequest): Properties {
  if (request.account === sharedServicesAccount) return readProperties(shape, request);
  throw accessDenied("You don't have permissions to access this resource.");
}

function attach({ sandbox }: ResourceRequest, { Name, Content, TargetIds }: Properties): void {
  for (const target of TargetIds) {
    attachServiceControlPolicy(sandbox.world, target, { name: Name, document: Content });
  }
}

const result = (id: string, { Name }: Properties): ResourceResult => ({
  physicalId: id,
  attributes: { Id: id, Name, AwsManaged: false },
});
