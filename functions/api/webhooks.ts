/** Webhooks, versioned: which deliveries may ask for which promotions. `POST` to one goes to a function of its own, without this API's authorizer. */
import type { Hono } from 'hono';
import { applyWebhook, findWebhook, listWebhooks, webhookOvertaken } from '#shared/aws/ledger/webhooks.ts';
import { failure } from '#shared/domain/errors/catalogue.ts';
import { canonicalJson } from '#shared/domain/release/canonical-json.ts';
import type { WebhookRecord } from '#shared/domain/webhook/records.ts';
import { Webhook } from '#shared/domain/webhook/webhook.ts';
import {
  actorIn,
  arrivedAt,
  bodyIn,
  demandNamed,
  type HttpContext,
  type HttpEnvironment,
} from '#shared/lambda/http.ts';
import type { Resources } from '#shared/lambda/resources.ts';
import { taggedWith, versionDecidedOn } from './versioned.ts';

export function webhooks(app: Hono<HttpEnvironment>, resources: Resources): void {
  app.get('/v1/webhooks', async (context) => context.json({ items: await listWebhooks(resources.ledger) }));

  app.get('/v1/webhooks/:name', async (context) => {
    const record = await holding(context, resources);
    return context.json(record, 200, taggedWith(record.version));
  });

  /** Applying what holds already changes nothing and makes no version. */
  app.put('/v1/webhooks/:name', async (context) => {
    const name = context.req.param('name');
    const webhook = await bodyIn(context, Webhook);
    demandNamed(name, webhook);
    const before = await findWebhook(resources.ledger, name);
    const seen = versionDecidedOn(context, before, (seen, now) => webhookOvertaken(name, seen, now));
    if (before !== undefined && canonicalJson(before.webhook) === canonicalJson(webhook))
      return context.json(before, 200, taggedWith(before.version));
    const applied = { by: actorIn(context), at: arrivedAt(context) };
    const version = await applyWebhook(resources.ledger, { name, webhook, seen, ...applied });
    const record: WebhookRecord = { webhook, version, appliedBy: applied.by, appliedAt: applied.at };
    return context.json(record, before === undefined ? 201 : 200, taggedWith(version));
  });

  /** From then on its deliveries are answered as those of any webhook that there is not. */
  app.delete('/v1/webhooks/:name', async (context) => {
    const name = context.req.param('name');
    const before = await holding(context, resources);
    const seen = versionDecidedOn(context, before, (seen, now) => webhookOvertaken(name, seen, now));
    const applied = { by: actorIn(context), at: arrivedAt(context) };
    const version = await applyWebhook(resources.ledger, { name, webhook: undefined, seen, ...applied });
    return context.json({ removed: before, version });
  });
}

/** Throws WEBHOOK_UNKNOWN. */
async function holding(context: HttpContext, { ledger }: Resources): Promise<WebhookRecord> {
  const name = context.req.param('name') ?? '';
  const record = await findWebhook(ledger, name);
  if (record === undefined) throw failure('WEBHOOK_UNKNOWN', { webhook: name });
  return record;
}
