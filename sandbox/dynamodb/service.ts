import type { SandboxService } from '../runtime/running-sandbox.ts';
import { batchOperation } from './batch-operations.ts';
import { describeTable, describeTimeToLive } from './describe-table.ts';
import { itemOperation } from './item-operations.ts';
import { tableProvider } from './table-provider.ts';
import { dumpTables } from './tables.ts';

/** DynamoDB without transactions, PartiQL and streams: the ledger uses single-item conditional writes only. */
export const dynamoDbService: SandboxService = {
  name: 'dynamodb',
  operations: {
    GetItem: itemOperation('GetItem'),
    PutItem: itemOperation('PutItem'),
    UpdateItem: itemOperation('UpdateItem'),
    DeleteItem: itemOperation('DeleteItem'),
    Query: itemOperation('Query'),
    Scan: itemOperation('Scan'),
    BatchGetItem: batchOperation('BatchGetItem'),
    BatchWriteItem: batchOperation('BatchWriteItem'),
    DescribeTable: describeTable,
    DescribeTimeToLive: describeTimeToLive,
  },
  jobs: {},
  beforeSave: dumpTables,
  providers: { 'AWS::DynamoDB::Table': tableProvider },
};
