import type { Call, Operation } from '../kernel.ts';
import { existingTable, withCapacity } from './item-operations.ts';
import { openTable, tableArn } from './tables.ts';

interface BatchInput {
  readonly RequestItems?: Readonly<Record<string, unknown>>;
  readonly ReturnConsumedCapacity?: string;
}
type BatchOutput = Record<string, unknown>;

/** BatchGetItem and BatchWriteItem: the tables are the keys of `RequestItems` and of the parts of the answer. */
export function batchOperation(name: 'BatchGetItem' | 'BatchWriteItem'): Operation<BatchInput, BatchOutput> {
  return {
    permissions: (call) =>
      Object.keys(call.input.RequestItems ?? {}).map((table) => ({
        action: `dynamodb:${name}`,
        resource: tableArn(table, call),
      })),
    run: (call) => run(call, name),
  };
}

async function run(call: Call<BatchInput>, name: string): Promise<BatchOutput> {
  const asked = Object.entries(call.input.RequestItems ?? {});
  const opened = await Promise.all(asked.map(([table]) => openTable(call.sandbox, existingTable(call, table))));
  const [engine] = opened.map((one) => one.engine);
  if (!engine) return { UnprocessedItems: {}, UnprocessedKeys: {}, Responses: {} };
  const items = Object.fromEntries(asked.map(([, requests], index) => [opened[index]?.name, requests]));
  const output = await engine.ask(name, { ...call.input, RequestItems: items });
  const names = Object.fromEntries(asked.map(([table], index) => [opened[index]?.name ?? '', table]));
  return withCapacity(
    Object.fromEntries(Object.entries(output).map(([part, value]) => [part, named(part, value, names)])),
    names,
  );
}

const partsByTable = new Set(['Responses', 'UnprocessedKeys', 'UnprocessedItems', 'ItemCollectionMetrics']);

function named(part: string, value: unknown, names: Readonly<Record<string, string>>): unknown {
  if (!partsByTable.has(part)) return value;
  return Object.fromEntries(Object.entries(value as object).map(([table, kept]) => [names[table] ?? table, kept]));
}
