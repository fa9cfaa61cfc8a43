import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dynamoDbService } from '#sandbox/dynamodb/service.ts';
import { dumpTables } from '#sandbox/dynamodb/tables.ts';
import type { Json } from '#sandbox/kernel.ts';
import { elsewhere, home, person, region, type StubSandbox, start, stubSandbox } from '../lambda/stub-sandbox.ts';

const type = 'AWS::DynamoDB::Table';
const TableName = 'drawbridge-ledger';
const arn = `arn:aws:dynamodb:${region}:${home}:table/${TableName}`;
const keys = (hash: string, range: string) => [
  { AttributeName: hash, KeyType: 'HASH' },
  { AttributeName: range, KeyType: 'RANGE' },
];
const attributes = (...names: string[]) => names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' }));
const byPipeline = {
  IndexName: 'by-pipeline',
  KeySchema: keys('gsi1pk', 'gsi1sk'),
  Projection: { ProjectionType: 'ALL' },
};
const ledger = (more: Record<string, Json> = {}): Record<string, Json> => ({
  TableName,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: attributes('pk', 'sk', 'gsi1pk', 'gsi1sk'),
  KeySchema: keys('pk', 'sk'),
  GlobalSecondaryIndexes: [byPipeline],
  ...more,
});
const withLedger = async (more: Record<string, Json> = {}) => {
  const sandbox = stubSandbox([dynamoDbService]);
  await sandbox.create(type, ledger(more));
  return sandbox;
};
const item = (sk: string, more = {}) => ({ pk: { S: 'prm-1' }, sk: { S: sk }, ...more });
const Key = item('lease');
const reloaded = async (sandbox: StubSandbox) => {
  await dumpTables(sandbox);
  return stubSandbox([dynamoDbService], JSON.parse(JSON.stringify(sandbox.world)));
};

