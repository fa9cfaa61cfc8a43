/** What `drawbridge apply` would change about webhooks, without changing it. */
import { describe, expect, it } from 'vitest';
import { applyText } from '#cli/apply-report.ts';
import { planWebhooks } from '#cli/apply-webhooks.ts';
import { readConfig } from '#shared/domain/config/read-config.ts';
import type { WebhookRecord } from '#shared/domain/webhook/records.ts';
import type { Webhook } from '#shared/domain/webhook/webhook.ts';
import { monday } from '#test/builders.ts';
import { aStandardWebhook, aWebhook } from '#test/domain/webhook/webhook-builders.ts';

const named = (name: string, change: Partial<Webhook> = {}) => aWebhook({ metadata: { name }, ...change });
const held = (webhook: Webhook, version: number): WebhookRecord => ({
  ...{ webhook, version },
  appliedBy: 'carol',
  appliedAt: monday,
});

/** One line for each, and the fields that differ; or the codes of the problems. */
function planned(wanted: readonly Webhook[], records: readonly WebhookRecord[], remove: readonly string[] = []) {
  const read = readConfig([{ path: 'ci.yml', text: wanted.map((one) => JSON.stringify(one)).join('\n---\n') }]);
  if (read.kind === 'invalid') throw new Error(JSON.stringify(read.problems));
  const plan = planWebhooks(read.config, records, remove);
  if (plan.kind === 'invalid') return plan.problems.map(({ code }) => code);
  const text = applyText({ kind: 'plan', policies: [], targets: [], webhooks: plan.webhooks });
  return text.split('\n').map((line) => line.replace(/ +/g, ' '));
}

describe('a plan of webhooks', () => {
  it('says what is created, changed, unchanged, removed and left alone, field by field', () => {
    const records = [
      held(named('changed'), 4),
      held(named('same'), 2),
      held(named('theirs'), 1),
      held(named('old'), 3),
    ];
    const wanted = [
      named('changed', { refs: ['refs/heads/main', 'refs/tags/v1'], actors: [7] }),
      named('same'),
      aStandardWebhook({ metadata: { name: 'new' } }),
    ];
    expect(planned(wanted, records, ['old'])).toEqual([
      'webhook changed changed version 4',
      ' + refs[1] "refs/tags/v1"',
      ' + actors [7]',
      'webhook same unchanged version 2',
      'webhook new created',
      ' + provider "standard"',
      ' + pipeline "orders"',
      ' + events ["promotion"]',
      'webhook theirs left alone version 1',
      'webhook old removed version 3',
    ]);
  });

  it.each<[string, Webhook[], string[], string]>([
    ['takes away what is not there', [named('ci')], ['other'], 'WEBHOOK_UNKNOWN'],
    ['applies and takes away at once', [named('ci')], ['ci'], 'USAGE'],
  ])('is none that %s', (_, wanted, remove, code) => {
    expect(planned(wanted, [held(named('ci'), 1)], remove)).toEqual([code]);
  });
});
