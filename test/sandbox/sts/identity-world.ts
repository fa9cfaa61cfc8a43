/** A running sandbox with IAM, STS and CloudFormation, and the means to put identities into it. Everything is asked over the wire. */
import { IAMClient } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { createRole, defaultSettings, type RoleSettings } from '#sandbox/iam/roles.ts';
import type { Json, ResourceRequest } from '#sandbox/kernel.ts';
import { seedIdentities, sharedServicesAccount } from '#sandbox/organization.ts';
import type { RunningSandbox } from '#sandbox/runtime/running-sandbox.ts';
import { startSandbox } from '#sandbox/runtime/start.ts';
import { sandboxServices } from '#sandbox/services.ts';

export const home = sharedServicesAccount;

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export async function identityWorld(seed = 1): Promise<RunningSandbox> {
  const sandbox = await startSandbox({ seed, services: sandboxServices });
  seedIdentities(sandbox);
  return sandbox;
}

/** A client without credentials of its own may only ask what needs no signature. */
export function stsAs(
  sandbox: RunningSandbox,
  credentials: Credentials | 'nobody' = 'nobody',
  region = 'eu-west-1',
): STSClient {
  return new STSClient({
    endpoint: sandbox.endpoint,
    region,
    maxAttempts: 1,
    ...(credentials === 'nobody' ? {} : { credentials }),
  });
}

export const iamAs = (sandbox: RunningSandbox, credentials: Credentials): IAMClient =>
  new IAMClient({ endpoint: sandbox.endpoint, region: 'eu-west-1', maxAttempts: 1, credentials });

/** The credentials in an answer of STS. */
export function issued(answer: {
  Credentials?:
    | { AccessKeyId?: string | undefined; SecretAccessKey?: string | undefined; SessionToken?: string | undefined }
    | undefined;
}): Required<Credentials> {
  const { AccessKeyId, SecretAccessKey, SessionToken } = answer.Credentials!;
  return { accessKeyId: AccessKeyId!, secretAccessKey: SecretAccessKey!, sessionToken: SessionToken! };
}

export async function arnOf(sandbox: RunningSandbox, credentials: Credentials): Promise<string | undefined> {
  return (await stsAs(sandbox, credentials).send(new GetCallerIdentityCommand({}))).Arn;
}

export function makeRole(
  sandbox: RunningSandbox,
  name: string,
  more: { trust: unknown; account?: string; settings?: Partial<RoleSettings> },
) {
  const { trust, account = home, settings } = more;
  return createRole(sandbox, { account, name, path: '/', trust, settings: { ...defaultSettings, ...settings } });
}

/** Has a resource made as CloudFormation would, and answers what `Ref` says. */
export async function makeResource(
  sandbox: RunningSandbox,
  type: string,
  properties: Record<string, Json>,
  more: Partial<ResourceRequest> & { verb?: 'create' | 'update' | 'remove' } = {},
): Promise<string> {
  const { verb = 'create', ...rest } = more;
  const place = {
    account: home,
    region: 'eu-west-1',
    stackId: 'arn:stack',
    stackName: 'identities',
    logicalId: 'Thing',
  };
  const made = await sandbox.provider(type)![verb]({ sandbox, type, properties, ...place, ...rest });
  return made ? made.physicalId : '';
}

export const policyDocument = (...Statement: object[]) => ({ Version: '2012-10-17', Statement });
export const allow = (Action: string | string[], Resource = '*', more: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});

/** A refusal as it came over the wire: `Code: message`. */
export async function refusal(asked: Promise<unknown>): Promise<string> {
  try {
    await asked;
    return 'nothing was refused';
  } catch (error) {
    const { Code, name, message } = error as Error & { readonly Code?: string };
    return `${Code ?? name}: ${message}`;
  }
}

/** The last decision that was recorded, reason and all. */
export function lastDecision(sandbox: RunningSandbox) {
  return sandbox.journal().findLast((entry) => entry.kind === 'decision');
}
