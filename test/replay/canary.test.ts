/** The canary of the whole suite: each sandbox searched itself for its secrets as it closed, and each command's output was searched. */
import { beforeAll, expect, it } from 'vitest';
import { recordings as folder } from '#test/recording/folder.ts';
import { type Recordings, readRecordings } from './recordings.ts';

let recordings: Recordings;
beforeAll(() => {
  recordings = readRecordings(folder);
});

it('looked for thousands of secrets in many sandboxes', () => {
  expect(recordings.searched.sandboxes).toBeGreaterThan(50);
  expect(recordings.searched.secrets).toBeGreaterThan(2000);
});

it('found none where it does not belong', () => {
  expect(recordings.leaks.map(({ recording, place, secret }) => `${secret} in ${place} (${recording})`)).toEqual([]);
});
