/** What the test suite recorded. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Policy } from '#shared/domain/iam/policy.ts';
import type { RecordedPolicy, RecordedRequest } from '#test/recording/recorded.ts';

export interface Recordings {
  /** Each request once. */
  readonly requests: readonly RecordedRequest[];
  readonly policies: ReadonlyMap<string, Policy>;
}

export function readRecordings(folder: string): Recordings {
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.jsonl')) : [];
  const texts = files.flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'));
  const lines = [...new Set(texts)]
    .filter((text) => text !== '')
    .map((text) => JSON.parse(text) as RecordedPolicy | RecordedRequest);
  return {
    requests: lines.filter((line) => line.kind === 'request'),
    policies: new Map(lines.flatMap((line) => (line.kind === 'policy' ? [[line.id, line.policy] as const] : []))),
  };
}
