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

/** `--serve` hands credentials to a shell, as its only purpose: those lines may hold them. */
function watch(name: 'stdout' | 'stderr'): void {
  const stream = process[name];
  const write = stream.write.bind(stream);
  stream.write = ((chunk: string | Uint8Array, ...rest: []) => {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
    notePrinted({
      where: `${name} of ${process.argv.slice(1).join(' ')}`,
      text: text.replaceAll(/^export AWS_.*$/gm, ''),
    });
    return write(chunk, ...rest);
  }) as typeof stream.write;
}
