import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { AwsError } from '../aws-error.ts';
import type { Json, ResourceProvider, ResourceRequest, ResourceResult } from '../kernel.ts';
import { booleanProperty, generatedName, readProperties } from '../resource-properties.ts';
import type { StoredTable } from './state.ts';
import { closeTable, dumpTable, openTable, tableArn } from './tables.ts';

const throughput = z.object({ ReadCapacityUnits: z.coerce.number(), WriteCapacityUnits: z.coerce.number() });
const key = z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) });
const index = z.object({
  IndexName: z.string(),
  KeySchema: z.array(key),
  Projection: z.object({ ProjectionType: z.string(), NonKeyAttributes: z.array(z.string()).optional() }),
  ProvisionedThroughput: throughput.optional(),
});
const definition = z.object({
  AttributeDefinitions: z.array(z.object({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) })),
  KeySchema: z.array(key),
  BillingMode: z.enum(['PROVISIONED', 'PAY_PER_REQUEST']).optional(),
  ProvisionedThroughput: throughput.optional(),
  GlobalSecondaryIndexes: z.array(index).optional(),
  LocalSecondaryIndexes: z.array(index).optional(),
});
const properties = z.looseObject({
  TableName: z
    .string()
    .regex(/^[\w.-]{3,255}$/, 'a table name has 3 to 255 letters, digits, underscores, hyphens and dots')
    .optional(),
  DeletionProtectionEnabled: booleanProperty.default(false),
  TimeToLiveSpecification: z.object({ AttributeName: z.string().optional(), Enabled: booleanProperty }).optional(),
});

/** AWS::DynamoDB::Table. `Ref` is the name. A changed definition keeps the items. */
export const tableProvider: ResourceProvider = {
  create: async (request) => {
    const { tables } = request.sandbox.world.dynamodb;
    const name = readProperties(properties, request).TableName ?? generatedName(request, 255);
    const arn = tableArn(name, request);
    if (tables[arn]) throw new AwsError('ResourceInUseException', `Table already exists: ${name}`);
    const stored: StoredTable = {
      arn,
      name,
      id: request.sandbox.uuid('dynamodb-table'),
      account: request.account,
      region: request.region,
      createdAt: request.sandbox.now(),
      ...configuration(request),
      items: [],
    };
    // The engine judges the definition before there is a table.
    await openTable(request.sandbox, stored);
    tables[arn] = stored;
    return result(stored);
  },
  update: async (request) => {
    const stored = request.sandbox.world.dynamodb.tables[tableArn(request.physicalId ?? '', request)];
    if (!stored) throw new AwsError('ResourceNotFoundException', `Table: ${request.physicalId} not found`);
    await redefine(stored, request);
    return result(stored);
  },
  remove: async (request) => {
    const { tables } = request.sandbox.world.dynamodb;
    const stored = tables[tableArn(request.physicalId ?? '', request)];
    if (!stored) return;
    if (stored.configuration['DeletionProtectionEnabled'] === true)
      throw new AwsError(
        'ValidationException',
        `Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.`,
      );
    await closeTable(request.sandbox, stored);
    delete tables[stored.arn];
  },
};

type Configuration = Pick<StoredTable, 'definition' | 'configuration' | 'ttlAttribute'>;

function configuration(request: ResourceRequest): Configuration {
  const read = readProperties(properties, request);
  const known = readProperties(definition, request);
  const ttl = read.TimeToLiveSpecification;
  const { TableName: _name, TimeToLiveSpecification: _ttl, ...rest } = read;
  const kept = Object.entries(rest).filter(([name]) => !(name in definition.shape));
  return {
    // CloudFormation's default is PROVISIONED, and DynamoDB then insists on a throughput.
    definition: JSON.parse(JSON.stringify(known)) as Record<string, Json>,
    configuration: Object.fromEntries(kept) as Record<string, Json>,
    ...(ttl?.Enabled && ttl.AttributeName !== undefined && { ttlAttribute: ttl.AttributeName }),
  };
}

/** A definition the engine refuses leaves the table as it was. */
async function redefine(stored: StoredTable, request: ResourceRequest): Promise<void> {
  const { definition: wanted, configuration: data, ttlAttribute } = configuration(request);
  const before = stored.definition;
  stored.configuration = data;
  delete stored.ttlAttribute;
  if (ttlAttribute !== undefined) stored.ttlAttribute = ttlAttribute;
  if (isDeepStrictEqual(wanted, before)) return;
  await dumpTable(request.sandbox, stored);
  await closeTable(request.sandbox, stored);
  stored.definition = wanted;
  try {
    await openTable(request.sandbox, stored);
  } catch (error) {
    stored.definition = before;
    throw error;
  }
}

function result(stored: StoredTable): ResourceResult {
  const stream = stored.configuration['StreamSpecification'] !== undefined;
  return {
    physicalId: stored.name,
    attributes: {
      Arn: stored.arn,
      ...(stream && { StreamArn: `${stored.arn}/stream/${new Date(stored.createdAt).toISOString().slice(0, -1)}` }),
    },
  };
}
