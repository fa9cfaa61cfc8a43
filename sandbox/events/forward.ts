import { AwsError } from '../aws-error.ts';
import type { Caller, Json, Sandbox } from '../kernel.ts';
import { busExists, busPlace, busPolicy } from './bus-name.ts';
import type { TargetDelivery } from './rule-target.ts';

export interface Forwarding {
  readonly caller: Caller;
  /** The receiving bus. */
  readonly busArn: string;
  readonly delivery: TargetDelivery;
}

/**
 * Passes an event on to another bus, where it keeps the sender's account. The caller needs events:PutEvents by its own policy and, across
 * accounts, by the bus's. Here events may be lost, doubled or late (sandbox/fault.ts). An event that was forwarded before goes no
 * further (EventBridge User Guide, sending events between accounts).
 */
export async function forward(sandbox: Sandbox, { caller, busArn, delivery }: Forwarding): Promise<string> {
  if (delivery.forwarded) return `not forwarded to ${busArn}: it came over another bus`;
  const { event } = delivery;
  const context = {
    'events:source': event.source,
    'events:detail-type': event['detail-type'],
    'events:eventBusInvocation': 'true',
  };
  const permission = { action: 'events:PutEvents', resource: busArn, context };
  sandbox.authorise(caller, { ...permission, ...busPolicy(sandbox.world, busArn) });
  if (!busExists(sandbox.world, busArn))
    throw new AwsError('ResourceNotFoundException', `Event bus ${busArn} does not exist.`);
  return hop(sandbox, { caller, busArn, delivery });
}

function hop(sandbox: Sandbox, { caller, busArn, delivery }: Forwarding): string {
  const { account, region, name } = busPlace(busArn);
  const fault = account === caller.account ? undefined : sandbox.faults.delivery();
  if (fault?.what === 'lost') {
    sandbox.record({ kind: 'fault', at: sandbox.now(), fault: `event ${fault.nth} to ${name} lost` });
    return 'forwarded';
  }
  const late = typeof fault?.what === 'object' ? fault.what.lateByMilliseconds : 0;
  if (fault) {
    const what = late > 0 ? `late by ${late} ms` : 'delivered twice';
    sandbox.record({ kind: 'fault', at: sandbox.now(), fault: `event ${fault.nth} to ${name} ${what}` });
  }
  const payload = { account, region, bus: name, event: delivery.event as unknown as Json, forwarded: true };
  const job = { at: sandbox.now() + late, service: 'events', name: 'deliver', payload } as const;
  sandbox.schedule(job);
  if (fault?.what === 'twice') sandbox.schedule(job);
  return 'forwarded';
}
