/** The secrets of webhooks in AWS Secrets Manager, kept in memory for at most five minutes. */
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import {
  liveSecrets,
  type SecretVersion,
  type StoredSecrets,
  secretNameOf,
} from '#shared/domain/webhook/live-secrets.ts';
import { asked, isCode } from './translate-error.ts';

const cacheMilliseconds = 5 * 60_000;
const service = 'AWS Secrets Manager';
const cache = new Map<string, StoredSecrets & { readonly readAt: number }>();
let client: SecretsManagerClient | undefined;

/**
 * The secrets that count at `now` (epoch milliseconds): AWSCURRENT, and AWSPREVIOUS for a while after it was replaced. Throws what Secrets
 * Manager refuses, and AWS_REFUSED where there is no current one: no secret is not the same as nothing to verify.
 */
export async function readWebhookSecrets(webhook: string, now: number): Promise<string[]> {
  const known = cache.get(webhook);
  const fresh = known !== undefined && now >= known.readAt && now - known.readAt < cacheMilliseconds;
  const stored = fresh ? known : { ...(await fetchSecrets(webhook)), readAt: now };
  cache.set(webhook, stored);
  return liveSecrets(stored, now);
}

/** For tests: whoever rotates a secret need not wait. */
export function forgetWebhookSecrets(): void {
  cache.clear();
}

async function fetchSecrets(webhook: string): Promise<StoredSecrets> {
  const [current, previous] = await Promise.all([
    asked(service, versionOf(webhook, 'AWSCURRENT')),
    versionOf(webhook, 'AWSPREVIOUS').catch((error: unknown) => {
      // A secret that was never rotated has none.
      if (isCode(error, 'ResourceNotFoundException')) return undefined;
      return asked(service, Promise.reject(error));
    }),
  ]);
  return { current, ...(previous === undefined ? {} : { previous }) };
}

async function versionOf(webhook: string, VersionStage: 'AWSCURRENT' | 'AWSPREVIOUS'): Promise<SecretVersion> {
  client ??= new SecretsManagerClient({});
  const command = new GetSecretValueCommand({ SecretId: secretNameOf(webhook), VersionStage });
  const { SecretString: text = '', CreatedDate: created } = await client.send(command);
  return { text, createdAt: created?.getTime() ?? 0 };
}
