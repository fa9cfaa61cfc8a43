import { AwsError } from '../aws-error.ts';
import type { Call, Operation, Permission } from '../kernel.ts';
import { openTable, tableArn, tableOf } from './tables.ts';

/** An operation's parsed JSON; the engine checks everything about it but the table. */
export type JsonInput = Record<string, unknown> & { readonly TableName?: string; readonly IndexName?: string };
type JsonOutput = Record<string, unknown>;

/** GetItem, PutItem, UpdateItem, DeleteItem, Query and Scan: handed to the engine under the table's name there. */
export function itemOperation(name: string): Operation<JsonInput, JsonOutput> {
  return {
    permissions: (call) => tablePermissions(call, `dynamodb:${name}`),
    run: async (call) => {
      refuseIgnored(call.input);
      const { TableName = '' } = call.input;
      const stored = existingTable(call, TableName);
      const { engine, name: engineName } = await openTable(call.sandbox, stored);
      const output = await engine.ask(name, { ...call.input, TableName: engineName });
      return withCapacity(output, { [engineName]: stored.name });
    },
  };
}

/** What one table asks for; a Query or Scan of an index is authorised on the index (DynamoDB Developer Guide, IAM and indexes). */
export function tablePermissions(call: Call<JsonInput>, action: string): Permission[] {
  const { TableName, IndexName } = call.input;
  if (TableName === undefined) return [];
  const arn = tableArn(TableName, call);
  return [{ action, resource: IndexName === undefined ? arn : `${arn}/index/${IndexName}` }];
}

/** @throws AwsError `ResourceNotFoundException` in DynamoDB's words. */
export function existingTable(call: Call<unknown>, name: string) {
  const stored = tableOf(call.sandbox.world, name, call);
  // Resource policies on tables are not modelled, so nobody reaches into another account.
  if (stored && stored.account === call.account) return stored;
  throw new AwsError('ResourceNotFoundException', 'Requested resource not found');
}

/** What the engine would silently leave out must not look as if it worked. */
function refuseIgnored(input: JsonInput): void {
  const asked = input['ReturnValuesOnConditionCheckFailure'];
  if (asked === undefined || asked === 'NONE') return;
  throw new AwsError('ValidationException', 'ReturnValuesOnConditionCheckFailure is not available in the sandbox');
}

/** Consumed capacity names the table, alone or in a list. */
export function withCapacity(output: JsonOutput, names: Readonly<Record<string, string>>): JsonOutput {
  const capacity = output['ConsumedCapacity'];
  if (capacity === undefined) return output;
  const renamed = (one: { TableName: string }) => ({ ...one, TableName: names[one.TableName] ?? one.TableName });
  const ConsumedCapacity = Array.isArray(capacity) ? capacity.map(renamed) : renamed(capacity as { TableName: string });
  return { ...output, ConsumedCapacity };
}
