/** Placeholder until the service is written. */
export type CloudFormationState = Record<string, never>;

export const emptyCloudFormationState = (): CloudFormationState => ({});
