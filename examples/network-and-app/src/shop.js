/** Keeps an order. */
import { randomUUID } from 'node:crypto';
import { env } from 'node:process';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';

const { LOG_LEVEL, ORDERS_TABLE } = env;
const dynamodb = new DynamoDBClient({});

export async function handler({ sku }) {
  const orderId = randomUUID();
  await dynamodb.send(
    new PutItemCommand({ TableName: ORDERS_TABLE, Item: { orderId: { S: orderId }, sku: { S: String(sku) } } }),
  );
  if (LOG_LEVEL === 'debug') console.debug({ orderId, sku });
  return { orderId };
}
