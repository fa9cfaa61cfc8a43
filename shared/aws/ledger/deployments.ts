/** How each stack of each target stands in a rollout, in the ledger. */
import type { Deployment, Rollout } from '#shared/domain/promotion/records.ts';
import { type Ledger, putItem, putUnlessSettled, queryItems, withoutKeys } from './table.ts';

/** Writes how one stack of one target stands, as read from CloudFormation. A settled deployment is not set back to an unsettled one. */
export async function recordDeployment(ledger: Ledger, deployment: Deployment): Promise<void> {
  const { promotion, environment, target, stack, outcome } = deployment;
  const item = { pk: `PROMOTION#${promotion}`, sk: `DEPLOYMENT#${environment}#${target}#${stack}`, ...deployment };
  if (outcome === 'deployed' || outcome === 'failed') await putItem(ledger, item);
  else await putUnlessSettled(ledger, item);
}

/** Writes the deployments a decided plan foresees. */
export async function recordDeployments(ledger: Ledger, deployments: readonly Deployment[]): Promise<void> {
  await Promise.all(deployments.map((deployment) => recordDeployment(ledger, deployment)));
}

/** The deployments of one rollout, or those of one target in it: a step of one among hundreds reads no others. */
export async function listDeployments(
  ledger: Ledger,
  { promotion, environment, target }: Pick<Rollout, 'promotion' | 'environment'> & { readonly target?: string },
): Promise<Deployment[]> {
  const prefix = `DEPLOYMENT#${environment}#${target === undefined ? '' : `${target}#`}`;
  const items = await queryItems(ledger, `PROMOTION#${promotion}`, prefix);
  return items.map((item) => withoutKeys(item) as Deployment);
}
