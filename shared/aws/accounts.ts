/** The identities of a target account, read through the audit role. Reads only. */
import {
  GetAccountSummaryCommand,
  type IAMClient,
  ListAccessKeysCommand,
  ListOpenIDConnectProvidersCommand,
  ListRolesCommand,
  ListSAMLProvidersCommand,
  ListUsersCommand,
} from '@aws-sdk/client-iam';
import type { AccountCredentials } from '#shared/domain/audit/account-audit.ts';
import type { AccountDoors } from '#shared/domain/audit/ways-in.ts';
import type { TargetSession } from './sessions.ts';
import { asked } from './translate-error.ts';

const service = 'AWS IAM';

/** Users with their access keys, and the root user's keys. ListUsers, since the summary alone may lag behind (IAM is eventually consistent). */
export async function readCredentials({ iam }: TargetSession): Promise<AccountCredentials> {
  const { SummaryMap = {} } = await asked(service, iam.send(new GetAccountSummaryCommand({})));
  const names = await listUsers(iam);
  const users = await Promise.all(names.map(async (name) => ({ name, accessKeys: await countAccessKeys(iam, name) })));
  return {
    users,
    rootKeys: SummaryMap['AccountAccessKeysPresent'] ?? 0,
    rootCertificates: SummaryMap['AccountSigningCertificatesPresent'] ?? 0,
  };
}

/** Roles with their trust policies, and identity providers. */
export async function readDoors({ iam }: TargetSession): Promise<AccountDoors> {
  const [roles, oidc, saml] = await Promise.all([
    listRoles(iam),
    asked(service, iam.send(new ListOpenIDConnectProvidersCommand({}))),
    asked(service, iam.send(new ListSAMLProvidersCommand({}))),
  ]);
  const providers = [...(oidc.OpenIDConnectProviderList ?? []), ...(saml.SAMLProviderList ?? [])];
  return { roles, providers: providers.map(({ Arn = '' }) => Arn).sort() };
}

async function listRoles(iam: IAMClient): Promise<{ arn: string; trust: string }[]> {
  const roles: { arn: string; trust: string }[] = [];
  let Marker: string | undefined;
  do {
    const asking = { MaxItems: 1000, ...(Marker === undefined ? {} : { Marker }) };
    const page = await asked(service, iam.send(new ListRolesCommand(asking)));
    for (const { Arn = '', AssumeRolePolicyDocument = '' } of page.Roles ?? [])
      roles.push({ arn: Arn, trust: decodeURIComponent(AssumeRolePolicyDocument) });
    Marker = page.IsTruncated ? page.Marker : undefined;
  } while (Marker !== undefined);
  return roles;
}

async function listUsers(iam: IAMClient): Promise<string[]> {
  const names: string[] = [];
  let Marker: string | undefined;
  do {
    const page = await asked(service, iam.send(new ListUsersCommand(Marker === undefined ? {} : { Marker })));
    names.push(...(page.Users ?? []).map((user) => user.UserName ?? ''));
    Marker = page.IsTruncated ? page.Marker : undefined;
  } while (Marker !== undefined);
  return names.sort();
}

/** A user has at most two access keys (IAM quotas), so there is one page. */
async function countAccessKeys(iam: IAMClient, UserName: string): Promise<number> {
  return (await asked(service, iam.send(new ListAccessKeysCommand({ UserName })))).AccessKeyMetadata?.length ?? 0;
}
