/** One file of what the sandboxes of a process did: JSON lines, each once. */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Recorded } from './recorded.ts';

/** Folder of the recordings; the main configuration of the tests sets it, and others record nothing. */
export const recordingsVariable = 'DRAWBRIDGE_RECORDINGS';

export type Write = (line: Recorded) => void;

/** Appends to a file of the folder. */
export function recordingIn(folder: string, name: string): Write {
  const file = join(folder, `${name}.jsonl`);
  const written = new Set<string>();
  return (line) => {
    const text = JSON.stringify(line);
    if (written.has(text)) return;
    written.add(text);
    appendFileSync(file, `${text}\n`);
  };
}
