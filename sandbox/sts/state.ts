import type { SessionCaller } from '../kernel.ts';

/** Every session that was opened and may still be asked about, by access key id. */
export interface StsState {
  sessions: Record<string, StoredSession>;
}

export interface StoredSession {
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly caller: SessionCaller;
  /** Epoch milliseconds. */
  readonly issuedAt: number;
  /** Whether the session was opened by another session (AssumeRole), not by a service. */
  readonly chained: boolean;
}

export const emptyStsState = (): StsState => ({ sessions: {} });
