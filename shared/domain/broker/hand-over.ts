/** The forms in which a person's session is handed to other programs. */
import type { RoleCredentials } from './person-session.ts';

export interface HandedOver {
  readonly credentials: RoleCredentials;
  readonly region: string;
  /** Where AWS is, if it is a sandbox. */
  readonly endpoint?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The JSON of `credential_process` (SDKs and Tools Reference Guide, "Process credential provider"). Without an expiration in a sandbox,
 * whose clock is not the machine's: programs would take the credentials for expired.
 */
export function credentialProcess({ credentials, endpoint }: HandedOver) {
  return {
    Version: 1,
    AccessKeyId: credentials.accessKeyId,
    SecretAccessKey: credentials.secretAccessKey,
    SessionToken: credentials.sessionToken,
    ...(endpoint === undefined ? { Expiration: credentials.expiresAt } : {}),
  };
}

/** The variables by which SDKs and the AWS CLI find credentials, region and endpoint. */
function awsVariables({ credentials, region, endpoint }: HandedOver): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    AWS_REGION: region,
    // Version 1 of the AWS CLI reads only this one.
    AWS_DEFAULT_REGION: region,
    ...(endpoint === undefined ? {} : { AWS_ENDPOINT_URL: endpoint }),
  };
}

/** `export` lines for a shell. Values are quoted; a quote cannot end one early. */
export function exportLines(handed: HandedOver): string {
  return Object.entries(awsVariables(handed))
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'`)
    .join('\n');
}

/** Not about who one is or where AWS is. */
const harmless = new Set(['AWS_PAGER', 'AWS_CA_BUNDLE']);

/** The environment of a child process: the parent's without anything that names other credentials, profiles, regions or endpoints. */
export function childEnvironment(parent: Environment, handed: HandedOver): Record<string, string> {
  const kept = Object.entries(parent).flatMap(([name, value]) =>
    value === undefined || (/^AWS_/i.test(name) && !harmless.has(name)) ? [] : [[name, value] as const],
  );
  return { ...Object.fromEntries(kept), ...awsVariables(handed) };
}
