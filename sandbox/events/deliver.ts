import type { Json, Sandbox } from '../kernel.ts';
import { tellShown } from '../observers.ts';
import { busArn } from './bus-name.ts';
import type { SandboxEvent } from './event.ts';
import { matchesPattern } from './event-pattern.ts';
import type { TargetDelivery } from './rule-target.ts';

/** An event that arrives at a bus. */
export interface Delivery {
  readonly account: string;
  readonly region: string;
  /** The bus's name. */
  readonly bus: string;
  readonly event: SandboxEvent;
  /** It came over another bus, and goes to no third one. */
  readonly forwarded?: boolean;
}

/** The job `deliver`: notes the event where somebody's own code put it, and queues one delivery for each target of each rule of the bus that matches. */
export function deliver(sandbox: Sandbox, { event, forwarded = false, ...place }: Delivery): void {
  const arn = busArn(place.bus, place);
  tellShown(sandbox, { where: `event ${place.bus}`, text: JSON.stringify(event) });
  const { source, 'detail-type': detailType, detail } = event;
  // Those of AWS are in the journal as what they tell of.
  if (!source.startsWith('aws.'))
    sandbox.record({ kind: 'event', at: sandbox.now(), bus: place.bus, source, detailType, detail });
  for (const rule of Object.values(sandbox.world.events.rules)) {
    if (!rule.enabled || rule.busArn !== arn || rule.pattern === undefined) continue;
    if (!matchesPattern(rule.pattern, event as unknown as Json)) continue;
    for (const { Id } of rule.targets) queueTarget(sandbox, { rule: rule.arn, target: Id, event, forwarded });
  }
}

/** Queues the first attempt to reach a target. */
export function queueTarget(sandbox: Sandbox, first: Omit<TargetDelivery, 'attempt' | 'acceptedAt'>): void {
  const payload = { ...first, attempt: 0, acceptedAt: sandbox.now() } as unknown as Json;
  sandbox.schedule({ at: sandbox.now(), service: 'events', name: 'target', payload });
}
