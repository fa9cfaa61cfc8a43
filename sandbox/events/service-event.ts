/** What an AWS service tells on the default bus of an account. */
import type { Json, Sandbox } from '../kernel.ts';
import { eventTime } from './event.ts';

/** One event of a service, about one of its resources. */
export interface ServiceEvent {
  readonly id: string;
  readonly detailType: string;
  readonly source: `aws.${string}`;
  /** Account and region of the resource, and so of the bus. */
  readonly account: string;
  readonly region: string;
  /** ARN of the resource. */
  readonly resource: string;
  readonly detail: Json;
}

/** Queues the arrival of an event that happens now, `late` milliseconds from now. */
export function publishServiceEvent(sandbox: Sandbox, told: ServiceEvent, late: number): void {
  const { id, detailType, source, account, region, resource, detail } = told;
  const now = sandbox.now();
  const event = {
    version: '0',
    id,
    'detail-type': detailType,
    source,
    account,
    time: eventTime(now),
    region,
    resources: [resource],
    detail,
  };
  const payload = { account, region, bus: 'default', event };
  sandbox.schedule({ at: now + late, service: 'events', name: 'deliver', payload });
}
