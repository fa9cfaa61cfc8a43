import { GetAccountSummaryCommand, ListAccessKeysCommand, ListUsersCommand } from '@aws-sdk/client-iam';
import { describe, expect, it } from 'vitest';
import { readCredentials } from '#shared/aws/accounts.ts';
import { accountHolds, fakeAccount, iam } from './fake-account.ts';
import { awsError } from './fake-aws.ts';
import { session } from './target-session.ts';

fakeAccount();

describe('the static credentials of an account', () => {
  it('are none where there is nobody', async () => {
    expect(await readCredentials(session)).toEqual({ users: [], rootKeys: 0, rootCertificates: 0 });
  });

  it('are the keys of every user on every page, by name, and those of the root user', async () => {
    accountHolds({
      users: [
        [
          ['zoe', 2],
          ['ci', 0],
        ],
        [['adam', 1]],
      ],
      summary: { Users: 0, AccountAccessKeysPresent: 1, AccountSigningCertificatesPresent: 2 },
    });
    expect(await readCredentials(session)).toEqual({
      users: [
        { name: 'adam', accessKeys: 1 },
        { name: 'ci', accessKeys: 0 },
        { name: 'zoe', accessKeys: 2 },
      ],
      rootKeys: 1,
      rootCertificates: 2,
    });
  });

  it('are not those that a summary alone leaves out', async () => {
    iam.on(GetAccountSummaryCommand).resolves({});
    accountHolds({ users: [[['late', 1]]] });
    expect((await readCredentials(session)).users).toEqual([{ name: 'late', accessKeys: 1 }]);
  });

  it('take an answer without lists for empty', async () => {
    iam.on(GetAccountSummaryCommand).resolves({});
    iam.on(ListUsersCommand).resolves({ Users: [{} as never] });
    iam.on(ListAccessKeysCommand).resolves({} as never);
    expect(await readCredentials(session)).toEqual({
      users: [{ name: '', accessKeys: 0 }],
      rootKeys: 0,
      rootCertificates: 0,
    });
    iam.on(ListUsersCommand).resolves({} as never);
    expect((await readCredentials(session)).users).toEqual([]);
  });

  it.each([GetAccountSummaryCommand, ListUsersCommand])('are not taken for none when %o is denied', async (command) => {
    iam.on(command as never).rejects(awsError('AccessDenied', 'not authorized', 403));
    await expect(readCredentials(session)).rejects.toMatchObject({ name: 'ACCESS_DENIED' });
  });
});
