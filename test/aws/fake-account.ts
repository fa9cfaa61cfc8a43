/** IAM and EventBridge of a target account, as far as audits and diagnoses read them. */
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import {
  GetAccountSummaryCommand,
  IAMClient,
  ListAccessKeysCommand,
  ListOpenIDConnectProvidersCommand,
  ListRolesCommand,
  ListSAMLProvidersCommand,
  ListUsersCommand,
} from '@aws-sdk/client-iam';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach } from 'vitest';

export const iam = mockClient(IAMClient);
export const eventBridge = mockClient(EventBridgeClient);

/** Before each test: an account without users and keys, and every other call refused. */
export function fakeAccount(): void {
  beforeEach(() => {
    const unexpected = new Error('this call was not expected');
    iam.reset();
    iam.onAnyCommand().rejects(unexpected);
    eventBridge.reset();
    eventBridge.onAnyCommand().rejects(unexpected);
    accountHolds({});
  });
}

export interface Holdings {
  /** Users in pages, each with how many access keys. */
  readonly users?: readonly (readonly (readonly [name: string, keys: number])[])[];
  /** Roles in pages, each with its trust policy. */
  readonly roles?: readonly (readonly (readonly [arn: string, trust: object])[])[];
  /** ARNs. */
  readonly oidcProviders?: readonly string[];
  readonly samlProviders?: readonly string[];
  readonly summary?: Readonly<Record<string, number>>;
}

/** What the account is from here on. */
export function accountHolds(holdings: Holdings): void {
  const { users = [[]], roles = [[]], oidcProviders = [], samlProviders = [], summary = {} } = holdings;
  iam.on(GetAccountSummaryCommand).resolves({ SummaryMap: { ...summary } });
  iam.on(ListUsersCommand).callsFake(({ Marker = '0' }: { Marker?: string }) => ({
    Users: (users[Number(Marker)] ?? []).map(([UserName]) => ({ UserName })),
    ...pageOf(users, Number(Marker)),
  }));
  for (const [UserName, keys] of users.flat())
    iam
      .on(ListAccessKeysCommand, { UserName })
      .resolves({ AccessKeyMetadata: Array.from({ length: keys }, () => ({})) });
  iam.on(ListRolesCommand).callsFake(({ Marker = '0' }: { Marker?: string }) => ({
    Roles: (roles[Number(Marker)] ?? []).map(([Arn, trust]) => ({
      ...{ Arn, AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify(trust)) },
    })),
    ...pageOf(roles, Number(Marker)),
  }));
  const arns = (list: readonly string[]) => list.map((Arn) => ({ Arn }));
  iam.on(ListOpenIDConnectProvidersCommand).resolves({ OpenIDConnectProviderList: arns(oidcProviders) });
  iam.on(ListSAMLProvidersCommand).resolves({ SAMLProviderList: arns(samlProviders) });
}

const pageOf = (pages: readonly unknown[], index: number) =>
  index + 1 < pages.length ? { IsTruncated: true, Marker: `${index + 1}` } : { IsTruncated: false };
