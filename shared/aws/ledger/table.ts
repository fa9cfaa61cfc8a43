/**
 * The ledger's one table, append-first: single-item conditional writes only, so every write is either the first of its kind or fenced.
 * Keys: `pk` groups what is read together, `sk` orders it.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import type { Page, Part } from '#shared/domain/http/page.ts';
import { asked, isCode } from '../translate-error.ts';

export interface Ledger {
  readonly table: string;
  /** Where the table is and as whom it is used; without it, as the environment says. */
  readonly connection?: LedgerConnection;
}

/** For the few who are not a function of the deployment: bootstrap, and a rehearsal's set-up. */
interface LedgerConnection {
  readonly endpoint?: string;
  readonly region: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

export interface Key {
  readonly pk: string;
  readonly sk: string;
}

export type Item = Record<string, unknown>;

/** What an item says, without the keys it is found by. */
export function withoutKeys(item: Item): Item {
  const { pk: _pk, sk: _sk, gsi1pk: _list, gsi1sk: _order, gsi2pk: _open, gsi2sk: _look, ...rest } = item;
  return rest;
}

const service = 'Amazon DynamoDB';
const clients = new Map<LedgerConnection | undefined, DynamoDBDocumentClient>();

function clientOf({ connection }: Ledger): DynamoDBDocumentClient {
  const known = clients.get(connection);
  if (known !== undefined) return known;
  const created = DynamoDBDocumentClient.from(new DynamoDBClient(connection ?? {}), {
    // What has a key named `constructor` looks like an instance of a class.
    marshallOptions: { removeUndefinedValues: true, convertClassInstanceToMap: true },
  });
  clients.set(connection, created);
  return created;
}

/** Reads one item, strongly consistent: what a step decides on must not be older than what another step wrote. */
export async function getItem(ledger: Ledger, key: Key): Promise<Item | undefined> {
  const command = new GetCommand({ TableName: ledger.table, Key: key, ConsistentRead: true });
  return (await asked(service, clientOf(ledger).send(command))).Item;
}

/** Writes an item unless its key is taken. Answers whether this call wrote it. */
export async function putNew(ledger: Ledger, item: Key & Item): Promise<boolean> {
  return fenced(
    clientOf(ledger).send(
      new PutCommand({ TableName: ledger.table, Item: item, ConditionExpression: 'attribute_not_exists(pk)' }),
    ),
  );
}

/** Writes an item unless the one there records an outcome that stands. Answers whether this call wrote it. */
export async function putUnlessSettled(ledger: Ledger, item: Key & Item): Promise<boolean> {
  const command = new PutCommand({
    TableName: ledger.table,
    Item: item,
    ConditionExpression: 'attribute_not_exists(pk) OR NOT outcome IN (:deployed, :failed)',
    ExpressionAttributeValues: { ':deployed': 'deployed', ':failed': 'failed' },
  });
  return fenced(clientOf(ledger).send(command));
}

/** Writes an item unless the number in the attribute `grows` is as high already. Answers whether this call wrote it. */
export async function putHigher(ledger: Ledger, item: Key & Item, grows: string): Promise<boolean> {
  const command = new PutCommand({
    TableName: ledger.table,
    Item: item,
    ConditionExpression: 'attribute_not_exists(pk) OR #grows < :now',
    ExpressionAttributeNames: { '#grows': grows },
    ExpressionAttributeValues: { ':now': item[grows] },
  });
  return fenced(clientOf(ledger).send(command));
}

/** Writes an item whatever was there: only for records whose newest writer is right by definition. */
export async function putItem(ledger: Ledger, item: Key & Item): Promise<void> {
  await asked(service, clientOf(ledger).send(new PutCommand({ TableName: ledger.table, Item: item })));
}

export type Change = Pick<
  UpdateCommandInput,
  'UpdateExpression' | 'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
>;

/** Changes one item under a condition. Answers false, and changes nothing, when the condition does not hold. */
export async function changeItem(ledger: Ledger, key: Key, change: Change): Promise<boolean> {
  return fenced(clientOf(ledger).send(new UpdateCommand({ TableName: ledger.table, Key: key, ...change })));
}

/** Reads all items of a group whose `sk` begins with `prefix`, in order, through all pages. */
export async function queryItems(ledger: Ledger, pk: string, prefix: string): Promise<Item[]> {
  return queryAll(ledger, {
    TableName: ledger.table,
    // DynamoDB refuses an empty key value, so no prefix is no condition.
    KeyConditionExpression: prefix === '' ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: { ':pk': pk, ...(prefix === '' ? {} : { ':prefix': prefix }) },
    ConsistentRead: true,
  });
}

/** The items of a group whose `sk` begins with `prefix` and which have this value: the others are read, and not answered. */
export async function queryHaving(
  ledger: Ledger,
  { pk, prefix }: { readonly pk: string; readonly prefix: string },
  [attribute, value]: readonly [string, string],
): Promise<Item[]> {
  return queryAll(ledger, {
    TableName: ledger.table,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    FilterExpression: '#attribute = :value',
    ExpressionAttributeNames: { '#attribute': attribute },
    ExpressionAttributeValues: { ':pk': pk, ':prefix': prefix, ':value': value },
    ConsistentRead: true,
  });
}

/** The last items of a group whose `sk` begins with `prefix`, the last one first; one page at most. */
export async function queryLast(ledger: Ledger, key: { pk: string; prefix: string }, limit: number): Promise<Item[]> {
  const command = new QueryCommand({
    TableName: ledger.table,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: { ':pk': key.pk, ':prefix': key.prefix },
    ConsistentRead: true,
    ScanIndexForward: false,
    Limit: limit,
  });
  return (await asked(service, clientOf(ledger).send(command))).Items ?? [];
}

/** Reads a group of the index `by-pipeline`, oldest first. Eventually consistent, so only for lists. */
export async function queryIndex(ledger: Ledger, gsi1pk: string): Promise<Item[]> {
  return queryAll(ledger, {
    TableName: ledger.table,
    IndexName: 'by-pipeline',
    KeyConditionExpression: 'gsi1pk = :pk',
    ExpressionAttributeValues: { ':pk': gsi1pk },
  });
}

/** The indexes and the attribute that each of them groups by. */
const groupedBy = { 'by-pipeline': 'gsi1pk', open: 'gsi2pk' } as const;

interface FirstOf {
  readonly index: keyof typeof groupedBy;
  readonly group: string;
  readonly limit: number;
  readonly order?: 'oldest-first' | 'newest-first';
}

/** The first items of a group of an index, by its order; one page of it at most. Eventually consistent, so only for lists. */
export async function queryFirst(
  ledger: Ledger,
  { index, group, limit, order = 'oldest-first' }: FirstOf,
): Promise<Item[]> {
  const command = new QueryCommand({
    TableName: ledger.table,
    IndexName: index,
    KeyConditionExpression: `${groupedBy[index]} = :group`,
    ExpressionAttributeValues: { ':group': group },
    ScanIndexForward: order === 'oldest-first',
    Limit: limit,
  });
  return (await asked(service, clientOf(ledger).send(command))).Items ?? [];
}

async function queryAll(ledger: Ledger, input: QueryCommandInput, enough = Number.POSITIVE_INFINITY): Promise<Item[]> {
  const items: Item[] = [];
  let ExclusiveStartKey: Item | undefined;
  do {
    const command = new QueryCommand({ ...input, ...(ExclusiveStartKey === undefined ? {} : { ExclusiveStartKey }) });
    const page = await asked(service, clientOf(ledger).send(command));
    items.push(...(page.Items ?? []));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined && items.length < enough);
  return items;
}

/** One group of the table, or of its index `by-pipeline`, from its last item to its first. */
interface PageOf extends Page {
  readonly group: string;
  readonly index?: 'by-pipeline';
}

/** Reads a page of a group, last item first. Places are sort keys. From the index eventually consistent, so only for lists. */
export async function queryPage(ledger: Ledger, { group, index, limit, after }: PageOf): Promise<Part<Item>> {
  const [pk, sk] = index === undefined ? ['pk', 'sk'] : ['gsi1pk', 'gsi1sk'];
  const input: QueryCommandInput = {
    TableName: ledger.table,
    ...(index === undefined ? { ConsistentRead: true } : { IndexName: index }),
    KeyConditionExpression: after === undefined ? `${pk} = :pk` : `${pk} = :pk AND ${sk} < :after`,
    ExpressionAttributeValues: { ':pk': group, ...(after === undefined ? {} : { ':after': after }) },
    ScanIndexForward: false,
    // One more shows whether there is a next page.
    Limit: limit + 1,
  };
  const found = await queryAll(ledger, input, limit + 1);
  const items = found.slice(0, limit);
  return { items, ...(found.length > limit ? { last: String(items.at(-1)?.[sk]) } : {}) };
}

async function fenced(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (isCode(error, 'ConditionalCheckFailedException')) return false;
    return asked(service, Promise.reject(error));
  }
}
