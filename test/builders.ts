/** Valid records and documents with the fields that a test does not speak of filled in. */
import type { ReleaseRecord } from '#shared/aws/ledger/releases.ts';
import type { TargetRecord } from '#shared/aws/ledger/targets.ts';
import type { Wait } from '#shared/aws/ledger/waits.ts';
import type { DesiredStack, LiveStack } from '#shared/domain/plan/comparison.ts';
import type { PlannedChange } from '#shared/domain/plan/stack-plan.ts';
import type { Deployment, Promotion, Rollout } from '#shared/domain/promotion/records.ts';
import type { TargetProgress } from '#shared/domain/promotion/target-progress.ts';
import { digestOf, hexOf } from '#shared/domain/release/canonical-json.ts';
import type { Artifact, Release, ReleaseStack } from '#shared/domain/release/release.ts';
import type { Purpose } from '#shared/domain/trust/purpose.ts';

export const promotionId = 'prm-0123456789abcdef';
export const otherPromotionId = 'prm-fedcba9876543210';
export const monday = '2026-01-05T09:00:00.000Z';

/** What the template of a stack says, so that its digest can be computed where it is read back. */
export const templateText = (stack: string) => `Description: ${stack}\n`;

export function anArtifact(folder: 'templates' | 'assets', content: string): Artifact {
  const digest = digestOf(content);
  return { digest, key: `${folder}/${hexOf(digest)}`, size: content.length };
}

export function aStack(name = 'api', change: Partial<ReleaseStack> = {}): ReleaseStack {
  return {
    name,
    stackName: `orders-${name}`,
    template: anArtifact('templates', templateText(name)),
    dependsOn: [],
    capabilities: ['CAPABILITY_IAM'],
    parameters: [],
    values: {},
    tags: {},
    terminationProtection: false,
    ...change,
  };
}

/** One stack, through pre-production and then production. */
export function aRelease(change: Partial<Release> = {}): Release {
  return {
    schemaVersion: 1,
    pipeline: 'orders',
    stacks: [aStack()],
    assets: [],
    environments: ['pre-production', 'production'].map((name) => ({
      name,
      targets: { matchLabels: { environment: name } },
    })),
    layers: [],
    ...change,
  };
}

export function aReleaseRecord(change: Partial<ReleaseRecord> = {}): ReleaseRecord {
  return {
    id: 'orders-0123456789ab',
    digest: digestOf('release'),
    pipeline: 'orders',
    completedBy: 'alice',
    completedAt: monday,
    ...change,
  };
}

export function aTarget(change: Partial<TargetRecord> = {}): TargetRecord {
  return {
    name: 'production',
    account: '333333333333',
    region: 'eu-west-1',
    labels: { environment: 'production' },
    externalId: 'external-id-of-production',
    ...change,
  };
}

export function aPurpose(change: Partial<Purpose> = {}): Purpose {
  return {
    target: aTarget(),
    role: 'deploy',
    promotion: promotionId,
    environment: 'production',
    step: 'execute',
    kind: 'execute',
    stacks: ['orders-api'],
    ...change,
  };
}

export function aPromotion(change: Partial<Promotion> = {}): Promotion {
  return {
    id: promotionId,
    pipeline: 'orders',
    release: digestOf('release'),
    releaseId: 'orders-0123456789ab',
    environments: ['pre-production', 'production'],
    mode: 'promote',
    requestedBy: 'alice',
    requestedAt: monday,
    trigger: { kind: 'api' },
    status: 'accepted',
    ...change,
  };
}

export function aRollout(change: Partial<Rollout> = {}): Rollout {
  return {
    promotion: promotionId,
    environment: 'production',
    status: 'running',
    epoch: 1,
    startedAt: monday,
    reasons: [],
    ...change,
  };
}

export function aDeployment(change: Partial<Deployment> = {}): Deployment {
  return {
    promotion: promotionId,
    environment: 'production',
    target: 'production',
    stack: 'api',
    stackName: 'orders-api',
    account: '333333333333',
    region: 'eu-west-1',
    role: 'drawbridge-deploy',
    sessionName: `${promotionId}-execute`,
    status: 'PLANNED',
    outcome: 'pending',
    at: monday,
    ...change,
  };
}

/** Of a target that is done, in the first wave of the first round. */
export function aTargetProgress(change: Partial<TargetProgress> = {}): TargetProgress {
  return {
    promotion: promotionId,
    environment: 'production',
    target: 'production',
    digest: digestOf('plan'),
    round: 1,
    wave: 0,
    stacks: ['api'],
    complete: true,
    status: 'done',
    reasons: [],
    ...change,
  };
}

export const stackId = 'arn:aws:cloudformation:eu-west-1:333333333333:stack/orders-api/1';
export const changeSetId = `arn:aws:cloudformation:eu-west-1:333333333333:changeSet/drawbridge-${promotionId}-1/2`;
export const operationToken = `${promotionId}-production-api-1`;

export function aWait(change: Partial<Wait> = {}): Wait {
  return {
    promotion: promotionId,
    pipeline: 'orders',
    release: digestOf('release'),
    environment: 'production',
    target: 'production',
    account: '333333333333',
    region: 'eu-west-1',
    stack: 'api',
    stackName: 'orders-api',
    stackId,
    changeSetName: `drawbridge-${promotionId}-1`,
    changeSetId,
    operation: operationToken,
    since: monday,
    role: 'drawbridge-deploy',
    sessionName: `${promotionId}-execute`,
    at: monday,
    token: 'task-token-1',
    ...change,
  };
}

export function aDesiredStack(change: Partial<DesiredStack> = {}): DesiredStack {
  return {
    stack: 'api',
    stackName: 'orders-api',
    templateUrl: 'https://artifacts-eu-west-1.s3.eu-west-1.amazonaws.com/templates/1',
    templateKey: `templates/${digestOf(templateText('api')).slice(7)}`,
    templateDigest: digestOf(templateText('api')),
    parameters: { Size: '1' },
    opaqueParameters: [],
    tags: { team: 'commerce' },
    capabilities: ['CAPABILITY_IAM'],
    roleArn: 'arn:aws:iam::333333333333:role/drawbridge/drawbridge-execution',
    dependsOn: [],
    fromOutput: {},
    missingOutputs: [],
    terminationProtection: false,
    onCreateFailure: 'rollback',
    rollback: { alarms: [], monitorMinutes: 0 },
    ...change,
  };
}

/** The stack of `aDesiredStack`, as it is wanted. */
export function aLiveStack(change: Partial<LiveStack> = {}): LiveStack {
  const { templateDigest, parameters, tags, capabilities, roleArn } = aDesiredStack();
  return {
    ...{ stackId, templateDigest, parameters, tags, capabilities, roleArn },
    status: 'UPDATE_COMPLETE',
    outputs: {},
    terminationProtection: false,
    ...change,
  };
}

export function aChange(change: Partial<PlannedChange> = {}): PlannedChange {
  return { action: 'Add', logicalId: 'Queue', type: 'AWS::SQS::Queue', scope: [], details: [], ...change };
}
