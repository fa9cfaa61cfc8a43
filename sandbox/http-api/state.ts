/** Placeholder until the service is written. */
export type HttpApiState = Record<string, never>;

export const emptyHttpApiState = (): HttpApiState => ({});
