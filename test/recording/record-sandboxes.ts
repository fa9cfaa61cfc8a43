/** Records what the sandboxes of this process allow, and what they leak. */
import { observeSandboxes } from '#sandbox/observers.ts';
import { leaksPrinted, noteMinted, noteShown, searchClosing } from '#test/canary/watch.ts';
import type { Write } from './recording.ts';
import { requestsTo } from './requests.ts';

/** Begins, and answers how to end: by searching what commands wrote. */
export function recordSandboxes(write: Write): () => void {
  let sandboxes = 0;
  const lookAway = observeSandboxes({
    decided: (() => {
      const record = requestsTo(write);
      return (_, decided) => record(decided);
    })(),
    minted: noteMinted,
    shown: noteShown,
    closing: async (sandbox, journal) => {
      const { secrets, leaks } = await searchClosing(sandbox, journal);
      sandboxes += 1;
      write({ kind: 'search', sandbox: sandboxes, secrets });
      for (const leak of leaks) write({ kind: 'leak', ...leak });
    },
  });
  return () => {
    lookAway();
    for (const leak of leaksPrinted()) write({ kind: 'leak', ...leak });
  };
}
