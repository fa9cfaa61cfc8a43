import type { Json, ServiceName } from './kernel.ts';

/** What the sandbox did and saw, in order. Held in memory only; subscribers print progress, tests assert on it. */
export type JournalEntry =
  | {
      readonly kind: 'call';
      readonly at: number;
      readonly service: ServiceName;
      readonly operation: string;
      readonly principal: string;
      readonly account: string;
      readonly region: string;
      /** AWS error code, or undefined when it succeeded. */
      readonly error?: string;
    }
  | {
      readonly kind: 'decision';
      readonly at: number;
      readonly principal: string;
      readonly action: string;
      readonly resource: string;
      readonly allowed: boolean;
      readonly reason: string;
    }
  | {
      readonly kind: 'stack-event';
      readonly at: number;
      readonly account: string;
      readonly region: string;
      readonly stackName: string;
      readonly logicalId: string;
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
    }
  | {
      readonly kind: 'transition';
      readonly at: number;
      readonly execution: string;
      readonly state: string;
      readonly event: 'entered' | 'retried' | 'succeeded' | 'failed';
      readonly error?: string;
    }
  | { readonly kind: 'log'; readonly at: number; readonly source: string; readonly line: string }
  | {
      readonly kind: 'event';
      readonly at: number;
      readonly bus: string;
      readonly source: string;
      readonly detailType: string;
      readonly detail: Json;
    }
  | {
      readonly kind: 'event-delivery';
      readonly at: number;
      readonly bus: string;
      readonly detailType: string;
      readonly outcome: string;
    }
  /** What was published to a topic; the text is what its subscribers get. */
  | { readonly kind: 'notification'; readonly at: number; readonly topic: string; readonly message: string }
  | { readonly kind: 'fault'; readonly at: number; readonly fault: string };
