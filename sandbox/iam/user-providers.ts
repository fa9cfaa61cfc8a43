import * as z from 'zod';
import { AwsError } from '../aws-error.ts';
import type { ResourceProvider, ResourceRequest, ResourceResult } from '../kernel.ts';
import { generatedName } from './identifiers.ts';
import { inlinePolicies, names, path, readProperties, tags } from './properties.ts';
import { iamAccount, type UserRecord } from './state.ts';
import { createAccessKey, createUser, type UserSettings, updateUser } from './users.ts';

/** AWS::IAM::User. `Ref` is the name. Exists so that what a hostile template makes is as real here as in AWS, and an audit finds it. */
export const userProvider: ResourceProvider = {
  create(request) {
    const { sandbox, account } = request;
    const properties = readProperties(userShape, request);
    const name = properties.UserName ?? generatedName(sandbox, request, 64);
    return userResult(createUser(sandbox, { account, name, path: properties.Path, settings: settingsOf(properties) }));
  },
  update(request) {
    const user = requireUser(request, String(request.physicalId));
    updateUser(request.sandbox, user, settingsOf(readProperties(userShape, request)));
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

/** AWS::IAM::AccessKey. `Ref` is the key's id; the secret is in an attribute. Requests can be signed with it. */
export const accessKeyProvider: ResourceProvider = {
  create(request) {
    const { UserName, Status } = readProperties(keyShape, request);
    const key = createAccessKey(request.sandbox, requireUser(request, UserName), Status);
    return { physicalId: key.id, attributes: { SecretAccessKey: key.secretAccessKey } };
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
  Policies: inlinePolicies,
  ManagedPolicyArns: names,
  PermissionsBoundary: z.string().optional(),
  Tags: tags,
});
const keyShape = z.looseObject({ UserName: z.string(), Status: z.enum(['Active', 'Inactive']).default('Active') });

function settingsOf(properties: z.output<typeof userShape>): UserSettings {
  return {
    hasLoginProfile: properties.LoginProfile !== undefined,
    tags: properties.Tags,
    inlinePolicies: properties.Policies,
    attachedPolicies: properties.ManagedPolicyArns,
    ...(properties.PermissionsBoundary === undefined ? {} : { boundary: properties.PermissionsBoundary }),
  };
}

function requireUser({ sandbox, account }: ResourceRequest, name: string): UserRecord {
  const user = iamAccount(sandbox.world, account).users[name];
  if (user) return user;
  throw new AwsError('NoSuchEntity', `The user with name ${name} cannot be found.`, 404);
}

const userResult = ({ name, arn }: UserRecord): ResourceResult => ({ physicalId: name, attributes: { Arn: arn } });
