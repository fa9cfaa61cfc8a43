import { emptyCloudFormationState } from '#sandbox/cloudformation/state.ts';
import { emptyCloudWatchState } from '#sandbox/cloudwatch/state.ts';
import { emptyDynamoDbState } from '#sandbox/dynamodb/state.ts';
import { emptyEventsState } from '#sandbox/events/state.ts';
import { emptyHttpApiState } from '#sandbox/http-api/state.ts';
import { emptyIamState } from '#sandbox/iam/state.ts';
import type { Organization, World } from '#sandbox/kernel.ts';
import { emptyKmsState } from '#sandbox/kms/state.ts';
import { emptyLambdaState } from '#sandbox/lambda/state.ts';
import { defaultOrganization } from '#sandbox/organization.ts';
import { emptyS3State } from '#sandbox/s3/state.ts';
import { emptySecretsManagerState } from '#sandbox/secrets-manager/state.ts';
import { emptyStatesState } from '#sandbox/step-functions/state.ts';
import { emptyStsState } from '#sandbox/sts/state.ts';

/** When every new world begins: a Monday morning. */
const BEGINNING = Date.parse('2026-01-05T09:00:00Z');

/** A world in which nothing has happened yet: the organization's accounts exist and are empty. */
export function emptyWorld(seed: number, organization: Organization = defaultOrganization()): World {
  return {
    schemaVersion: 1,
    seed,
    now: BEGINNING,
    jobs: [],
    counters: {},
    organization: structuredClone(organization),
    iam: emptyIamState(),
    sts: emptyStsState(),
    s3: emptyS3State(),
    kms: emptyKmsState(),
    secretsManager: emptySecretsManagerState(),
    dynamodb: emptyDynamoDbState(),
    events: emptyEventsState(),
    lambda: emptyLambdaState(),
    states: emptyStatesState(),
    cloudformation: emptyCloudFormationState(),
    cloudwatch: emptyCloudWatchState(),
    httpApi: emptyHttpApiState(),
  };
}
