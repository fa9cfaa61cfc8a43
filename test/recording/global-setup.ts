/** Before a run: what an earlier one recorded is gone. */
import { mkdirSync, rmSync } from 'node:fs';
import { recordings } from './folder.ts';

export function setup(): void {
  rmSync(recordings, { recursive: true, force: true });
  mkdirSync(recordings, { recursive: true });
}
