/** What a rehearsal shows while it runs: the sandbox's journal as one line for each thing a person wants to know. */
import type { JournalEntry } from '#sandbox/journal-entry.ts';
import { shortened } from '#shared/domain/trust/authorization-message.ts';

export interface Place {
  readonly account: string;
  readonly region: string;
  /** What people call it: the target's name. */
  readonly name: string;
}

const targetRole = /:role\/drawbridge\/(drawbridge-(?:preview|deploy|audit))$/;

/** The line for a journal entry, or undefined for what would only distract. Times are of the virtual clock, in UTC. */
export function progressLine(entry: JournalEntry, places: readonly Place[]): string | undefined {
  switch (entry.kind) {
    case 'decision':
      return decisionLine(entry, places);
    case 'stack-event': {
      const place = nameOf(places, entry.account, entry.region);
      if (place === undefined) return undefined;
      const reason = entry.reason === undefined ? '' : `  ${shortened(entry.reason)}`;
      return line(entry.at, place, `${entry.status.padEnd(28)} ${entry.type.padEnd(34)} ${entry.logicalId}${reason}`);
    }
    case 'fault':
      return line(entry.at, 'fault', entry.fault);
    default:
      return undefined;
  }
}

function decisionLine(
  entry: Extract<JournalEntry, { kind: 'decision' }>,
  places: readonly Place[],
): string | undefined {
  if (!entry.allowed) return line(entry.at, 'denied', `${entry.action} on ${entry.resource}: ${entry.reason}`);
  const role = targetRole.exec(entry.resource)?.[1];
  const place = nameOf(places, entry.resource.split(':')[4] ?? '');
  if (entry.action !== 'sts:AssumeRole' || role === undefined || place === undefined) return undefined;
  return line(entry.at, place, `assume ${role}`);
}

function line(at: number, place: string, text: string): string {
  return `${new Date(at).toISOString().slice(11, 19)}  ${place.padEnd(16)} ${text}`;
}

/** The target's name; a role belongs to all targets of its account, so there the account's first says enough only if it is the only one. */
function nameOf(places: readonly Place[], account: string, region?: string): string | undefined {
  const here = places.filter((place) => place.account === account && (region ?? place.region) === place.region);
  return here.length > 1 ? account : here[0]?.name;
}
