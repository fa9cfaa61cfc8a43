/** What `drawbridge apply` would change about webhooks: each stands for itself. */
import type { Config } from '#shared/domain/config/config.ts';
import { fieldDifferences } from '#shared/domain/config/field-differences.ts';
import { problem } from '#shared/domain/errors/catalogue.ts';
import type { Problem } from '#shared/domain/errors/problem.ts';
import type { WebhookRecord } from '#shared/domain/webhook/records.ts';
import type { Webhook } from '#shared/domain/webhook/webhook.ts';
import type { Change } from './apply-plan.ts';

export interface WebhookChange extends Change {
  /** The version that holds; 0 where there is none. */
  readonly seen: number;
  readonly webhook?: Webhook;
}

export type WebhookPlan =
  | { readonly kind: 'plan'; readonly webhooks: readonly WebhookChange[] }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] };

/** The webhooks of the files, those to remove, and last what is left alone. */
export function planWebhooks(config: Config, held: readonly WebhookRecord[], remove: readonly string[]): WebhookPlan {
  const wanted = config.webhooks.map(({ document }) => wantedChange(document, held));
  const named = wanted.map(({ name }) => name);
  const problems = remove.flatMap((webhook) => {
    if (named.includes(webhook)) return [both(webhook)];
    const known = held.map(nameOf);
    return known.includes(webhook) ? [] : [problem('WEBHOOK_UNKNOWN', { webhook, known })];
  });
  if (problems.length > 0) return { kind: 'invalid', problems };
  const others = held
    .filter((record) => !named.includes(nameOf(record)))
    .map((record): WebhookChange => {
      const change = remove.includes(nameOf(record)) ? 'removed' : 'left alone';
      return { name: nameOf(record), change, differences: [], seen: record.version };
    });
  return { kind: 'plan', webhooks: [...wanted, ...others] };
}

function wantedChange(webhook: Webhook, held: readonly WebhookRecord[]): WebhookChange {
  const { name } = webhook.metadata;
  const before = held.find((record) => nameOf(record) === name);
  const differences = fieldDifferences(before === undefined ? {} : shown(before.webhook), shown(webhook));
  const changed = differences.length === 0 ? 'unchanged' : 'changed';
  const change = before === undefined ? 'created' : changed;
  return { name, change, differences, seen: before?.version ?? 0, webhook };
}

function both(webhook: string): Problem {
  return problem('USAGE', {
    detail: `Webhook ${webhook} is to be applied and removed at once.`,
    hint: 'Take it out of the files, or do not remove it.',
  });
}

/** Without what stands in its line anyway. */
function shown({ apiVersion: _apiVersion, kind: _kind, metadata: _metadata, ...webhook }: Webhook) {
  return webhook;
}

function nameOf({ webhook }: WebhookRecord): string {
  return webhook.metadata.name;
}
