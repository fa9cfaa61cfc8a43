import type { Json } from '../kernel.ts';

/** An event as rules and targets see it (EventBridge User Guide, event structure). */
export interface SandboxEvent {
  readonly version: string;
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  /** The account that sent it. */
  readonly account: string;
  /** ISO 8601, whole seconds. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Json;
}

/** The `time` of an event. */
export function eventTime(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

/** The value at a path of the form `$.detail.status-details.status`; undefined when there is none. */
export function valueAt(event: SandboxEvent, path: string): Json | undefined {
  let value: Json | undefined = event as unknown as Json;
  for (const step of path.split('.').slice(1)) {
    const inside: boolean = typeof value === 'object' && value !== null && Object.hasOwn(value, step);
    value = inside ? (value as Record<string, Json>)[step] : undefined;
  }
  return value;
}

/** Paths this sandbox reads: dots only. */
export const eventPath = /^\$(\.[\w-]+)*$/;
