/** The token for GitHub in AWS Secrets Manager, kept in memory until GitHub no longer takes it. */
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { failure } from '#shared/domain/errors/catalogue.ts';
import { asked } from './translate-error.ts';

const service = 'AWS Secrets Manager';
const known = new Map<string, string>();
let client: SecretsManagerClient | undefined;

/** The token in the secret of this name. Throws what Secrets Manager refuses, and AWS_REFUSED for what cannot be a token. */
export async function readGitHubToken(secret: string, anew: boolean): Promise<string> {
  const kept = anew ? undefined : known.get(secret);
  if (kept !== undefined) return kept;
  client ??= new SecretsManagerClient({ maxAttempts: 2 });
  const { SecretString = '' } = await asked(service, client.send(new GetSecretValueCommand({ SecretId: secret })));
  const token = SecretString.trim();
  // Anything else could not stand in a header, and an error about the header would show it.
  if (!/^[\x21-\x7e]{20,4096}$/.test(token))
    throw failure('AWS_REFUSED', { service, code: 'no token', message: `${secret} holds nothing that is a token` });
  known.set(secret, token);
  return token;
}
