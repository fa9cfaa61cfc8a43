/** What the intrinsic functions of a stack's template may see. */
import type { Sandbox } from '../kernel.ts';
import { publicParameter } from './public-parameters.ts';
import { exportsOf } from './stack-exports.ts';
import { stacksOf } from './stack-lookup.ts';
import type { StackModel, StackRecord } from './state.ts';
import type { EvaluationContext } from './template/evaluation.ts';

/** The context of one stack under one model: its own resources as they are now, the exports and parameters of its region. */
export function evaluationContext(sandbox: Sandbox, stack: StackRecord, model: StackModel): EvaluationContext {
  const { account, region, stackName, stackId } = stack;
  const place = { sandbox, account, region };
  return {
    accountId: account,
    region,
    stackName,
    stackId,
    partition: 'aws',
    urlSuffix: 'amazonaws.com',
    organization: sandbox.world.organization.id,
    parameters: model.parameters,
    notificationArns: model.notificationArns,
    imports: (name) => exportsOf(place).find((one) => one.name === name)?.value,
    resource: (logicalId) => existingResource(stack, logicalId),
    ...(model.processed === undefined ? {} : { extensions: true }),
    ssmParameter: (name) => storedParameter(place, name) ?? publicParameter(name, region),
  };
}

function existingResource(stack: StackRecord, logicalId: string) {
  const record = stack.resources[logicalId];
  if (record?.physicalId === undefined) return undefined;
  return { physicalId: record.physicalId, attributes: record.attributes };
}

/** An account's own Systems Manager parameters exist only as resources of stacks here. */
function storedParameter(place: Parameters<typeof stacksOf>[0], name: string): string | undefined {
  const found = stacksOf(place)
    .filter((stack) => stack.status !== 'DELETE_COMPLETE')
    .flatMap((stack) => Object.values(stack.resources))
    .find((record) => record.type === 'AWS::SSM::Parameter' && record.physicalId === name);
  const value = found?.definition.properties['Value'];
  return typeof value === 'string' ? value : undefined;
}
