/** Tests never reach a network or the machine's own AWS configuration. */
import 'aws-sdk-client-mock-vitest/extend';

process.env['AWS_EC2_METADATA_DISABLED'] = 'true';
process.env['AWS_CONFIG_FILE'] = '/dev/null';
process.env['AWS_SHARED_CREDENTIALS_FILE'] = '/dev/null';

import { observeSandboxes } from '#sandbox/observers.ts';
import { createRecorder } from './recording/recorder.ts';

const r = process.env['DRAWBRIDGE_RECORDINGS'];
if (r) {
  const rec = createRecorder(`${r}/${process.pid}-${Math.random()}.jsonl`);
  observeSandboxes({ decided: (_, d) => rec(d), answered() {}, closing: async () => {} });
}
