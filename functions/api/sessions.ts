/** Sessions for people: ask for one, and see who was given which. */
import type { Hono } from 'hono';
import { invokeFunction } from '#shared/aws/invoke-function.ts';
import { listBrokered } from '#shared/aws/ledger/brokered-sessions.ts';
import { type BrokerAnswer, type BrokerRequest, SessionWish } from '#shared/domain/broker/person-session.ts';
import { DrawbridgeError } from '#shared/domain/errors/catalogue.ts';
import { actorIn, arrivedAt, bodyIn, type HttpEnvironment } from '#shared/lambda/http.ts';
import type { Resources } from '#shared/lambda/resources.ts';

export function sessions(app: Hono<HttpEnvironment>, resources: Resources): void {
  /** Each request is a session of its own: credentials are kept nowhere, so none can be given out again. */
  app.post('/v1/sessions', async (context) => {
    const asked: BrokerRequest = {
      wish: await bodyIn(context, SessionWish),
      actor: actorIn(context),
      at: arrivedAt(context),
      request: context.env.event.requestContext.requestId,
    };
    const answer = await invokeFunction<BrokerAnswer>(resources.brokerFunction, asked);
    if (answer.kind === 'refused') throw new DrawbridgeError(answer.problem);
    const { session, credentials } = answer;
    return context.json({ session, credentials }, 201, { 'Cache-Control': 'no-store' });
  });

  app.get('/v1/sessions', async (context) => {
    return context.json({ items: await listBrokered(resources.ledger, context.req.query('target') ?? '') });
  });
}
