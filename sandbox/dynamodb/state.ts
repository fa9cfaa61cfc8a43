/** Placeholder until the service is written. */
export type DynamoDbState = Record<string, never>;

export const emptyDynamoDbState = (): DynamoDbState => ({});
