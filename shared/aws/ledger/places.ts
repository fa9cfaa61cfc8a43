/** Which environments the releases of each pipeline have, or ever had: there may still be a rollout where the newest release has none. */
import * as z from 'zod';
import { Name } from '#shared/domain/identifiers.ts';
import type { Spot } from '#shared/domain/restriction/restriction.ts';
import { type Ledger, putNew, queryItems, withoutKeys } from './table.ts';

const Place = z.strictObject({ pipeline: Name, environment: Name });
const places = 'PLACES';

/** Notes the environments of a release, before anybody can promote it. Noting one again changes nothing. */
export async function recordPlaces(
  ledger: Ledger,
  {
    pipeline,
    environments,
  }: { readonly pipeline: string; readonly environments: readonly { readonly name: string }[] },
): Promise<void> {
  await Promise.all(
    environments.map(({ name: environment }) =>
      putNew(ledger, { pk: places, sk: `${pipeline}#${environment}`, pipeline, environment }),
    ),
  );
}

export async function listPlaces(ledger: Ledger): Promise<Spot[]> {
  return (await queryItems(ledger, places, '')).map((item) => Place.parse(withoutKeys(item)));
}
