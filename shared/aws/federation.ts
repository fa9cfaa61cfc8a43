/** The sign-in endpoint of the AWS console. */
import { signInTokenUrl, signInUrl } from '#shared/domain/broker/console-links.ts';
import type { RoleCredentials } from '#shared/domain/broker/person-session.ts';
import { failure } from '#shared/domain/errors/catalogue.ts';

const timeoutMilliseconds = 20_000;

/** A link that signs in to the console with the credentials. Throws SIGN_IN_REFUSED; no error repeats the credentials. */
export async function consoleUrl(credentials: RoleCredentials, region: string): Promise<string> {
  const signal = AbortSignal.timeout(timeoutMilliseconds);
  const response = await fetch(signInTokenUrl(credentials, region), { signal }).catch((error: Error) => {
    throw failure('SIGN_IN_REFUSED', { detail: error.name });
  });
  const answer = (await response.json().catch(() => ({}))) as { SigninToken?: string };
  if (response.ok && answer.SigninToken !== undefined) return signInUrl(answer.SigninToken, region);
  throw failure('SIGN_IN_REFUSED', { detail: `HTTP ${response.status}` });
}
