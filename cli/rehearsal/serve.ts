/** Keeps the sandbox up, so that the AWS CLI and other programs can look at it and try it. */
import { setTimeout } from 'node:timers/promises';
import { homeRegion } from '#sandbox/organization.ts';
import type { Terminal } from '../command.ts';
import { openSandbox, type SandboxOptions } from './open-sandbox.ts';
import { heldWebhookSecrets } from './set-up-webhooks.ts';

export interface Serving {
  readonly minutes: number;
  readonly terminal: Terminal;
}

/** Serves the saved world in real time, prints what to set in a shell, and ends after `minutes` or with Ctrl-C. The world is saved. */
export async function serve(options: SandboxOptions, { minutes, terminal }: Serving): Promise<void> {
  const opened = await openSandbox({ ...options, fresh: false, faults: [], mode: 'live' }, []);
  const { credentials } = opened.api;
  const ended = new AbortController();
  const end = () => ended.abort();
  // The command ends by itself here, instead of being ended.
  process.removeAllListeners('SIGINT');
  process.once('SIGINT', end).once('SIGTERM', end);
  terminal.print(
    [
      `export AWS_ENDPOINT_URL=${opened.sandbox.endpoint}`,
      `export AWS_REGION=${homeRegion}`,
      // Version 1 of the AWS CLI reads only this one.
      `export AWS_DEFAULT_REGION=${homeRegion}`,
      `export AWS_ACCESS_KEY_ID=${credentials?.accessKeyId}`,
      `export AWS_SECRET_ACCESS_KEY=${credentials?.secretAccessKey}`,
      `export AWS_SESSION_TOKEN=${credentials?.sessionToken}`,
      ...heldWebhookSecrets(opened.sandbox).map(([name, secret]) => `export DRAWBRIDGE_WEBHOOK_${name}=${secret}`),
      `export DRAWBRIDGE_API=${opened.api.endpoint}`,
    ].join('\n'),
  );
  terminal.progress(
    `Serving as ${options.person} for ${minutes} minutes, or until Ctrl-C. Let time pass: curl -X POST ${opened.sandbox.endpoint}/_sandbox/advance?seconds=901`,
  );
  await setTimeout(minutes * 60_000, undefined, { signal: ended.signal }).catch(() => undefined);
  await opened.close();
}
