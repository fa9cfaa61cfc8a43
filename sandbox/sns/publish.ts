import { AwsError } from '../aws-error.ts';
import type { Permission, Sandbox, ServiceCaller } from '../kernel.ts';
import { keyNamed } from '../kms/keys.ts';
import { tellShown } from '../observers.ts';
import { type Topic, topicAt } from './topics.ts';

export interface Publication {
  readonly topicArn: string;
  readonly message: string;
  readonly caller: ServiceCaller;
}

/**
 * A service publishes to a topic: the topic's policy has to let it in, and the policy of the key, if the topic is encrypted with one (SNS
 * Developer Guide, "Enable compatibility between event sources from AWS services and encrypted topics"). Who subscribed is not simulated:
 * what is in the journal is what subscribers would get.
 *
 * @throws AwsError NotFound, AccessDenied, and what SNS answers for a key that cannot be used.
 */
export function publish(sandbox: Sandbox, { topicArn, message, caller }: Publication): void {
  const topic = topicAt(sandbox.world, topicArn);
  if (topic === undefined) throw new AwsError('NotFound', 'Topic does not exist', 404);
  const { account, policy = '' } = topic;
  const resourcePolicy = { account, document: policy };
  sandbox.authorise(caller, { action: 'sns:Publish', resource: topicArn, resourcePolicy });
  for (const permission of keyPermissions(sandbox, topic)) sandbox.authorise(caller, permission);
  tellShown(sandbox, { where: `notification ${topicArn}`, text: message });
  sandbox.record({ kind: 'notification', at: sandbox.now(), topic: topicArn, message });
}

/** SNS asks KMS for the service, which has no IAM policies: the key's own have to say so. */
function keyPermissions({ world }: Sandbox, { key: reference, account, region }: Topic): Permission[] {
  if (reference === undefined) return [];
  const key = keyNamed(world, reference, { account, region });
  if (key === undefined) throw new AwsError('KMSNotFound', `Key '${reference}' cannot be used by the service`);
  if (!key.enabled || key.deletionAt !== undefined)
    throw new AwsError('KMSDisabled', `${key.arn} is disabled or pending deletion.`);
  const resourcePolicy = { account: key.account, document: key.policy, kind: 'key' } as const;
  return ['kms:GenerateDataKey', 'kms:Decrypt'].map((action) => ({ action, resource: key.arn, resourcePolicy }));
}
