import type {
  CreateAccessKeyCommandInput,
  CreateAccessKeyCommandOutput,
  CreateLoginProfileCommandInput,
  CreateLoginProfileCommandOutput,
  CreateUserCommandInput,
  CreateUserCommandOutput,
} from '@aws-sdk/client-iam';
import { AwsError } from '../aws-error.ts';
import type { Call, Operation, Permission } from '../kernel.ts';
import { requestTags, resourceTags, tagRecord } from './request-tags.ts';
import { iamAccount, type UserRecord } from './state.ts';
import { createAccessKey as addAccessKey, createUser as addUser, defaultUserSettings } from './users.ts';

type Answer<Output> = Omit<Output, '$metadata'>;

/** Conditions and resources of these actions: Service Authorization Reference, "AWS Identity and Access Management". */
export const createUser: Operation<CreateUserCommandInput, Answer<CreateUserCommandOutput>> = {
  permissions: ({ account, input }) => {
    const { Path = '/', UserName, PermissionsBoundary: boundary, Tags } = input;
    const context = {
      ...requestTags(Tags),
      ...(boundary === undefined ? {} : { 'iam:PermissionsBoundary': boundary }),
    };
    return [{ action: 'iam:CreateUser', resource: `arn:aws:iam::${account}:user${Path}${UserName}`, context }];
  },
  run({ sandbox, account, input }) {
    const { Path: path = '/', UserName: name = '', PermissionsBoundary: boundary, Tags } = input;
    const tags = tagRecord(Tags);
    const settings = { ...defaultUserSettings, tags, ...(boundary === undefined ? {} : { boundary }) };
    const user = addUser(sandbox, { account, name, path, settings });
    const { arn: Arn, id: UserId, createdAt } = user;
    return { User: { Path: path, UserName: name, UserId, Arn, CreateDate: new Date(createdAt), Tags: input.Tags } };
  },
};

/** The secret is in this answer and in no other. */
export const createAccessKey: Operation<CreateAccessKeyCommandInput, Answer<CreateAccessKeyCommandOutput>> = {
  permissions: (call) => onUser('iam:CreateAccessKey', call),
  run(call) {
    const user = userOf(call);
    const {
      id: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      status: Status,
      createdAt,
    } = addAccessKey(call.sandbox, user);
    const CreateDate = new Date(createdAt);
    return { AccessKey: { UserName: user.name, AccessKeyId, Status, SecretAccessKey, CreateDate } };
  },
};

/** The password is neither kept nor checked: nobody can sign in to a console here. */
export const createLoginProfile: Operation<CreateLoginProfileCommandInput, Answer<CreateLoginProfileCommandOutput>> = {
  permissions: (call) => onUser('iam:CreateLoginProfile', call),
  run(call) {
    const user = userOf(call);
    if (user.hasLoginProfile) {
      throw new AwsError('EntityAlreadyExists', `Login Profile for user ${user.name} already exists.`, 409);
    }
    user.hasLoginProfile = true;
    const { PasswordResetRequired = false } = call.input;
    return { LoginProfile: { UserName: user.name, CreateDate: new Date(call.sandbox.now()), PasswordResetRequired } };
  },
};

type OnUser = Call<{ UserName?: string | undefined }>;

/** Without a name the caller's own user is meant, which a session of a role does not have. */
function nameOf({ input, caller }: OnUser): string {
  return input.UserName ?? (caller.kind === 'user' ? caller.userName : '*');
}

function onUser(action: string, call: OnUser): Permission[] {
  const name = nameOf(call);
  const user = call.sandbox.world.iam.accounts[call.account]?.users[name];
  const resource = user?.arn ?? `arn:aws:iam::${call.account}:user/${name}`;
  return [{ action, resource, context: resourceTags(user) }];
}

function userOf(call: OnUser): UserRecord {
  const name = nameOf(call);
  if (name === '*') {
    throw new AwsError('ValidationError', 'Must specify userName when calling with non-User credentials');
  }
  const { users } = iamAccount(call.sandbox.world, call.account);
  const user = Object.hasOwn(users, name) ? users[name] : undefined;
  if (user) return user;
  throw new AwsError('NoSuchEntity', `The user with name ${name} cannot be found.`, 404);
}
