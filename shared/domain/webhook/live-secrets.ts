/** Which secrets of a webhook count: the current one and, for a while after a rotation, the one before. */

/** Where the secret of a webhook is kept. The name comes from the applied document, never from a request. */
export function secretNameOf(webhook: string): string {
  return `drawbridge/webhooks/${webhook}`;
}

export interface SecretVersion {
  readonly text: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

export interface StoredSecrets {
  readonly current: SecretVersion;
  readonly previous?: SecretVersion;
}

/** How long the sender may go on with the secret before. Then it is worth nothing, though nobody has taken it away. */
export const overlapMilliseconds = 24 * 3_600_000;

/** Seen at `now`, in epoch milliseconds. */
export function liveSecrets({ current, previous }: StoredSecrets, now: number): string[] {
  const overlapping = previous !== undefined && now - current.createdAt <= overlapMilliseconds;
  return [current.text, ...(overlapping ? [previous.text] : [])];
}
