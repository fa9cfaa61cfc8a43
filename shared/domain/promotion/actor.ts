/** Who asks, taken from what AWS authenticated and from nothing a request says. */

const assumedRole = /^arn:([^:]+):sts::(\d{12}):assumed-role\/([^/]+)\/(.+)$/;

/**
 * The actor behind an IAM identity: the session name for people who came through IAM Identity Center (`AWSReservedSSO_*` roles, whose
 * session name is the user name, set by AWS), otherwise the role without its session, so that one person cannot be two.
 */
export function actorOf(userArn: string): string {
  const match = assumedRole.exec(userArn);
  if (match === null) return userArn;
  const [, partition, account, role, session] = match;
  return role?.startsWith('AWSReservedSSO_') ? `${session}` : `arn:${partition}:iam::${account}:role/${role}`;
}
