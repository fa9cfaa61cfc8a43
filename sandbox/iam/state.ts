/** Placeholder until the service is written. */
export type IamState = Record<string, never>;

export const emptyIamState = (): IamState => ({});
