import type { World } from '../kernel.ts';
import type { UserCaller } from '../user-caller.ts';

/** An active access key of an IAM user, as a signature is held against it; undefined for any other id. */
export function staticKey(
  world: World,
  accessKeyId: string,
): { readonly secretAccessKey: string; readonly sessionToken: ''; readonly caller: UserCaller } | undefined {
  for (const [account, { users }] of Object.entries(world.iam.accounts)) {
    for (const user of Object.values(users)) {
      const key = user.accessKeys.find(({ id, status }) => id === accessKeyId && status === 'Active');
      if (key?.secretAccessKey === undefined) continue;
      const caller: UserCaller = {
        kind: 'user',
        accessKeyId,
        account,
        arn: user.arn,
        userId: user.id,
        userName: user.name,
      };
      return { secretAccessKey: key.secretAccessKey, sessionToken: '', caller };
    }
  }
  return undefined;
}
