/** Placeholder until the service is written. */
export type S3State = Record<string, never>;

export const emptyS3State = (): S3State => ({});
