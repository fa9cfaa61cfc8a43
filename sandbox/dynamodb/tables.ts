import * as z from 'zod';
import { AwsError } from '../aws-error.ts';
import type { Json, Sandbox, World } from '../kernel.ts';
import { type Engine, startEngine } from './engine.ts';
import type { StoredTable } from './state.ts';

/** The engine of a world, and under which name each table is in it. */
interface Running {
  readonly engine: Engine;
  readonly names: Map<string, Promise<string>>;
  started: number;
}

const runningByWorld = new WeakMap<World, Running>();

/** The engine and the name of the table in it. A table of a loaded world is created and filled on first use. */
export async function openTable(sandbox: Sandbox, stored: StoredTable): Promise<{ engine: Engine; name: string }> {
  const running = runningByWorld.get(sandbox.world) ?? { engine: startEngine(), names: new Map(), started: 0 };
  runningByWorld.set(sandbox.world, running);
  const opening = running.names.get(stored.arn) ?? fill(running, stored);
  running.names.set(stored.arn, opening);
  try {
    return { engine: running.engine, name: await opening };
  } catch (error) {
    running.names.delete(stored.arn);
    throw error;
  }
}

/** Drops the engine's copy; the next use starts from the definition and items in the world. */
export async function closeTable(sandbox: Sandbox, stored: StoredTable): Promise<void> {
  const running = runningByWorld.get(sandbox.world);
  const name = await running?.names.get(stored.arn);
  running?.names.delete(stored.arn);
  if (name !== undefined) await running?.engine.ask('DeleteTable', { TableName: name });
}

/** Copies every table's items into the world. To be awaited before a world is saved. */
export async function dumpTables(sandbox: Sandbox): Promise<void> {
  for (const stored of Object.values(sandbox.world.dynamodb.tables)) await dumpTable(sandbox, stored);
}

/** Copies one table's items into the world; a table that was never opened still has them there. */
export async function dumpTable(sandbox: Sandbox, stored: StoredTable): Promise<void> {
  const running = runningByWorld.get(sandbox.world);
  const name = await running?.names.get(stored.arn);
  if (running && name !== undefined) stored.items = await scanAll(running.engine, name);
}

/** The table of a name or ARN, as the caller's account and region see it. */
export function tableOf(
  world: World,
  text: string,
  scope: { account: string; region: string },
): StoredTable | undefined {
  return world.dynamodb.tables[tableArn(text, scope)];
}

/** DynamoDB takes an ARN wherever it takes a table name (API Reference, TableName). */
export function tableArn(text: string, { account, region }: { account: string; region: string }): string {
  return text.startsWith('arn:') ? text : `arn:aws:dynamodb:${region}:${account}:table/${text}`;
}

/** Engine names count up instead of repeating the table's, so tables of all accounts and regions fit and none is met twice. */
async function fill(running: Running, stored: StoredTable): Promise<string> {
  running.started += 1;
  const name = `table-${running.started}`;
  const { engine } = running;
  await engine.ask('CreateTable', { ...stored.definition, TableName: name });
  await untilActive(engine, name);
  for (let from = 0; from < stored.items.length; from += 25) {
    const puts = stored.items.slice(from, from + 25).map((Item) => ({ PutRequest: { Item } }));
    await engine.ask('BatchWriteItem', { RequestItems: { [name]: puts } });
  }
  return name;
}

const description = z.object({ Table: z.object({ TableStatus: z.string() }) });

/** The engine leaves CREATING a turn of the event loop later. */
async function untilActive(engine: Engine, name: string): Promise<void> {
  for (let turn = 0; turn < 1000; turn += 1) {
    const { Table } = description.parse(await engine.ask('DescribeTable', { TableName: name }));
    if (Table.TableStatus === 'ACTIVE') return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new AwsError('InternalServerError', `The table ${name} never became active`, 500);
}

const page = z.object({ Items: z.array(z.json()), LastEvaluatedKey: z.json().optional() });

async function scanAll(engine: Engine, name: string): Promise<Json[]> {
  const items: Json[] = [];
  let start: Json | undefined;
  do {
    const input = { TableName: name, ...(start !== undefined && { ExclusiveStartKey: start }) };
    const { Items, LastEvaluatedKey } = page.parse(await engine.ask('Scan', input));
    items.push(...(Items as Json[]));
    start = LastEvaluatedKey as Json | undefined;
  } while (start !== undefined);
  return items;
}
