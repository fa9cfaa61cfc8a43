/** Takes orders off the queue and marks them fulfilled. An order that fails is tried again by itself. */
import { env } from 'node:process';
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';

const { ORDERS_TABLE } = env;
const dynamodb = new DynamoDBClient({});

export async function handler({ Records: records }) {
  const attempts = await Promise.allSettled(records.map(({ body }) => fulfil(JSON.parse(body).orderId)));
  const failed = records.filter((_, index) => attempts[index].status === 'rejected');
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

async function fulfil(orderId) {
  await dynamodb.send(
    new UpdateItemCommand({
      TableName: ORDERS_TABLE,
      Key: { orderId: { S: orderId } },
      UpdateExpression: 'SET #status = :fulfilled',
      ConditionExpression: 'attribute_exists(orderId)',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: { ':fulfilled': { S: 'fulfilled' } },
    }),
  );
}
