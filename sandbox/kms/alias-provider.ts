import * as z from 'zod';
import { AwsError } from '../aws-error.ts';
import type { ResourceProvider, ResourceRequest, ResourceResult } from '../kernel.ts';
import { readProperties } from '../resource-properties.ts';
import { keyNamed } from './keys.ts';
import type { AliasRecord } from './state.ts';

/** KMS API Reference, CreateAlias: `alias/aws/` is AWS's own. */
const aliasName = z.string().regex(/^alias\/(?!aws\/)[a-zA-Z0-9/_-]{1,250}$/, 'The alias name is not valid.');
const properties = z.object({ AliasName: aliasName, TargetKeyId: z.string() });

/** AWS::KMS::Alias: another name for a key of the same account and region. `Ref` is the name. */
export const aliasProvider: ResourceProvider = {
  create: (request) => {
    const { AliasName: name } = readProperties(properties, request);
    const arn = arnOf(request, name);
    const { aliases } = request.sandbox.world.kms;
    if (Object.hasOwn(aliases, arn))
      throw new AwsError('AlreadyExistsException', `An alias with the name ${arn} already exists`);
    return put({ name, arn, keyArn: '' }, request);
  },
  update: (request) => {
    const arn = arnOf(request, request.physicalId ?? '');
    const alias = request.sandbox.world.kms.aliases[arn];
    if (!alias) throw new AwsError('NotFoundException', `Alias ${arn} is not found.`);
    return put(alias, request);
  },
  remove: (request) => {
    delete request.sandbox.world.kms.aliases[arnOf(request, request.physicalId ?? '')];
  },
};

function arnOf({ region, account }: ResourceRequest, name: string): string {
  return `arn:aws:kms:${region}:${account}:${name}`;
}

function put(alias: AliasRecord, request: ResourceRequest): ResourceResult {
  const { TargetKeyId } = readProperties(properties, request);
  const { world } = request.sandbox;
  const key = keyNamed(world, TargetKeyId, request);
  if (key?.account !== request.account || key.region !== request.region)
    throw new AwsError('NotFoundException', `Key '${TargetKeyId}' does not exist`);
  alias.keyArn = key.arn;
  world.kms.aliases[alias.arn] = alias;
  return { physicalId: alias.name, attributes: {} };
}
