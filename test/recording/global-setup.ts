/** Before a run: what an earlier one recorded is gone, unless this one goes on where that ended. */
import { mkdirSync, rmSync } from 'node:fs';
import { recordings } from './folder.ts';

export function setup(): void {
  if (process.env['DRAWBRIDGE_RECORDINGS_GO_ON'] === undefined) rmSync(recordings, { recursive: true, force: true });
  mkdirSync(recordings, { recursive: true });
}
