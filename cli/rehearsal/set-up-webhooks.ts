/** Webhooks in a simulated organization: the administrator applies those of the files at hand, and gives each a secret. */
import { homeRegion, sharedServicesAccount } from '#sandbox/organization.ts';
import type { RunningSandbox } from '#sandbox/runtime/running-sandbox.ts';
import type { Ledger } from '#shared/aws/ledger/table.ts';
import { applyWebhook, listWebhooks } from '#shared/aws/ledger/webhooks.ts';
import { canonicalJson } from '#shared/domain/release/canonical-json.ts';
import { secretNameOf } from '#shared/domain/webhook/live-secrets.ts';
import type { Webhook } from '#shared/domain/webhook/webhook.ts';

/** Those of another rehearsal are no longer there; a secret that was made once stays. */
export async function holdWebhooks(
  sandbox: RunningSandbox,
  ledger: Ledger,
  { wanted, by }: { readonly wanted: readonly Webhook[]; readonly by: string },
): Promise<void> {
  const held = await listWebhooks(ledger);
  const applied = { by, at: new Date(sandbox.now()).toISOString() };
  const kept = new Set(wanted.map(({ metadata }) => metadata.name));
  for (const { webhook, version } of held) {
    const { name } = webhook.metadata;
    if (!kept.has(name)) await applyWebhook(ledger, { name, webhook: undefined, seen: version, ...applied });
  }
  for (const webhook of wanted) {
    const { name } = webhook.metadata;
    const before = held.find((record) => record.webhook.metadata.name === name);
    if (before === undefined || canonicalJson(before.webhook) !== canonicalJson(webhook))
      await applyWebhook(ledger, { name, webhook, seen: before?.version ?? 0, ...applied });
    if (!secretsIn(sandbox).some((secret) => secret.name === secretNameOf(name))) await giveSecret(sandbox, webhook);
  }
}

/** What the senders were given: the names of webhooks as they can be part of a variable (`ORDERS_CI`), each with its current secret. */
export function heldWebhookSecrets(sandbox: RunningSandbox): [name: string, secret: string][] {
  const prefix = secretNameOf('');
  return secretsIn(sandbox).flatMap(({ name, versions }): [string, string][] => {
    const current = Object.values(versions).find(({ stages }) => stages.includes('AWSCURRENT'));
    if (current === undefined || !name.startsWith(prefix)) return [];
    return [[name.slice(prefix.length).toUpperCase().replaceAll('-', '_'), current.text]];
  });
}

function secretsIn({ world }: RunningSandbox) {
  const all = Object.values(world.secretsManager.secrets);
  return all.filter(({ account, region }) => account === sharedServicesAccount && region === homeRegion);
}

/** A signing key fits every provider that signs; GitLab's old token is never one. */
async function giveSecret(sandbox: RunningSandbox, { metadata, legacyToken }: Webhook): Promise<void> {
  const minted = sandbox.mint(`webhook-secret/${metadata.name}`, 32);
  const SecretString = legacyToken === true ? minted : `whsec_${Buffer.from(minted).toString('base64')}`;
  const { caller } = sandbox.openSession({
    roleArn: `arn:aws:iam::${sharedServicesAccount}:role/OrganizationAccountAccessRole`,
    sessionName: 'onboarding',
    service: 'organizations.amazonaws.com',
    durationSeconds: 3600,
  });
  const input = { Name: secretNameOf(metadata.name), SecretString };
  await sandbox.perform({ service: 'secretsmanager', operation: 'CreateSecret', input, caller, region: homeRegion });
}
