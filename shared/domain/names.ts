/** Every name Drawbridge derives. Derived names are what makes a step safe to repeat: the same step always asks for the same thing. */
import { createHash } from 'node:crypto';
import type { PromotionId } from './identifiers.ts';

/** Path of every role and policy Drawbridge puts into an account. */
export const rolePath = '/drawbridge/';
/** Prefix that the policies of the preview and deploy roles allow for change sets. */
const changeSetPrefix = 'drawbridge-';
/** Tag that marks a stack as promoted by Drawbridge; its value is the pipeline. */
export const ownershipTag = 'drawbridge:pipeline';

/** The roles Drawbridge assumes in a target account. */
export type TargetRole = 'preview' | 'deploy' | 'audit';
/** The role CloudFormation assumes there. */
export type AccountRole = TargetRole | 'execution';

export interface Placed {
  readonly account: string;
  readonly region: string;
}

/** `aws`, `aws-cn` or `aws-us-gov`, by the region's prefix. Source: AWS General Reference, "Amazon Resource Names: partitions". */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

export function roleName(role: AccountRole): string {
  return `drawbridge-${role}`;
}

/** ARN of one of Drawbridge's roles. Only ever derived from a target record: no request can name a role. */
export function roleArn(placed: Placed, role: AccountRole): string {
  return `arn:${partitionOf(placed.region)}:iam::${placed.account}:role${rolePath}${roleName(role)}`;
}

/** `drawbridge-prm-…-1`: at most 128 characters, a letter first, as CreateChangeSet asks. */
export function changeSetName(promotion: PromotionId, round: number): string {
  return `${changeSetPrefix}${promotion}-${round}`;
}

/** Whether a change set was made by this promotion, in whichever round. */
export function isChangeSetOf(promotion: PromotionId, name: string): boolean {
  return name.startsWith(`${changeSetPrefix}${promotion}-`);
}

/**
 * ClientRequestToken of one execution: echoed on every event of the operation, so it finds our events among others'. At most 128 letters,
 * digits and hyphens (API reference, ExecuteChangeSet), so names too long for it are told apart by their hash.
 */
export function operationToken(
  promotion: PromotionId,
  step: { environment: string; stack: string; attempt: number },
): string {
  const token = `${promotion}-${step.environment}-${step.stack}-${step.attempt}`;
  if (token.length <= 128) return token;
  return `${promotion}-${createHash('sha256').update(token).digest('hex')}`;
}

/** ClientRequestToken of a recovery: another for each plan that asks for one. */
export function recoveryToken(
  promotion: PromotionId,
  step: { environment: string; stack: string; digest: string },
): string {
  const hash = createHash('sha256').update(`${step.environment} ${step.stack} ${step.digest}`).digest('hex');
  return `${promotion}-recover-${hash.slice(0, 32)}`;
}

/** Session name seen in the target's CloudTrail: `prm-…-plan`, 2–64 characters. */
export function sessionName(promotion: PromotionId, step: string): string {
  return `${promotion}-${step}`.slice(0, 64);
}

/** Artifacts are replicated per region, since Lambda reads code only from a bucket of its own region. */
export function artifactsBucket(prefix: string, region: string): string {
  return `${prefix}-${region}`;
}

/** The key that encrypts a region's bucket, as far as its ARN is known: the bucket's account is the last part of the prefix. */
export function artifactsKeys(prefix: string, region: string): string {
  return `arn:${partitionOf(region)}:kms:${region}:${prefix.split('-').at(-1)}:key/*`;
}

/** TemplateURL of an artifact, in the form CloudFormation accepts (https S3, virtual-hosted style). */
export function artifactUrl(bucket: string, key: string, region: string): string {
  return `https://${bucket}.${regionalS3(region)}/${key}`;
}

/** S3 in a region, as addresses and the condition key kms:ViaService name it. */
export function regionalS3(region: string): string {
  return `s3.${region}.${partitionOf(region) === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com'}`;
}
