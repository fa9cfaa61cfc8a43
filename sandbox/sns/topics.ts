import type { Json, World } from '../kernel.ts';

/** A topic as the stack that has it made it. */
export interface Topic {
  readonly arn: string;
  readonly account: string;
  readonly region: string;
  /** Id, ARN or alias of the key it is encrypted with. */
  readonly key?: string;
  /** JSON text; without one the topic admits nobody from outside its account's IAM policies. */
  readonly policy?: string;
}

/** Topics and their policies are plain data of stacks: this finds them there. Undefined where no stack has such a topic. */
export function topicAt(world: World, arn: string): Topic | undefined {
  const found = resourcesOf(world).find(({ type, physicalId }) => type === 'AWS::SNS::Topic' && physicalId === arn);
  if (found === undefined) return undefined;
  const [, , , region = '', account = ''] = arn.split(':');
  const key = found.definition.properties['KmsMasterKeyId'];
  const policy = policyOf(world, arn);
  return {
    ...{ arn, account, region },
    ...(typeof key === 'string' && { key }),
    ...(policy !== undefined && { policy: JSON.stringify(policy) }),
  };
}

function policyOf(world: World, arn: string): Json | undefined {
  const policies = resourcesOf(world).filter(({ type }) => type === 'AWS::SNS::TopicPolicy');
  return policies.findLast(({ definition: { properties } }) => {
    const topics = properties['Topics'];
    return Array.isArray(topics) && topics.includes(arn);
  })?.definition.properties['PolicyDocument'];
}

/** Of all stacks, but not what is no more. */
function resourcesOf({ cloudformation }: World) {
  const stacks = Object.values(cloudformation.stacks).filter(({ deletedAt }) => deletedAt === undefined);
  return stacks.flatMap(({ resources }) =>
    Object.values(resources).filter(({ status }) => status !== 'DELETE_COMPLETE' && status !== 'DELETE_SKIPPED'),
  );
}