describe('items', () => {
  it('are put, read, updated, deleted and listed', async () => {
    const sandbox = await withLedger();
    await sandbox.call('PutItem', { TableName, Item: item('lease', { epoch: { N: '1' } }) });
    const update = { UpdateExpression: 'SET epoch = epoch + :one', ExpressionAttributeValues: { ':one': { N: '1' } } };
    await sandbox.call('UpdateItem', { TableName, Key, ...update });
    const epoch = { Item: { epoch: { N: '2' } } };
    expect(await sandbox.call('GetItem', { TableName, Key })).toMatchObject(epoch);
    expect(await sandbox.call('GetItem', { TableName: arn, Key })).toMatchObject(epoch);
    const query = { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': { S: 'prm-1' } } };
    expect(await sandbox.call('Query', { TableName, ...query })).toMatchObject({ Count: 1 });
    await sandbox.call('DeleteItem', { TableName, Key });
    expect(await sandbox.call('Scan', { TableName })).toMatchObject({ Count: 0 });
  });

  it('a failed condition keeps DynamoDB’s code', async () => {
    const sandbox = await withLedger();
    const put = { TableName, Item: Key, ConditionExpression: 'attribute_not_exists(pk)' };
    await sandbox.call('PutItem', put);
    await expect(sandbox.call('PutItem', put)).rejects.toMatchObject({
      code: 'ConditionalCheckFailedException',
      message: 'The conditional request failed',
      status: 400,
    });
  });

  it.each([
    ['an unknown table', 'GetItem', { TableName: 'other', Key }, 'ResourceNotFoundException'],
    ['a wrong key', 'GetItem', { TableName, Key: { pk: { S: '1' } } }, 'ValidationException'],
    [
      'what the engine would leave out',
      'PutItem',
      { TableName, Item: Key, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' },
      'ValidationException',
    ],
    ['no table', 'GetItem', { Key }, 'ResourceNotFoundException'],
  ])('%s is refused', async (...[, operation, input, code]) => {
    const sandbox = await withLedger();
    await expect(sandbox.call(operation, input)).rejects.toMatchObject({ code });
  });

  it('go in batches, under the names the caller knows', async () => {
    const sandbox = await withLedger();
    const put = { PutRequest: { Item: Key } };
    const written = await sandbox.call('BatchWriteItem', {
      RequestItems: { [TableName]: [put] },
      ReturnConsumedCapacity: 'TOTAL',
    });
    expect(written).toEqual({ UnprocessedItems: {}, ConsumedCapacity: [{ TableName, CapacityUnits: 1 }] });
    const read = await sandbox.call('BatchGetItem', { RequestItems: { [TableName]: { Keys: [Key] } } });
    expect(read).toEqual({ Responses: { [TableName]: [Key] }, UnprocessedKeys: {} });
    expect(await sandbox.call('BatchGetItem', { RequestItems: {} })).toMatchObject({ Responses: {} });
  });

  it('name their table in the consumed capacity', async () => {
    const sandbox = await withLedger();
    const answer = await sandbox.call('PutItem', { TableName, Item: Key, ReturnConsumedCapacity: 'TOTAL' });
    expect(answer).toEqual({ ConsumedCapacity: { TableName, CapacityUnits: 1 } });
  });
});

describe('who may', () => {
  it.each([
    ['GetItem', { Key }],
    ['PutItem', { Item: Key }],
    ['UpdateItem', { Key }],
    ['DeleteItem', { Key }],
    ['Scan', {}],
    ['DescribeTable', {}],
    ['DescribeTimeToLive', {}],
  ])('%s is asked on the table', async (operation, input) => {
    const sandbox = await withLedger();
    await sandbox.call(operation, { TableName, ...input });
    expect(sandbox.asked.map(({ permission }) => permission)).toEqual([
      { action: `dynamodb:${operation}`, resource: arn },
    ]);
  });

  it('a Query of an index is asked on the index', async () => {
    const sandbox = await withLedger();
    const query = { KeyConditionExpression: 'gsi1pk = :pk', ExpressionAttributeValues: { ':pk': { S: 'orders' } } };
    await sandbox.call('Query', { TableName, IndexName: 'by-pipeline', ...query });
    const permission = { action: 'dynamodb:Query', resource: `${arn}/index/by-pipeline` };
    expect(sandbox.asked.at(-1)?.permission).toEqual(permission);
  });

  it('a batch is asked on each table', async () => {
    const sandbox = await withLedger();
    await sandbox.create(type, ledger({ TableName: 'other' }));
    const keysOf = { Keys: [Key] };
    await sandbox.call('BatchGetItem', { RequestItems: { [TableName]: keysOf, other: keysOf } });
    expect(sandbox.asked.map(({ permission }) => permission.resource)).toEqual([arn, arn.replace(TableName, 'other')]);
  });

  it('nobody reaches a table of another account', async () => {
    const sandbox = await withLedger();
    const caller = person(elsewhere);
    const read = sandbox.call('GetItem', { TableName: arn, Key }, { caller });
    await expect(read).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  });
});

describe('AWS::DynamoDB::Table', () => {
  it('is described with its own name, ARN, id and the virtual time', async () => {
    const sandbox = await withLedger({ TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: 'true' } });
    expect(await sandbox.call('DescribeTable', { TableName })).toMatchObject({
      Table: {
        TableName,
        TableArn: arn,
        TableId: '00000000-0000-4000-8000-000000000001',
        TableStatus: 'ACTIVE',
        CreationDateTime: start / 1000,
        DeletionProtectionEnabled: false,
        GlobalSecondaryIndexes: [{ IndexName: 'by-pipeline', IndexArn: `${arn}/index/by-pipeline` }],
      },
    });
    const ttl = { TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: 'ttl' } };
    expect(await sandbox.call('DescribeTimeToLive', { TableName })).toEqual(ttl);
  });

  it('answers Ref with the name and has its ARN and stream', async () => {
    const sandbox = stubSandbox([dynamoDbService]);
    const StreamSpecification = { StreamViewType: 'KEYS_ONLY' };
    const LocalSecondaryIndexes = [{ ...byPipeline, IndexName: 'local', KeySchema: keys('pk', 'gsi1sk') }];
    const request = sandbox.request(type, ledger({ StreamSpecification, LocalSecondaryIndexes }));
    const made = await sandbox.provider(type)!.create(request);
    expect(made).toEqual({
      physicalId: TableName,
      attributes: { Arn: arn, StreamArn: `${arn}/stream/2026-01-05T09:00:00.000` },
    });
    expect(await sandbox.call('DescribeTable', { TableName })).toMatchObject({
      Table: { LocalSecondaryIndexes: [{ IndexArn: `${arn}/index/local` }] },
    });
  });

  it('may have the same name in every account and region', async () => {
    const sandbox = await withLedger();
    await sandbox.create(type, ledger(), { region: 'us-east-1' });
    await sandbox.create(type, ledger(), { account: elsewhere });
    await sandbox.call('PutItem', { TableName, Item: Key });
    const counts = [{}, { region: 'us-east-1' }, { caller: person(elsewhere) }].map((as) =>
      sandbox.call<{ Count: number }>('Scan', { TableName }, as),
    );
    expect((await Promise.all(counts)).map(({ Count }) => Count)).toEqual([1, 0, 0]);
  });

  it('keeps its items when it gets an index', async () => {
    const sandbox = stubSandbox([dynamoDbService]);
    const plain = { ...ledger({ AttributeDefinitions: attributes('pk', 'sk') }) };
    delete plain['GlobalSecondaryIndexes'];
    const physicalId = await sandbox.create(type, plain);
    const Item = item('lease', { gsi1pk: { S: 'orders' }, gsi1sk: { S: '1' } });
    await sandbox.call('PutItem', { TableName, Item });
    await sandbox.provider(type)!.update(sandbox.request(type, ledger(), { physicalId }));
    const query = { KeyConditionExpression: 'gsi1pk = :pk', ExpressionAttributeValues: { ':pk': { S: 'orders' } } };
    expect(await sandbox.call('Query', { TableName, IndexName: 'by-pipeline', ...query })).toMatchObject({
      Items: [Item],
    });

    const wrong = sandbox.request(type, ledger({ KeySchema: keys('pk', 'none') }), { physicalId });
    await expect(sandbox.provider(type)!.update(wrong)).rejects.toMatchObject({ code: 'ValidationException' });
    expect(await sandbox.call('GetItem', { TableName, Key })).toMatchObject({ Item });
  });

  it('changes its other properties in place', async () => {
    const sandbox = await withLedger({ TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true } });
    const request = sandbox.request(type, ledger({ Tags: [{ Key: 'a', Value: 'b' }] }), { physicalId: TableName });
    await sandbox.provider(type)!.update(request);
    const disabled = { TimeToLiveDescription: { TimeToLiveStatus: 'DISABLED' } };
    expect(await sandbox.call('DescribeTimeToLive', { TableName })).toEqual(disabled);
    expect(sandbox.world.dynamodb.tables[arn]?.configuration['Tags']).toEqual([{ Key: 'a', Value: 'b' }]);
  });

  it('is deleted with its items, unless it is protected', async () => {
    const sandbox = await withLedger({ DeletionProtectionEnabled: true });
    const provider = sandbox.provider(type)!;
    const request = sandbox.request(type, ledger(), { physicalId: TableName });
    await expect(provider.remove(request)).rejects.toThrow('protected against deletion');
    await provider.update(request);
    await sandbox.call('PutItem', { TableName, Item: Key });
    await provider.remove(request);
    await expect(sandbox.call('Scan', { TableName })).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
    await expect(provider.update(request)).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
    await provider.remove(request);
    await sandbox.create(type, ledger());
    expect(await sandbox.call('Scan', { TableName })).toMatchObject({ Count: 0 });
  });

  it.each([
    ['twice', {}, 'ResourceInUseException'],
    ['with a name of two letters', { TableName: 'ab' }, 'ValidationError'],
    ['with an attribute no key uses', { TableName: 'new', GlobalSecondaryIndexes: [] }, 'ValidationException'],
  ])('is not created %s', async (_what, more, code) => {
    const sandbox = await withLedger();
    await expect(async () => sandbox.create(type, ledger(more))).rejects.toMatchObject({ code });
  });
});

