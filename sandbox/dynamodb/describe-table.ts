import type { Operation } from '../kernel.ts';
import { existingTable, type JsonInput, tablePermissions } from './item-operations.ts';
import type { StoredTable } from './state.ts';
import { openTable } from './tables.ts';

interface EngineTable extends Record<string, unknown> {
  readonly GlobalSecondaryIndexes?: readonly { readonly IndexName: string }[];
  readonly LocalSecondaryIndexes?: readonly { readonly IndexName: string }[];
}

/** DescribeTable: counts and status from the engine, identity and configuration from the world. */
export const describeTable: Operation<JsonInput, Record<string, unknown>> = {
  permissions: (call) => tablePermissions(call, 'dynamodb:DescribeTable'),
  run: async (call) => {
    const stored = existingTable(call, call.input.TableName ?? '');
    const { engine, name } = await openTable(call.sandbox, stored);
    const { Table } = await engine.ask('DescribeTable', { TableName: name });
    return { Table: described(stored, Table as EngineTable) };
  },
};

/** DescribeTimeToLive: what the template set. */
export const describeTimeToLive: Operation<JsonInput, Record<string, unknown>> = {
  permissions: (call) => tablePermissions(call, 'dynamodb:DescribeTimeToLive'),
  run: (call) => {
    const { ttlAttribute } = existingTable(call, call.input.TableName ?? '');
    if (ttlAttribute === undefined) return { TimeToLiveDescription: { TimeToLiveStatus: 'DISABLED' } };
    return { TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: ttlAttribute } };
  },
};

function described(stored: StoredTable, table: EngineTable): Record<string, unknown> {
  const withArns = (indexes: readonly { IndexName: string }[]) =>
    indexes.map((index) => ({ ...index, IndexArn: `${stored.arn}/index/${index.IndexName}` }));
  return {
    ...table,
    TableName: stored.name,
    TableArn: stored.arn,
    TableId: stored.id,
    CreationDateTime: stored.createdAt / 1000,
    DeletionProtectionEnabled: stored.configuration['DeletionProtectionEnabled'] === true,
    ...(table.GlobalSecondaryIndexes && { GlobalSecondaryIndexes: withArns(table.GlobalSecondaryIndexes) }),
    ...(table.LocalSecondaryIndexes && { LocalSecondaryIndexes: withArns(table.LocalSecondaryIndexes) }),
  };
}
