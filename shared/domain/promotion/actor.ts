/** Who asks, taken from what AWS authenticated and from nothing a request says. */
import { failure } from '../errors/catalogue.ts';

export interface Caller {
  /** `token`: API Gateway checked issuer, audience, signature and expiry of a JSON Web Token. */
  readonly kind: 'iam' | 'token';
  readonly actor: string;
}

/** What API Gateway says about the caller (HTTP API Developer Guide, payload format 2.0, `requestContext.authorizer`). */
export interface Authorizer {
  readonly iam?: { readonly userArn?: string } | undefined;
  readonly jwt?: { readonly claims?: Readonly<Record<string, unknown>> } | undefined;
}

const assumedRole = /^arn:([^:]+):sts::(\d{12}):assumed-role\/([^/]+)\/(.+)$/;
const github = 'https://token.actions.githubusercontent.com';
const ofToken = /^jwt:[^#]+#(.+)$/;

/** The caller of a request. Throws ACTOR_UNKNOWN where nobody was authenticated, or a token does not say who. */
export function callerOf({ iam, jwt }: Authorizer = {}): Caller {
  if (iam?.userArn !== undefined) return { kind: 'iam', actor: actorOf(iam.userArn) };
  return { kind: 'token', actor: actorOfToken(jwt?.claims ?? {}) };
}

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

/**
 * Whether two actors may be one person, who then is no second pair of eyes: the same actor, or the same name come by a token and by IAM
 * Identity Center. Names are compared without case. What they have in common gives nobody a right, it only takes one away.
 */
export function isSamePerson(left: string, right: string): boolean {
  return nameOf(left) === nameOf(right);
}

function nameOf(actor: string): string {
  return (ofToken.exec(actor)?.[1] ?? actor).toLowerCase();
}

/**
 * The actor behind a token. Of GitHub Actions it is the repository's number and the environment whose protection rules let the job run:
 * names of repositories can be taken over, and what `sub` consists of can be customised (GitHub docs, "OpenID Connect reference"). Of any
 * other issuer it is issuer and `sub`, which no other issuer can say. All are marked, so that no token can take the name of a person of
 * IAM Identity Center.
 */
function actorOfToken(claims: Readonly<Record<string, unknown>>): string {
  const { iss, sub, repository_id: repository, environment } = claims;
  if (iss === github) return `github:${claim(repository, /^\d{1,20}$/)}:${claim(environment, /^[\w.-]{1,100}$/)}`;
  const issuer = claim(iss, /^https:\/\/[\w.~:/%-]{1,200}$/)
    .slice('https://'.length)
    .replace(/\/$/, '');
  return `jwt:${issuer}#${claim(sub, /^[\w+=,.@|:/-]{1,200}$/)}`;
}

function claim(value: unknown, pattern: RegExp): string {
  if (typeof value === 'string' && pattern.test(value)) return value;
  throw failure('ACTOR_UNKNOWN', {});
}
