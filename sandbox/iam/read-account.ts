import type {
  GetAccountSummaryCommandInput,
  GetAccountSummaryCommandOutput,
  ListAccessKeysCommandInput,
  ListAccessKeysCommandOutput,
  ListUsersCommandInput,
  ListUsersCommandOutput,
} from '@aws-sdk/client-iam';
import { AwsError } from '../aws-error.ts';
import type { Operation, World } from '../kernel.ts';
import { page } from './paging.ts';

type Answer<Output> = Omit<Output, '$metadata'>;

/** Counts of the account. The root user has no key and a second factor; GlobalEndpointTokenVersion 2 is valid in every region. */
export const getAccountSummary: Operation<GetAccountSummaryCommandInput, Answer<GetAccountSummaryCommandOutput>> = {
  permissions: () => [{ action: 'iam:GetAccountSummary', resource: '*' }],
  run({ sandbox, account }) {
    const { users, roles, policies } = sandbox.world.iam.accounts[account] ?? { users: {}, roles: {}, policies: {} };
    return {
      SummaryMap: {
        Users: Object.keys(users).length,
        UsersQuota: 5000,
        Groups: 0,
        Roles: Object.keys(roles).length,
        RolesQuota: 1000,
        Policies: Object.keys(policies).length,
        PolicySizeQuota: 6144,
        AccountAccessKeysPresent: 0,
        AccountSigningCertificatesPresent: 0,
        AccountPasswordPresent: 0,
        AccountMFAEnabled: 1,
        AccessKeysPerUserQuota: 2,
        MFADevices: 1,
        MFADevicesInUse: 1,
        GlobalEndpointTokenVersion: 2,
      },
    };
  },
};

export const listUsers: Operation<ListUsersCommandInput, Answer<ListUsersCommandOutput>> = {
  permissions: ({ account }) => [{ action: 'iam:ListUsers', resource: `arn:aws:iam::${account}:user/` }],
  run({ sandbox, account, input }) {
    const prefix = input.PathPrefix ?? '/';
    const users = usersOf(sandbox.world, account).filter(({ path }) => path.startsWith(prefix));
    const { items, ...rest } = page(users, input);
    const Users = items.map(({ path, name, id, arn, createdAt }) => ({
      Path: path,
      UserName: name,
      UserId: id,
      Arn: arn,
      CreateDate: new Date(createdAt),
    }));
    return { Users, ...rest };
  },
};

export const listAccessKeys: Operation<ListAccessKeysCommandInput, Answer<ListAccessKeysCommandOutput>> = {
  permissions: ({ account, input }) => [
    { action: 'iam:ListAccessKeys', resource: `arn:aws:iam::${account}:user/${input.UserName ?? '*'}` },
  ],
  run({ sandbox, account, input }) {
    const user = usersOf(sandbox.world, account).find(({ name }) => name === input.UserName);
    if (!user) throw new AwsError('NoSuchEntity', `The user with name ${input.UserName} cannot be found.`, 404);
    const { items, ...rest } = page(user.accessKeys, input);
    const AccessKeyMetadata = items.map(({ id, status, createdAt }) => ({
      UserName: user.name,
      AccessKeyId: id,
      Status: status,
      CreateDate: new Date(createdAt),
    }));
    return { AccessKeyMetadata, ...rest };
  },
};

const usersOf = (world: World, account: string) =>
  Object.values(world.iam.accounts[account]?.users ?? {}).sort((left, right) => (left.name < right.name ? -1 : 1));
