/** Unmodified SDK clients of the sandbox, and the sessions they act with. */
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { IAMClient } from '@aws-sdk/client-iam';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient } from '@aws-sdk/client-sfn';
import { AssumeRoleCommand, type AssumeRoleCommandInput, STSClient } from '@aws-sdk/client-sts';
import { functionSession } from '#sandbox/lambda/function-session.ts';
import { administratorRole, homeRegion, organizationsService } from '#sandbox/organization.ts';
import { openPersonSession } from '#sandbox/sts/sessions.ts';
import type { Ledger } from '#shared/aws/ledger/table.ts';
import { readTarget } from '#shared/aws/ledger/targets.ts';
import type { Rehearsal } from './rehearsed-world.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

export type Clients = ReturnType<typeof newClients>;

/** One client of each service, acting with the credentials; the same credentials get the same clients. */
export function clientsAs(rehearsal: Rehearsal, credentials: Credentials): Clients {
  const known = made.get(rehearsal) ?? new Map<string, Clients>();
  made.set(rehearsal, known);
  const clients = known.get(credentials.sessionToken) ?? newClients(rehearsal.sandbox.endpoint, credentials);
  known.set(credentials.sessionToken, clients);
  return clients;
}

const made = new WeakMap<Rehearsal, Map<string, Clients>>();

function newClients(endpoint: string, credentials: Credentials) {
  const configuration = { endpoint, region: homeRegion, credentials };
  return {
    sts: new STSClient(configuration),
    cloudFormation: new CloudFormationClient(configuration),
    iam: new IAMClient(configuration),
    lambda: new LambdaClient(configuration),
    events: new EventBridgeClient(configuration),
    states: new SFNClient(configuration),
    dynamoDb: new DynamoDBClient(configuration),
    secrets: new SecretsManagerClient(configuration),
    s3: new S3Client({ ...configuration, forcePathStyle: true }),
  };
}

/** Credentials of a person's single sign-on session. */
export function person({ sandbox }: Rehearsal, name: string): Credentials {
  return credentialsIn(openPersonSession(sandbox, name));
}

/** Credentials that Lambda hands to one of Drawbridge's functions, for example `drawbridge-plan`. */
export function functionCredentials({ sandbox }: Rehearsal, name: string): Credentials {
  const stored = Object.values(sandbox.world.lambda.functions).find((one) => one.name === name);
  if (stored === undefined) throw new Error(`There is no function ${name}.`);
  return credentialsIn(functionSession(sandbox, stored));
}

/** Credentials of the organization's administrator in an account. */
export function administrator({ sandbox }: Rehearsal, account: string): Credentials {
  return credentialsIn(
    sandbox.openSession({
      roleArn: `arn:aws:iam::${account}:role/${administratorRole}`,
      sessionName: 'test',
      service: organizationsService,
      durationSeconds: 3600,
    }),
  );
}

/** Only what a client needs, of whatever holds it. */
export function credentialsIn({ accessKeyId, secretAccessKey, sessionToken }: Credentials): Credentials {
  return { accessKeyId, secretAccessKey, sessionToken };
}

/** Assumes a role and answers its credentials. */
export async function assume(sts: STSClient, input: AssumeRoleCommandInput): Promise<Credentials> {
  const { Credentials: issued } = await sts.send(new AssumeRoleCommand(input));
  return {
    accessKeyId: issued!.AccessKeyId!,
    secretAccessKey: issued!.SecretAccessKey!,
    sessionToken: issued!.SessionToken!,
  };
}

/** The ledger as the platform administrator reads and writes it. */
export function ledgerOf(rehearsal: Rehearsal): Ledger {
  const connection = {
    endpoint: rehearsal.sandbox.endpoint,
    region: homeRegion,
    credentials: person(rehearsal, 'carol'),
  };
  return { table: rehearsal.outputs['LedgerTable']!, connection };
}

/** What the orchestrator asks STS for, with every part the trust policies require. */
export async function assumption(
  rehearsal: Rehearsal,
  role: string,
  target: { readonly name: string; readonly account: string },
): Promise<AssumeRoleCommandInput> {
  return {
    RoleArn: `arn:aws:iam::${target.account}:role/drawbridge/drawbridge-${role}`,
    RoleSessionName: 'prm-test-session',
    DurationSeconds: 900,
    ExternalId: await externalIdOf(rehearsal, target.name),
    SourceIdentity: 'prm-0123456789abcdef',
    Tags: [
      { Key: 'drawbridge:promotion', Value: 'prm-0123456789abcdef' },
      { Key: 'drawbridge:environment', Value: target.name },
    ],
  };
}

async function externalIdOf(rehearsal: Rehearsal, target: string): Promise<string> {
  const known = externalIds.get(rehearsal) ?? new Map<string, string>();
  externalIds.set(rehearsal, known);
  const externalId = known.get(target) ?? (await readTarget(ledgerOf(rehearsal), target)).externalId;
  known.set(target, externalId);
  return externalId;
}

const externalIds = new WeakMap<Rehearsal, Map<string, string>>();

/** Invokes one of Drawbridge's functions as the platform administrator and answers what it returned. */
export async function invoke(rehearsal: Rehearsal, name: string, event: unknown): Promise<unknown> {
  const { lambda } = clientsAs(rehearsal, person(rehearsal, 'carol'));
  const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(event) }));
  return JSON.parse(Payload!.transformToString());
}
