import * as z from 'zod';
import { AwsError } from '../aws-error.ts';
import type { ResourceProvider, ResourceRequest, ResourceResult } from '../kernel.ts';
import { generatedName, mintId, requireName } from './identifiers.ts';
import { path, readProperties, tags } from './properties.ts';
import { type AccessKeyRecord, iamAccount, type UserRecord } from './state.ts';

/** AWS::IAM::User, kept so that an audit finds it. `Ref` is the name. */
export const userProvider: ResourceProvider = {
  create(request) {
    const { sandbox, account } = request;
    const properties = readProperties(userShape, request);
    const name = properties.UserName ?? generatedName(sandbox, request, 64);
    requireName('userName', name, 64);
    const { users } = iamAccount(sandbox.world, account);
    if (users[name]) throw new AwsError('EntityAlreadyExists', `User with name ${name} already exists.`, 409);
    const user: UserRecord = {
      name,
      path: properties.Path,
      arn: `arn:aws:iam::${account}:user${properties.Path}${name}`,
      id: mintId(sandbox, 'AIDA'),
      createdAt: sandbox.now(),
      hasLoginProfile: properties.LoginProfile !== undefined,
      tags: properties.Tags,
      accessKeys: [],
    };
    users[name] = user;
    return userResult(user);
  },
  update(request) {
    const user = requireUser(request, String(request.physicalId));
    const properties = readProperties(userShape, request);
    user.hasLoginProfile = properties.LoginProfile !== undefined;
    user.tags = properties.Tags;
    return userResult(user);
  },
  remove({ sandbox, account, physicalId = '' }) {
    const { users } = iamAccount(sandbox.world, account);
    if (users[physicalId]?.accessKeys.length) {
      throw new AwsError('DeleteConflict', 'Cannot delete entity, must delete access keys first.', 409);
    }
    delete users[physicalId];
  },
};

/** AWS::IAM::AccessKey. `Ref` is the key's id. The secret exists only in the answer; nobody can sign with it here. */
export const accessKeyProvider: ResourceProvider = {
  create(request) {
    const { UserName, Status } = readProperties(keyShape, request);
    const user = requireUser(request, UserName);
    if (user.accessKeys.length >= 2)
      throw new AwsError('LimitExceeded', 'Cannot exceed quota for AccessKeysPerUser: 2', 409);
    const key: AccessKeyRecord = {
      id: mintId(request.sandbox, 'AKIA'),
      createdAt: request.sandbox.now(),
      status: Status,
    };
    user.accessKeys.push(key);
    const SecretAccessKey = request.sandbox.mint('access-key-secret', 40);
    return { physicalId: key.id, attributes: { SecretAccessKey } };
  },
  update(request) {
    const { UserName, Status } = readProperties(keyShape, request);
    const key = requireUser(request, UserName).accessKeys.find(({ id }) => id === request.physicalId);
    if (key) key.status = Status;
    return { physicalId: String(request.physicalId), attributes: {} };
  },
  remove(request) {
    const { UserName } = readProperties(keyShape, request);
    const user = iamAccount(request.sandbox.world, request.account).users[UserName];
    if (user) user.accessKeys = user.accessKeys.filter(({ id }) => id !== request.physicalId);
  },
};

const userShape = z.looseObject({
  UserName: z.string().optional(),
  Path: path,
  LoginProfile: z.unknown().optional(),
  Tags: tags,
});
const keyShape = z.looseObject({ UserName: z.string(), Status: z.enum(['Active', 'Inactive']).default('Active') });

function requireUser({ sandbox, account }: ResourceRequest, name: string): UserRecord {
  const user = iamAccount(sandbox.world, account).users[name];
  if (user) return user;
  throw new AwsError('NoSuchEntity', `The user with name ${name} cannot be found.`, 404);
}

const userResult = ({ name, arn }: UserRecord): ResourceResult => ({ physicalId: name, attributes: { Arn: arn } });
