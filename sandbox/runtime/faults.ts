import type {
  AlarmFault,
  CallFault,
  DeliveryFault,
  Fault,
  Faults,
  ProbeFault,
  ResourceFault,
  StaleReadFault,
} from '#sandbox/fault.ts';
import type { JournalEntry } from '#sandbox/journal-entry.ts';
import type { World } from '#sandbox/kernel.ts';

/**
 * Hands out the faults a run asks for. How often each was met is counted in the world, so a world that is saved and continued with the
 * same faults meets each of them once and not again.
 */
export function createFaults(world: World, faults: readonly Fault[], record: (entry: JournalEntry) => void): Faults {
  const occurrence = (fault: Fault): number => {
    const counter = `fault ${JSON.stringify(fault)}`;
    const count = (world.counters[counter] ?? 0) + 1;
    world.counters[counter] = count;
    return count;
  };
  const injected = <F extends Fault>(fault: F | undefined): F | undefined => {
    if (fault) record({ kind: 'fault', at: world.now, fault: sentence(fault) });
    return fault;
  };
  // Every matching fault counts the occurrence, the first one that is due happens.
  const due = <F extends Fault>(matching: readonly F[], isDue: (fault: F, count: number) => boolean): F | undefined =>
    injected(matching.filter((fault) => isDue(fault, occurrence(fault)))[0]);

  const calls = faults.filter((fault): fault is CallFault => fault.kind === 'call');
  const resources = faults.filter((fault): fault is ResourceFault => fault.kind === 'resource');
  const staleReads = faults.filter((fault): fault is StaleReadFault => fault.kind === 'stale-read');
  const deliveries = faults.filter((fault): fault is DeliveryFault => fault.kind === 'delivery');
  const probes = faults.filter((fault): fault is ProbeFault => fault.kind === 'probe');
  const alarms = faults.filter((fault): fault is AlarmFault => fault.kind === 'alarm');
  return {
    call: (place) =>
      due(
        calls.filter((fault) => fits(fault, place, ['service', 'operation', 'account'])),
        (fault, count) => count === fault.nth,
      ),
    resource: (place) =>
      due(
        resources.filter((fault) => fits({ when: 'before', ...fault }, place, resourceParts)),
        (fault, count) => count <= fault.times,
      ),
    staleRead: (place) =>
      due(
        staleReads.filter((fault) => fits(fault, place, ['account', 'stackName'])),
        (fault, count) => count <= fault.times,
      ),
    delivery: () => due(deliveries, (fault, count) => count === fault.nth),
    probe: (place) =>
      due(
        probes.filter((fault) => fits(fault, place, ['account', 'probe'])),
        (fault, count) => count <= fault.times,
      ),
    alarm: (place) => alarms.find((fault) => fits(fault, place, ['account', 'alarm']) && occurrence(fault) === 1),
  };
}

const resourceParts = ['account', 'stackName', 'logicalId', 'status', 'during', 'when'] as const;

/** True when every named part that the fault states is the place's; an unstated part fits anything. */
function fits<Part extends string>(
  fault: { readonly [Key in Part]?: string },
  place: { readonly [Key in Part]: string },
  parts: readonly Part[],
): boolean {
  return parts.every((part) => fault[part] === undefined || fault[part] === place[part]);
}

/** What happened, for the journal. */
export function sentence(fault: Fault): string {
  if (fault.kind === 'probe') return `${fault.probe}: ${fault.outcome}, ${fault.reason}`;
  if (fault.kind === 'alarm') return `${fault.alarm}: ALARM, ${fault.reason}`;
  if (fault.kind === 'resource') return `${fault.logicalId}: ${fault.status}, ${fault.reason}`;
  if (fault.kind === 'stale-read') return `${fault.stackName ?? 'a new stack'} was read as it was before`;
  if (fault.kind === 'delivery') {
    const what = typeof fault.what === 'string' ? fault.what : `late by ${fault.what.lateByMilliseconds} ms`;
    return `event delivery ${fault.nth}: ${what}`;
  }
  const what = fault.what === 'no-reply' ? fault.what : fault.what.error;
  return `${fault.service}:${fault.operation} call ${fault.nth}: ${what} ${fault.when} it took effect`;
}
