/** Broker: opens an audit-role session for a person, on the record. Nothing else in Drawbridge gives credentials out. */
import { openRole } from '#shared/aws/assume-role.ts';
import { recordBrokered } from '#shared/aws/ledger/brokered-sessions.ts';
import { readTarget } from '#shared/aws/ledger/targets.ts';
import { BrokerRequest, type OpenedSession, personSession } from '#shared/domain/broker/person-session.ts';
import { roleName } from '#shared/domain/names.ts';
import { onCall } from '#shared/lambda/event.ts';

export const handler = onCall('broker', async (event, { ledger }): Promise<{ kind: 'opened' } & OpenedSession> => {
  const { wish, actor, at, request } = BrokerRequest.parse(event);
  const target = await readTarget(ledger, wish.target);
  const asked = personSession(target, { actor, seconds: wish.seconds });
  const credentials = await openRole(asked, target);
  const session = {
    ...{ target: target.name, account: target.account, region: target.region },
    ...{ actor, at, request, reason: wish.reason, use: wish.use, role: roleName('audit') },
    ...{ sessionName: asked.sessionName, sourceIdentity: asked.sourceIdentity, expiresAt: credentials.expiresAt },
  };
  // Before anybody holds the credentials: a session that cannot be recorded is not given out.
  await recordBrokered(ledger, session);
  return { kind: 'opened', session, credentials };
});
