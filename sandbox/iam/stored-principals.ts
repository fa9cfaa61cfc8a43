import { readPrincipal } from '#shared/domain/iam/principal.ts';
import { AwsError } from '../aws-error.ts';
import type { World } from '../kernel.ts';
import { type RoleRecord, roleByArn } from './state.ts';

/**
 * The document with every role, session and user named by unique id, as AWS keeps it: a role that is deleted and made again is no
 * longer trusted (IAM User Guide, "AWS JSON policy elements: Principal"). Throws MalformedPolicyDocument for a principal that does not
 * exist. The document must be one that `parsePolicy` accepts.
 */
export function storePrincipals(world: World, document: unknown): unknown {
  return mapAwsPrincipals(document, (text) => {
    const stored = uniqueId(world, text);
    if (stored) return stored;
    throw new AwsError('MalformedPolicyDocument', `Invalid principal in policy: "AWS":"${text}"`);
  });
}

/** The document as it is shown: ARNs again, and unique ids only where nothing has them any more. */
export function showPrincipals(world: World, document: unknown): unknown {
  return mapAwsPrincipals(document, (text) => {
    const [id, sessionName] = text.split(':');
    const role = roles(world).find((one) => one.id === id);
    if (!role) return users(world).find((one) => one.id === id)?.arn ?? text;
    return sessionName ? sessionArn(role, sessionName) : role.arn;
  });
}

/** `arn:aws:sts::<account>:assumed-role/<role name>/<session name>`: without the role's path. */
export function sessionArn(role: RoleRecord, sessionName: string): string {
  return `arn:aws:sts::${role.arn.split(':')[4]}:assumed-role/${role.name}/${sessionName}`;
}

const roles = (world: World) => Object.values(world.iam.accounts).flatMap((account) => Object.values(account.roles));
const users = (world: World) => Object.values(world.iam.accounts).flatMap((account) => Object.values(account.users));

function uniqueId(world: World, text: string): string | undefined {
  const read = readPrincipal('AWS', text);
  switch (read?.kind) {
    case 'everyone':
      return text;
    case 'account':
      return world.organization.accounts[read.name] && `arn:aws:iam::${read.name}:root`;
    case 'role':
      return roleByArn(world, read.name)?.id;
    case 'session': {
      const [, , , , account = '', resource = ''] = read.name.split(':');
      const [, roleName = '', sessionName] = resource.split('/');
      const role = world.iam.accounts[account]?.roles[roleName];
      return role && `${role.id}:${sessionName}`;
    }
    default:
      return knownId(world, text);
  }
}

function knownId(world: World, text: string): string | undefined {
  const user = users(world).find(({ arn, id }) => arn === text || id === text);
  if (user) return user.id;
  return roles(world).some(({ id }) => id === text.split(':')[0]) ? text : undefined;
}

type Principals = string | { AWS?: string | string[] };

function mapAwsPrincipals(document: unknown, change: (text: string) => string): unknown {
  const { Statement, ...rest } = document as { Statement: { Principal?: Principals }[] | { Principal?: Principals } };
  const mapped = [Statement].flat().map((statement) => {
    const principals = statement.Principal;
    if (typeof principals !== 'object' || principals.AWS === undefined) return statement;
    const changed = [principals.AWS].flat().map(change);
    return { ...statement, Principal: { ...principals, AWS: changed.length === 1 ? changed[0] : changed } };
  });
  return { ...rest, Statement: mapped };
}
