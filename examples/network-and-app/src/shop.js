/** Keeps an order. */
import { randomUUID } from 'node:crypto';
import { env } from 'node:process';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';

const dynamodb = new DynamoDBClient({});

export async function handler({ sku }) {
  const orderId = randomUUID();
  await dynamodb.send(
    new PutItemCommand({ TableName: env.ORDERS_TABLE, Item: { orderId: { S: orderId }, sku: { S: String(sku) } } }),
  );
  if (env.LOG_LEVEL === 'debug') console.debug({ orderId, sku });
  return { orderId };
}
