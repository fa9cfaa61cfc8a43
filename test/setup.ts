/** Tests never reach a network or the machine's own AWS configuration. What their sandboxes do is recorded for test/replay. */
import 'aws-sdk-client-mock-vitest/extend';
import { relative } from 'node:path';
import { afterAll, expect } from 'vitest';
import { recordSandboxes } from './recording/record-sandboxes.ts';
import { recordingIn, recordingsVariable } from './recording/recording.ts';

process.env['AWS_EC2_METADATA_DISABLED'] = 'true';
process.env['AWS_CONFIG_FILE'] = '/dev/null';
process.env['AWS_SHARED_CREDENTIALS_FILE'] = '/dev/null';

const folder = process.env[recordingsVariable];

if (folder !== undefined) {
  const path = relative(process.cwd(), expect.getState().testPath ?? '');
  const write = recordingIn(folder, path.replaceAll('/', '-'));
  write({ kind: 'test-file', path });
  afterAll(recordSandboxes(write));
}
