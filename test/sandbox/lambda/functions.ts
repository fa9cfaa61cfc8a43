import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Json } from '#sandbox/kernel.ts';
import { home } from './stub-sandbox.ts';

/** A folder of bundles, each a module as the build would leave it. */
export function bundles(sources: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'drawbridge-functions-'));
  for (const [name, source] of Object.entries(sources)) writeFileSync(join(folder, `${name}.mjs`), source);
  return folder;
}

/** Properties of one of Drawbridge's functions. */
export const ownFunction = (name: string, more: Record<string, Json> = {}): Record<string, Json> => ({
  FunctionName: `drawbridge-${name}`,
  Handler: `build/functions/${name}.handler`,
  Role: `arn:aws:iam::${home}:role/drawbridge-${name}`,
  Runtime: 'nodejs24.x',
  Code: { S3Bucket: 'deployment', S3Key: 'drawbridge.zip' },
  ...more,
});

export const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
export const parsed = (payload: Uint8Array | undefined): unknown => JSON.parse(new TextDecoder().decode(payload));