describe('a saved world', () => {
  it('has every item, also those of a table nobody opened since it was loaded', async () => {
    const sandbox = await withLedger();
    for (let page = 0; page < 60; page += 1) await sandbox.call('PutItem', { TableName, Item: item(`event-${page}`) });
    const twice = await reloaded(await reloaded(sandbox));
    expect(await twice.call('Scan', { TableName })).toMatchObject({ Count: 60 });
  });

  it('has the items of a table larger than one page of a scan', async () => {
    const sandbox = await withLedger();
    const text = { S: 'x'.repeat(300_000) };
    for (let page = 0; page < 5; page += 1)
      await sandbox.call('PutItem', { TableName, Item: item(`event-${page}`, { text }) });
    await dumpTables(sandbox);
    expect(sandbox.world.dynamodb.tables[arn]?.items).toHaveLength(5);
  });

  it('law: after any writes, the reloaded table answers as the old one', async () => {
    const names = fc.constantFrom('a', 'b', 'c', 'd');
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.constantFrom('PutItem', 'DeleteItem'), names)), async (writes) => {
        const sandbox = await withLedger();
        for (const [operation, sk] of writes)
          await sandbox.call(operation, { TableName, [operation === 'PutItem' ? 'Item' : 'Key']: item(sk) });
        const after = await reloaded(sandbox);
        expect(await after.call('Scan', { TableName })).toEqual(await sandbox.call('Scan', { TableName }));
      }),
      { seed: 7, numRuns: 20 },
    );
  });
});
