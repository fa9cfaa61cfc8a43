/**
 * Freezes, emergency stops and holds in the ledger. Each is an item of its own, written once, to which its lifting is added once. Those that
 * hold or are to come stand together in one item for each kind, by their ids, so that a step reads them all at once and strongly consistent.
 */
import { failure } from '#shared/domain/errors/catalogue.ts';
import type { Page, Part } from '#shared/domain/http/page.ts';
import { canonicalJson } from '#shared/domain/release/canonical-json.ts';
import { isOver, Restriction, type RestrictionKind } from '#shared/domain/restriction/restriction.ts';
import {
  changeItem,
  getItem,
  type Item,
  type Ledger,
  putNew,
  queryFirst,
  queryItems,
  queryPage,
  withoutKeys,
} from './table.ts';

const group = 'RESTRICTIONS';
/** Group in the index `open` for restrictions of which something is to be published; the sort key says since when: `put#…` or `lifted#…`. */
const untold = 'RESTRICTIONS_UNTOLD';

/** Every restriction that holds or is to come; one that is over may still be among them. */
export async function listRestrictions(ledger: Ledger): Promise<Restriction[]> {
  return (await queryItems(ledger, group, '')).flatMap(restrictionsIn);
}

/** As `listRestrictions`, of one kind. */
export async function listRestrictionsOf(ledger: Ledger, kind: RestrictionKind): Promise<Restriction[]> {
  return restrictionsIn((await getItem(ledger, { pk: group, sk: kind })) ?? {});
}

/** Every restriction of a kind that ever was, newest first. */
export async function pageRestrictions(ledger: Ledger, kind: RestrictionKind, page: Page): Promise<Part<Restriction>> {
  const part = await queryPage(ledger, { group: listOf(kind), index: 'by-pipeline', ...page });
  return { ...part, items: part.items.map(restrictionIn) };
}

/**
 * Puts a restriction on record, then in force. Asking again is harmless and finishes what a crash left. Throws IDEMPOTENCY_CONFLICT for
 * another one under the same id.
 */
export async function putRestriction(
  ledger: Ledger,
  wanted: Restriction,
): Promise<{ restriction: Restriction; replayed: boolean }> {
  const { id, kind, at } = wanted;
  const listing = { gsi1pk: listOf(kind), gsi1sk: `${at}#${id}`, gsi2pk: untold, gsi2sk: `put#${at}#${id}` };
  const fresh = await putNew(ledger, { ...keyOf(id), ...listing, ...wanted });
  const restriction = fresh ? wanted : ((await findRestriction(ledger, id)) ?? wanted);
  if (canonicalJson(wishIn(restriction)) !== canonicalJson(wishIn(wanted)))
    throw failure('IDEMPOTENCY_CONFLICT', { earlier: id });
  if (!isOver(restriction, at)) await bringIntoForce(ledger, restriction, at);
  return { restriction, replayed: !fresh };
}

interface Lifting {
  readonly kind: RestrictionKind;
  readonly id: string;
  readonly by: string;
  readonly at: string;
  readonly reason: string;
}

/**
 * Lifts a restriction, once. Asking again is harmless and finishes what a crash left. Throws RESTRICTION_UNKNOWN, and
 * RESTRICTION_LIFTED where somebody else was first.
 */
export async function liftRestriction(
  ledger: Ledger,
  { kind, id, ...lifted }: Lifting,
): Promise<{ restriction: Restriction; repeated: boolean }> {
  const fresh = await changeItem(ledger, keyOf(id), {
    UpdateExpression: 'SET lifted = :lifted, gsi2pk = :untold, gsi2sk = if_not_exists(gsi2sk, :since)',
    ConditionExpression: 'kind = :kind AND attribute_not_exists(lifted)',
    ExpressionAttributeValues: {
      ...{ ':lifted': lifted, ':kind': kind, ':untold': untold },
      ':since': `lifted#${lifted.at}#${id}`,
    },
  });
  const restriction = await findRestriction(ledger, id);
  if (restriction === undefined || restriction.kind !== kind) throw failure('RESTRICTION_UNKNOWN', { id });
  // Whoever asks finishes it: what is lifted may not stay in force because a function ended in between.
  await takeOutOfForce(ledger, kind, id);
  const { by, at } = restriction.lifted ?? lifted;
  if (by !== lifted.by) throw failure('RESTRICTION_LIFTED', { id, by, at });
  return { restriction, repeated: !fresh };
}

/** What is to be published of a restriction: from when it was put, or from its lifting on. */
interface Untold {
  readonly restriction: Restriction;
  readonly since: 'put' | 'lifted';
}

/** Undefined where everything was published. */
export async function readUntold(ledger: Ledger, id: string): Promise<Untold | undefined> {
  const item = await getItem(ledger, keyOf(id));
  if (item?.['gsi2sk'] === undefined) return undefined;
  return { restriction: restrictionIn(item), since: String(item['gsi2sk']).startsWith('put#') ? 'put' : 'lifted' };
}

/** Ids of restrictions of which something is to be published. Eventually consistent. */
export async function listUntold(ledger: Ledger, limit: number): Promise<string[]> {
  return (await queryFirst(ledger, { index: 'open', group: untold, limit })).map(({ id }) => String(id));
}

/** Notes that this was published. One that was lifted meanwhile is still to be told. */
export async function noteTold(ledger: Ledger, { id, lifted }: Restriction): Promise<void> {
  await changeItem(ledger, keyOf(id), {
    UpdateExpression: 'REMOVE gsi2pk, gsi2sk',
    ConditionExpression: `${lifted === undefined ? 'attribute_not_exists' : 'attribute_exists'}(lifted)`,
  });
}

async function findRestriction(ledger: Ledger, id: string): Promise<Restriction | undefined> {
  const item = await getItem(ledger, keyOf(id));
  return item === undefined ? undefined : restrictionIn(item);
}

/** What is over makes room, so that the item stays small. */
async function bringIntoForce(ledger: Ledger, restriction: Restriction, at: string): Promise<void> {
  const { id, kind } = restriction;
  const over = (await listRestrictionsOf(ledger, kind)).filter((one) => isOver(one, at) && one.id !== id);
  const names = Object.fromEntries(over.map((one, index) => [`#over${index}`, one.id]));
  const remove = over.length === 0 ? '' : ` REMOVE ${Object.keys(names).join(', ')}`;
  await changeItem(
    ledger,
    { pk: group, sk: kind },
    {
      UpdateExpression: `SET #id = :restriction${remove}`,
      ExpressionAttributeNames: { '#id': id, ...names },
      ExpressionAttributeValues: { ':restriction': restriction },
    },
  );
}

async function takeOutOfForce(ledger: Ledger, kind: RestrictionKind, id: string): Promise<void> {
  await changeItem(
    ledger,
    { pk: group, sk: kind },
    { UpdateExpression: 'REMOVE #id', ExpressionAttributeNames: { '#id': id } },
  );
}

/** Of an item that holds several, by their ids. */
function restrictionsIn(item: Item): Restriction[] {
  return Object.values(withoutKeys(item)).map((one) => Restriction.parse(one));
}

function restrictionIn(item: Item): Restriction {
  return Restriction.parse(withoutKeys(item));
}

/** What was asked for, without who asked when. */
function wishIn({ pipeline = '', environment = '', from = '', until = '', reason }: Restriction) {
  return { pipeline, environment, from, until, reason };
}

function keyOf(id: string) {
  return { pk: `RESTRICTION#${id}`, sk: 'RESTRICTION' };
}

function listOf(kind: RestrictionKind): string {
  return `RESTRICTIONS#${kind}`;
}
