/** The shipped ledger table in a DynamoDB on loopback, so that conditions mean what they mean. A fresh table for each test. */
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, type CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import dynalite from 'dynalite';
import { afterAll, afterEach, beforeAll, beforeEach, vi } from 'vitest';
import type { Ledger } from '#shared/aws/ledger/table.ts';
import { parseTemplate } from '#shared/domain/template/parse.ts';

/** Starts the table before the tests of a file; functions find it by their environment variables. */
export function ledgerTable() {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0 });
  const ledger = { table: '' };
  let tables = 0;
  let client: DynamoDBDocumentClient;

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', endpoint);
    vi.stubEnv('AWS_REGION', 'eu-west-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIALEDGER');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret-of-the-function');
    client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint }));
  });
  beforeEach(async () => {
    tables += 1;
    ledger.table = `drawbridge-ledger-${tables}`;
    vi.stubEnv('LEDGER_TABLE', ledger.table);
    await client.send(new CreateTableCommand({ ...shippedTable(), TableName: ledger.table }));
  });
  afterEach(() => vi.restoreAllMocks());
  afterAll(() => {
    vi.unstubAllEnvs();
    server.close();
    server.closeAllConnections();
  });

  return {
    ledger: ledger as Ledger,
    /** The item as it is stored, keys and all. */
    async item(pk: string, sk: string): Promise<Record<string, unknown> | undefined> {
      return (await client.send(new GetCommand({ TableName: ledger.table, Key: { pk, sk } }))).Item;
    },
    /** Writes an item past the code under test. */
    async put(item: Record<string, unknown>): Promise<void> {
      await client.send(new PutCommand({ TableName: ledger.table, Item: item }));
    },
  };
}

/** Lets `rival` act once, between the next write being asked for and being done: the moment in which a race is lost. */
export function beforeNextWrite(rival: () => Promise<unknown>): void {
  const send = DynamoDBDocumentClient.prototype.send as (this: unknown, command: unknown) => Promise<unknown>;
  const spy = vi.spyOn(DynamoDBDocumentClient.prototype, 'send');
  spy.mockImplementation(async function (this: DynamoDBDocumentClient, command: unknown) {
    if (!/^(Put|Update)Command$/.test((command as object).constructor.name)) return send.call(this, command);
    spy.mockRestore();
    await rival();
    return send.call(this, command);
  } as never);
}

function shippedTable(): Omit<CreateTableCommandInput, 'TableName'> {
  const parsed = parseTemplate(readFileSync(new URL('../../infra/ledger.yml', import.meta.url), 'utf8'));
  if (parsed.kind === 'invalid') throw new Error(parsed.message);
  const properties = parsed.template.Resources['Ledger']?.Properties as unknown as CreateTableCommandInput;
  const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, BillingMode } = properties;
  return { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, BillingMode };
}
