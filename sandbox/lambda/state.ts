/** Placeholder until the service is written. */
export type LambdaState = Record<string, never>;

export const emptyLambdaState = (): LambdaState => ({});
