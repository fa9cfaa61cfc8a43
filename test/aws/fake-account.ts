/** IAM and EventBridge of a target account, as far as audits and diagnoses read them. */
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { GetAccountSummaryCommand, IAMClient, ListAccessKeysCommand, ListUsersCommand } from '@aws-sdk/client-iam';
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
  readonly summary?: Readonly<Record<string, number>>;
}

/** What the account is from here on. */
export function accountHolds({ users = [[]], summary = {} }: Holdings): void {
  iam.on(GetAccountSummaryCommand).resolves({ SummaryMap: { ...summary } });
  const page = (index: number) => ({
    Users: (users[index] ?? []).map(([UserName]) => ({ UserName }) as never),
    IsTruncated: index + 1 < users.length,
    ...(index + 1 < users.length ? { Marker: `${index + 1}` } : {}),
  });
  iam.on(ListUsersCommand).callsFake(({ Marker = '0' }: { Marker?: string }) => page(Number(Marker)));
  for (const [UserName, keys] of users.flat())
    iam
      .on(ListAccessKeysCommand, { UserName })
      .resolves({ AccessKeyMetadata: Array.from({ length: keys }, () => ({})) });
}
