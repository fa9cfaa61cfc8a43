/** Targets: which there are, what selects them, and how long sessions in them last. */
import type { Hono } from 'hono';
import { addTarget, changeTarget, listTargets, type TargetRecord } from '#shared/aws/ledger/targets.ts';
import { targetChange } from '#shared/domain/config/apply-target.ts';
import { Target } from '#shared/domain/config/schema.ts';
import { DrawbridgeError, failure } from '#shared/domain/errors/catalogue.ts';
import { actorIn, arrivedAt, bodyIn, demandNamed, type HttpEnvironment } from '#shared/lambda/http.ts';
import type { Resources } from '#shared/lambda/resources.ts';

export function targets(app: Hono<HttpEnvironment>, resources: Resources): void {
  app.get('/v1/targets', async (context) => {
    return context.json({ items: (await listTargets(resources.ledger)).map(shown) });
  });

  /** A target of an account that was onboarded: its ExternalId is taken from the account's other targets, never from a request. */
  app.put('/v1/targets/:name', async (context) => {
    const name = context.req.param('name');
    const wanted = await bodyIn(context, Target);
    demandNamed(name, wanted);
    const change = targetChange(await listTargets(resources.ledger), wanted);
    if (change.kind === 'refused') throw new DrawbridgeError(change.problem);
    if (change.kind === 'unchanged') return context.json(shown(change.before));
    const { account, region, metadata, sessionSeconds } = wanted;
    const target = {
      ...{ name, account, region, labels: metadata.labels },
      externalId: (change.kind === 'created' ? change.sibling : change.before).externalId,
      ...(sessionSeconds === undefined ? {} : { sessionSeconds }),
      ...{ appliedBy: actorIn(context), appliedAt: arrivedAt(context) },
    };
    const written = await (change.kind === 'created' ? addTarget : changeTarget)(resources.ledger, target);
    if (!written) throw failure('TARGET_CHANGED', { target: name });
    return context.json(shown(target), change.kind === 'created' ? 201 : 200);
  });
}

/** Without the ExternalId, which is nobody's business outside of the ledger. */
function shown({ externalId: _externalId, ...target }: TargetRecord) {
  return target;
}
