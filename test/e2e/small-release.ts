/** A release of one small stack, and its promotion: so many tests need one of their own that it is made to measure. */

import { getPromotion, requestPromotion } from '#cli/client/promotions.ts';
import { publishRelease } from '#cli/client/releases.ts';
import type { PackagedRelease } from '#cli/package-release.ts';
import { runWithApprovals } from '#cli/rehearsal/approve-rehearsal.ts';
import type { PromotionRecord } from '#shared/aws/ledger/promotions.ts';
import type { PromotionId } from '#shared/domain/identifiers.ts';
import { packagedFrom } from './packaged-from.ts';
import type { Rehearsal } from './rehearsed-world.ts';

export interface SmallRelease {
  /** Name of the pipeline, of its only stack, and of that stack in CloudFormation. */
  readonly pipeline: string;
  /** What the stack's parameter is set to: another text is another release. */
  readonly text?: string;
  /** Another template, without parameters, that may make roles. */
  readonly template?: string;
  /** What becomes of a rollout that comes to production while another one is there. */
  readonly queue?: 'supersede' | 'reject';
}

/** A release of a stack with a parameter and a topic, for pre-production and then production. */
export async function smallRelease(release: SmallRelease): Promise<PackagedRelease> {
  return packagedFrom({
    'templates/small.yaml': release.template ?? template,
    'drawbridge.yml': configuration(release),
  });
}

/** Publishes a small release and asks for its promotion, as alice. Nothing happens until the clock runs. */
export async function begin(rehearsal: Rehearsal, release: SmallRelease): Promise<PromotionId> {
  const api = rehearsal.apiAs('alice');
  const { digest } = await publishRelease(api, await smallRelease(release));
  const idempotencyKey = rehearsal.sandbox.mint('idempotency-key', 24);
  return (await requestPromotion(api, { release: digest, idempotencyKey })).id;
}

/** Lets time pass until nothing is left to happen, and answers how the promotion ended. */
export async function ended(rehearsal: Rehearsal, id: string): Promise<PromotionRecord> {
  const { sandbox, apiAs } = rehearsal;
  const terminal = { print: () => undefined, progress: () => undefined };
  await runWithApprovals({ sandbox, api: apiAs('alice'), apiAs }, { promotion: id, approver: 'bob', terminal });
  await sandbox.run();
  return getPromotion(rehearsal.apiAs('alice'), id);
}

/** Publishes and promotes a small release to its end. */
export async function promote(rehearsal: Rehearsal, release: SmallRelease): Promise<PromotionRecord> {
  return ended(rehearsal, await begin(rehearsal, release));
}

const template = `AWSTemplateFormatVersion: '2010-09-09'
Parameters:
  Text: { Type: String }
Resources:
  Setting:
    Type: AWS::SSM::Parameter
    Properties: { Type: String, Value: !Ref Text }
  Alerts:
    Type: AWS::SNS::Topic
`;

function configuration({ pipeline, text = 'one', template: given, queue }: SmallRelease): string {
  const inputs = given === undefined ? `parameters: { Text: ${text} }` : 'capabilities: [CAPABILITY_IAM]';
  return `apiVersion: drawbridge/v1
kind: Pipeline
metadata: { name: ${pipeline} }
stacks:
  - name: ${pipeline}
    template: templates/small.yaml
    stackName: ${pipeline}
    ${inputs}
environments:
  - name: pre-production
    targets: { matchLabels: { env: pre-production } }
  - name: production
    targets: { matchLabels: { env: production } }
${queue === undefined ? '' : `    queue: ${queue}\n`}`;
}
