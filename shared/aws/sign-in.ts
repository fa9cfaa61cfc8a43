/** The ways into the account of the API, each without a key that stays: profiles and tokens as the SDK finds them, MFA, SAML. */
import { AssumeRoleWithSAMLCommand, type Credentials, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import {
  createCredentialChain,
  fromEnv,
  fromIni,
  fromNodeProviderChain,
  fromTokenFile,
} from '@aws-sdk/credential-providers';
import { DrawbridgeError, failure } from '#shared/domain/errors/catalogue.ts';
import type { SamlRole } from '#shared/domain/trust/saml-assertion.ts';
import { askedForSession, isCode, isSdkError } from './translate-error.ts';

interface SignedIn {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Answers credentials; the same while they hold. */
export type SignIn = () => Promise<SignedIn>;

/** Where AWS STS is asked, and as whom. */
export interface Door {
  /** Its regional endpoint is asked. */
  readonly region: string;
  /** Where AWS is, if it is a sandbox: nothing of a sign-in may go from there to the real one. */
  readonly endpoint?: string;
  readonly profile?: string;
  /** Asks for the code of the MFA device with this serial number. */
  readonly mfaCode?: (serialNumber: string) => Promise<string>;
}

/**
 * As the SDK finds credentials: environment, profile (single sign-on, a role with or without MFA), the token of a CI runner. Throws
 * CREDENTIALS_MISSING, SIGN_IN_DENIED, and what STS says of tokens and second factors.
 */
export function throughSdk(door: Door): SignIn {
  const provider = chainOf(door);
  return async () => {
    try {
      return await provider();
    } catch (error) {
      return refused(error, door);
    }
  };
}

/** GetSessionToken with an MFA device: for an IAM user, whose own key is what the SDK finds. Lasts twelve hours. */
export function throughDevice(door: Door, serialNumber: string): SignIn {
  const own = throughSdk(door);
  return once(async () => {
    const credentials = await own();
    const TokenCode = await door.mfaCode?.(serialNumber);
    const command = new GetSessionTokenCommand({ SerialNumber: serialNumber, TokenCode });
    const request = { operation: 'GetSessionToken', role: serialNumber, account: '', region: door.region } as const;
    const sent = client(door, { credentials }).send(command);
    return signedIn((await askedForSession(serviceOf(door), request, sent)).Credentials);
  });
}

/** AssumeRoleWithSAML: the assertion proves who asks, so nothing is signed. Lasts an hour. */
export function throughAssertion(door: Door, { role, provider, assertion }: SamlRole & { assertion: string }): SignIn {
  return once(async () => {
    const command = new AssumeRoleWithSAMLCommand({ RoleArn: role, PrincipalArn: provider, SAMLAssertion: assertion });
    const account = `${role.split(':')[4]}`;
    const request = { operation: 'AssumeRoleWithSAML', role, account, region: door.region } as const;
    return signedIn((await askedForSession(serviceOf(door), request, client(door).send(command))).Credentials);
  });
}

/** In a sandbox without the SDK's own memory: it would take sessions of another clock for over, and ask for ever. */
function chainOf({ region, endpoint, profile, mfaCode }: Door): SignIn {
  const init = {
    clientConfig: { region, ...(endpoint === undefined ? {} : { endpoint }) },
    ...(profile === undefined ? {} : { profile }),
    ...(mfaCode === undefined ? {} : { mfaCodeProvider: mfaCode }),
  };
  if (endpoint === undefined) return fromNodeProviderChain(init);
  const chain =
    profile === undefined
      ? createCredentialChain(fromEnv(), fromIni(init), fromTokenFile(init))
      : createCredentialChain(fromIni(init));
  return once(chain);
}

/** Throws what a failed sign-in means. */
async function refused(error: unknown, door: Door): Promise<never> {
  const { profile, region } = door;
  const looked = profile === undefined ? 'the environment and the default profile' : `the profile ${profile}`;
  if (error instanceof DrawbridgeError) throw error;
  if (!isSdkError(error)) throw failure('CREDENTIALS_MISSING', { profile: looked, detail: (error as Error).message });
  const { message } = error;
  const byToken = /AssumeRoleWithWebIdentity|must be before the expiration/.test(message);
  if (isCode(error, 'AccessDenied') && !byToken && !/^MultiFactor/.test(message))
    throw failure('SIGN_IN_DENIED', { profile: looked, message });
  const operation = byToken ? 'AssumeRoleWithWebIdentity' : 'AssumeRole';
  const request = { operation, role: `the role of ${looked}`, account: '', region } as const;
  return askedForSession(serviceOf(door), request, Promise.reject(error));
}

function client({ region, endpoint }: Door, more: { credentials?: SignedIn } = {}): STSClient {
  return new STSClient({ region, ...(endpoint === undefined ? {} : { endpoint }), ...more });
}

function serviceOf({ region }: Door): string {
  return `AWS STS in ${region}`;
}

function signedIn(issued: Credentials | undefined): SignedIn {
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken } = issued ?? {};
  if (accessKeyId !== undefined && secretAccessKey !== undefined && sessionToken !== undefined)
    return { accessKeyId, secretAccessKey, sessionToken };
  const message = 'it answered without credentials';
  throw failure('AWS_REFUSED', { service: 'AWS STS', code: 'NoCredentials', message });
}

function once(open: SignIn): SignIn {
  let opened: Promise<SignedIn> | undefined;
  return () => {
    opened ??= open();
    return opened;
  };
}
