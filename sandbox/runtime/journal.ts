import type { JournalEntry } from '#sandbox/journal-entry.ts';
import type { CallCounts } from './running-sandbox.ts';

export interface Journal {
  record(entry: JournalEntry): void;
  subscribe(listener: (entry: JournalEntry) => void): () => void;
  entries(): readonly JournalEntry[];
  calls(): CallCounts;
  resetCalls(): void;
}

/** What happened since the start, in memory only: a saved world carries no journal. */
export function createJournal(): Journal {
  const entries: JournalEntry[] = [];
  const listeners = new Set<(entry: JournalEntry) => void>();
  let counts: CallCounts = {};

  return {
    record(entry) {
      entries.push(entry);
      if (entry.kind === 'call') {
        const operations = counts[entry.service] ?? {};
        counts[entry.service] = operations;
        operations[entry.operation] = (operations[entry.operation] ?? 0) + 1;
      }
      for (const listener of listeners) listener(entry);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    entries: () => entries,
    calls: () => inOrder(counts),
    resetCalls: () => {
      counts = {};
    },
  };
}

/** Operations by name: which of several calls made at once comes first is not decided. */
function inOrder(counts: CallCounts): CallCounts {
  return Object.fromEntries(
    Object.entries(counts).map(([service, operations]) => [
      service,
      Object.fromEntries(Object.entries(operations).sort(([a], [b]) => (a < b ? -1 : 1))),
    ]),
  );
}
