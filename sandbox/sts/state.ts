/** Placeholder until the service is written. */
export type StsState = Record<string, never>;

export const emptyStsState = (): StsState => ({});
