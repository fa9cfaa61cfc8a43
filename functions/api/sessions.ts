/** What people may have of target accounts: a session, or what an encoded denial says; and who was given what. */
import type { Hono } from 'hono';
import { askFunction } from '#shared/aws/invoke-function.ts';
import { listBrokered } from '#shared/aws/ledger/brokered-sessions.ts';
import { MessageWish } from '#shared/domain/broker/decoded-messages.ts';
import { type BrokerAnswer, type BrokerRequest, SessionWish } from '#shared/domain/broker/person-session.ts';
import { failure } from '#shared/domain/errors/catalogue.ts';
import { Name } from '#shared/domain/identifiers.ts';
import {
  actorIn,
  answerPage,
  arrivedAt,
  bodyIn,
  type HttpContext,
  type HttpEnvironment,
  nameAsked,
} from '#shared/lambda/http.ts';
import type { Resources } from '#shared/lambda/resources.ts';

export function sessions(app: Hono<HttpEnvironment>, resources: Resources): void {
  /** Each request is a session of its own: credentials are kept nowhere, so none can be given out again. */
  app.post('/v1/sessions', async (context) => {
    const wish = await bodyIn(context, SessionWish);
    const { session, credentials } = await askBroker<'opened'>(resources.brokerFunction, {
      kind: 'session',
      wish,
      ...byWhom(context),
    });
    return context.json({ session, credentials }, 201, uncached);
  });

  app.get('/v1/sessions', async (context) => {
    const target = nameAsked(context, 'target');
    return answerPage(context, `sessions in ${target}`, (page) => listBrokered(resources.ledger, target, page));
  });

  /** What a denial says is for who asks, and kept nowhere; that it was asked for is among the sessions. */
  app.post('/v1/targets/:target/decoded-messages', async (context) => {
    const target = context.req.param('target');
    if (!Name.safeParse(target).success) throw failure('TARGET_UNKNOWN', { target });
    const message = await bodyIn(context, MessageWish);
    const asked = { kind: 'decoding', target, message, ...byWhom(context) } as const;
    const { decoded } = await askBroker<'decoded'>(resources.brokerFunction, asked);
    return context.json(decoded, 200, uncached);
  });
}

const uncached = { 'Cache-Control': 'no-store' };

function byWhom(context: HttpContext) {
  return { actor: actorIn(context), at: arrivedAt(context), request: context.env.event.requestContext.requestId };
}

function askBroker<Kind extends BrokerAnswer['kind']>(
  name: string,
  asked: BrokerRequest,
): Promise<Extract<BrokerAnswer, { kind: Kind }>> {
  return askFunction(name, asked);
}
