/** Whether a delivery comes from who holds the secret. */
import { readWebhookSecrets } from '#shared/aws/webhook-secrets.ts';
import { DrawbridgeError, failure } from '#shared/domain/errors/catalogue.ts';
import { verdictOn } from '#shared/domain/webhook/claim.ts';
import type { Delivery } from '#shared/domain/webhook/delivery.ts';
import { readClaim } from '#shared/domain/webhook/read-claim.ts';
import type { Webhook } from '#shared/domain/webhook/webhook.ts';
import { logFailure } from '#shared/lambda/log.ts';

/** The id of a delivery that is proven. Throws a 401 for one that is not, and WEBHOOK_SECRET where that cannot be told. */
export async function verified(webhook: Webhook, delivery: Delivery): Promise<string> {
  const read = readClaim(webhook, delivery);
  if (read.kind === 'refused') throw new DrawbridgeError(read.problem);
  const { name } = webhook.metadata;
  const secrets = await readWebhookSecrets(name, delivery.at).catch((error: unknown) => {
    logFailure('the secret cannot be read', error, { webhook: name });
    throw failure('WEBHOOK_SECRET', { webhook: name });
  });
  const verdict = verdictOn(read.claim, delivery.body, secrets);
  // A signature where the secret is a token of GitLab's proves nothing, whoever made it up.
  const madeUp = webhook.legacyToken === true && read.claim.kind === 'signature';
  if (verdict === 'no-key' && !madeUp) throw failure('WEBHOOK_SECRET', { webhook: name });
  if (verdict !== 'proven') throw failure('SIGNATURE_MISMATCH', {});
  return read.claim.id;
}
