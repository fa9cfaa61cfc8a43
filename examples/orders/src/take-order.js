/** POST /orders: keeps the order and queues it for fulfilment. */
import { randomUUID } from 'node:crypto';
import { env } from 'node:process';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';

const { ORDERS_TABLE, FULFILMENT_QUEUE } = env;
const dynamodb = new DynamoDBClient({});
const sqs = new SQSClient({});

export async function handler(event) {
  const order = parse(event.body);
  if (order === undefined) return answer(400, { message: 'An order has a sku and a quantity of 1 or more.' });

  const orderId = randomUUID();
  const item = { orderId: { S: orderId }, sku: { S: order.sku }, quantity: { N: String(order.quantity) } };
  await dynamodb.send(new PutItemCommand({ TableName: ORDERS_TABLE, Item: { ...item, status: { S: 'accepted' } } }));
  await sqs.send(new SendMessageCommand({ QueueUrl: FULFILMENT_QUEUE, MessageBody: JSON.stringify({ orderId }) }));
  return answer(202, { orderId });
}

function parse(body) {
  try {
    const { sku, quantity } = JSON.parse(body ?? '');
    return typeof sku === 'string' && Number.isInteger(quantity) && quantity > 0 ? { sku, quantity } : undefined;
  } catch {
    return undefined;
  }
}

function answer(statusCode, body) {
  return { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
