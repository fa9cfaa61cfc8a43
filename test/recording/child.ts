/** For processes that tests start, with `node --import`: their sandboxes are recorded too, and so is what they print. */
import process from 'node:process';
import { notePrinted } from '#test/canary/watch.ts';
import { recordSandboxes } from './record-sandboxes.ts';
import { recordingIn, recordingsVariable } from './recording.ts';

const folder = process.env[recordingsVariable];

if (folder !== undefined) {
  const end = recordSandboxes(recordingIn(folder, `process-${process.pid}`));
  for (const name of ['stdout', 'stderr'] as const) watch(name);
  process.on('exit', end);
}

function watch(stream: 'stdout' | 'stderr'): void {
  const write = process[stream].write.bind(process[stream]);
  process[stream].write = ((chunk: string | Uint8Array, ...rest: []) => {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
    notePrinted({ command: process.argv.slice(1), stream, text });
    return write(chunk, ...rest);
  }) as typeof process.stdout.write;
}
