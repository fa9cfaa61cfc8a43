/** What the whole test suite recorded. */
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Policy } from '#shared/domain/iam/policy.ts';
import type { Recorded, RecordedLeak, RecordedRequest } from '#test/recording/recorded.ts';

export interface Recordings {
  /** Each request once. */
  readonly requests: readonly RecordedRequest[];
  readonly policies: ReadonlyMap<string, Policy>;
  /** How many sandboxes were searched, and how many secrets were looked for. */
  readonly searched: { readonly sandboxes: number; readonly secrets: number };
  /** With the name of the recording, which is the test's. */
  readonly leaks: readonly (RecordedLeak & { readonly recording: string })[];
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Throws, and says what to do, when a test file of the suite left no recording. */
export function readRecordings(folder: string): Recordings {
  const lines = linesIn(folder);
  requireWholeSuite(lines);
  const searches = lines.filter((line) => line.kind === 'search');
  return {
    requests: distinct(lines.filter((line) => line.kind === 'request')),
    policies: new Map(lines.flatMap((line) => (line.kind === 'policy' ? [[line.id, line.policy] as const] : []))),
    searched: { sandboxes: searches.length, secrets: searches.reduce((sum, { secrets }) => sum + secrets, 0) },
    leaks: lines.filter((line) => line.kind === 'leak'),
  };
}

type Line = Recorded & { readonly recording: string };

/** All lines of all recordings; none where there is no such folder. */
export function linesIn(folder: string): Line[] {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.jsonl')) : [];
  return names.sort().flatMap((recording) => linesOf(folder, recording));
}

function linesOf(folder: string, recording: string): Line[] {
  const texts = readFileSync(join(folder, recording), 'utf8').split('\n');
  return texts.filter((text) => text !== '').map((text) => ({ ...(JSON.parse(text) as Recorded), recording }));
}

/** A part of the suite needs a part of the permissions. */
function requireWholeSuite(lines: readonly Line[]): void {
  const ran = new Set(lines.flatMap((line) => (line.kind === 'test-file' ? [line.path] : [])));
  const all = globSync('test/**/*.test.ts', {
    cwd: root,
    exclude: ['test/faults/**', 'test/corpus/**', 'test/replay/**'],
  });
  const missing = all.filter((path) => !ran.has(path));
  if (missing.length === 0) return;
  const told =
    missing.length > 3 ? `${missing.slice(0, 3).join(', ')} and ${missing.length - 3} more` : missing.join(', ');
  throw new Error(
    `The recordings are not of the whole suite: nothing of ${told}. Run npm test, which records and then replays.`,
  );
}

function distinct(requests: readonly (RecordedRequest & { recording: string })[]): RecordedRequest[] {
  const alone = requests.map(({ recording: _, ...request }): RecordedRequest => request);
  return [...new Map(alone.map((request) => [JSON.stringify(request), request])).values()];
}
