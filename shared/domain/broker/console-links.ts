/** Links into the AWS console (IAM User Guide, "Enable custom identity broker access to the AWS console"). */
import { partitionOf } from '../names.ts';
import type { RoleCredentials } from './person-session.ts';

const hosts = {
  aws: { signIn: 'signin.aws.amazon.com', console: 'console.aws.amazon.com' },
  'aws-cn': { signIn: 'signin.amazonaws.cn', console: 'console.amazonaws.cn' },
  'aws-us-gov': { signIn: 'signin.amazonaws-us-gov.com', console: 'console.amazonaws-us-gov.com' },
} as const;

/**
 * The request that exchanges credentials for a sign-in token. It carries the credentials, so it is only ever sent, never shown. Without
 * SessionDuration, which is refused for sessions of role chaining: the console session ends with the credentials.
 */
export function signInTokenUrl(credentials: RoleCredentials, region: string): string {
  const { accessKeyId: sessionId, secretAccessKey: sessionKey, sessionToken } = credentials;
  return federation(region, {
    Action: 'getSigninToken',
    Session: JSON.stringify({ sessionId, sessionKey, sessionToken }),
  });
}

/** The link that signs in. Whoever opens it within fifteen minutes is in. */
export function signInUrl(signInToken: string, region: string): string {
  const Destination = `https://${hostsOf(region).console}/console/home?region=${region}`;
  return federation(region, { Action: 'login', Issuer: 'drawbridge', Destination, SigninToken: signInToken });
}

/** The link that fills in the console's switch-role form. */
export function switchRoleUrl(place: { account: string; region: string; role: string; name: string }): string {
  const query = new URLSearchParams({ account: place.account, roleName: place.role, displayName: place.name });
  return `https://${hostsOf(place.region).signIn}/switchrole?${query}`;
}

/** The events of a stack in the console. Whoever opens it has to be signed in to the stack's account. */
export function stackEventsUrl({ region, stackName }: { readonly region: string; readonly stackName: string }): string {
  const query = new URLSearchParams({ stackId: stackName });
  return `https://${hostsOf(region).console}/cloudformation/home?region=${region}#/stacks/events?${query}`;
}

/** An alarm in the console, as the events of a stack. */
export function alarmUrl({ region, alarm }: { readonly region: string; readonly alarm: string }): string {
  const place = `https://${hostsOf(region).console}/cloudwatch/home?region=${region}`;
  return `${place}#alarmsV2:alarm/${encodeURIComponent(alarm)}`;
}

function federation(region: string, parameters: Readonly<Record<string, string>>): string {
  return `https://${hostsOf(region).signIn}/federation?${new URLSearchParams(parameters)}`;
}

function hostsOf(region: string) {
  return hosts[partitionOf(region) as keyof typeof hosts];
}
