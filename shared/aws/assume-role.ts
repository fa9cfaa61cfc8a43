/** Role sessions in target accounts that belong to no promotion: opened, guarded and handed to the caller, never kept. */
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { RoleCredentials } from '#shared/domain/broker/person-session.ts';
import { failure } from '#shared/domain/errors/catalogue.ts';
import type { Placed } from '#shared/domain/names.ts';
import { isSessionOf, type RoleRequest } from '#shared/domain/trust/role-request.ts';
import { asked, isCode } from './translate-error.ts';

let sts: STSClient | undefined;

/** Opens a session and makes sure that it is the one asked for. Throws ASSUME_ROLE_DENIED, REGION_DISABLED, GUARD_ACCOUNT. */
export async function openRole(request: RoleRequest, { account, region }: Placed): Promise<RoleCredentials> {
  const place = { account, region };
  const credentials = await assumeRole(request).catch((error: unknown) => {
    if (isCode(error, 'RegionDisabledException')) throw failure('REGION_DISABLED', place, place);
    if (isCode(error, 'AccessDenied', 'AccessDeniedException'))
      throw failure('ASSUME_ROLE_DENIED', { role: request.roleArn, caller: 'The orchestrator role' }, place);
    return asked('AWS STS', Promise.reject(error));
  });
  const identity = await asked('AWS STS', whoIs(credentials, region));
  if (isSessionOf(request, identity)) return credentials;
  throw failure('GUARD_ACCOUNT', { expected: request.roleArn, actual: identity.arn }, place);
}

/** One AssumeRole on the regional endpoint of the caller. What STS throws leaves as it is. */
export async function assumeRole(request: RoleRequest): Promise<RoleCredentials> {
  const command = new AssumeRoleCommand({
    RoleArn: request.roleArn,
    RoleSessionName: request.sessionName,
    DurationSeconds: request.durationSeconds,
    ExternalId: request.externalId,
    SourceIdentity: request.sourceIdentity,
    Tags: Object.entries(request.tags).map(([Key, Value]) => ({ Key, Value })),
    Policy: request.policy,
  });
  sts ??= new STSClient({});
  const { Credentials } = await sts.send(command);
  return {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
    expiresAt: Credentials?.Expiration?.toISOString() ?? '',
  };
}

/** Who the credentials are, as STS in that region says. */
export async function whoIs(credentials: RoleCredentials, region: string): Promise<{ account: string; arn: string }> {
  const identity = await new STSClient({ region, credentials }).send(new GetCallerIdentityCommand({}));
  return { account: identity.Account ?? '', arn: identity.Arn ?? '' };
}
