import { recordingsVariable } from './recording.ts';

/** Options for `node` with which a process that a test starts is recorded as the test itself is. */
export function recordedToo(): string[] {
  if (process.env[recordingsVariable] === undefined) return [];
  return ['--import', new URL('./child.ts', import.meta.url).href];
}
