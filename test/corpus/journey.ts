/** Takes every template of the corpus as far as it gets, all of them through one sandbox at once. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getPlan } from '#cli/client/plans.ts';
import { getPromotion } from '#cli/client/promotions.ts';
import type { PromotionRecord } from '#shared/aws/ledger/promotions.ts';
import type { Problem } from '#shared/domain/errors/problem.ts';
import type { RolloutPlan } from '#shared/domain/plan/decision.ts';
import type { Mode } from '#shared/domain/promotion/records.ts';
import { callsOf } from '#test/e2e/observations.ts';
import { production, type Rehearsal } from '#test/e2e/rehearsed-world.ts';
import { type Expected, type Exports, expected, golden } from './expected.ts';
import { nameOf, packageWish, type Release, request } from './pipeline.ts';

export const corpus = '../shared/corpus';

interface Travelled {
  /** Because of these there is no release. */
  readonly problems?: readonly Problem[];
  readonly records: PromotionRecord[];
  /** Of the golden files: the plan of each promotion, and the digest of the same plan when it was only looked at. */
  readonly plans: { readonly plan: RolloutPlan; readonly digest: string; readonly foreseen: string }[];
}

export interface Journey {
  readonly files: ReadonlyMap<string, Travelled>;
  /** Change sets that were made in the last round, in which nothing was to be done. */
  readonly idleChangeSets: number;
}

/** Three rounds: what there is, an update of what arrived, and the same once more. */
export async function travel(rehearsal: Rehearsal, names: readonly string[]): Promise<Journey> {
  for (const needs of names.flatMap((file) => needsOf(expected[file]) ?? [])) await makeExports(rehearsal, needs);
  const files = new Map<string, Travelled>();
  let since = 0;
  let releases: ReadonlyMap<string, Release> = await packageAll(names, 'one', files);
  for (const revision of ['two', 'two', undefined]) {
    since = rehearsal.sandbox.journal().length;
    await round(rehearsal, releases, files);
    const arrived = [...releases.keys()].filter((file) => statusOf(files.get(file)) === 'succeeded');
    if (revision !== undefined) releases = await packageAll(arrived, revision, files);
  }
  return { files, idleChangeSets: callsOf(rehearsal, 'CreateChangeSet', { since }) };
}

const needsOf = (one: Expected | undefined): Exports | undefined => (one?.kind === 'promoted' ? one.needs : undefined);

const statusOf = (travelled: Travelled | undefined) => travelled?.records.at(-1)?.promotion.status;

/** A stack of somebody else that exports what a template imports. */
async function makeExports(rehearsal: Rehearsal, { stackName, names }: Exports): Promise<void> {
  const outputs = names.map((Name, index) => [`Output${index}`, { Value: `${stackName}-${index}`, Export: { Name } }]);
  const Resources = { Topic: { Type: 'AWS::SNS::Topic' } };
  const template = JSON.stringify({ Resources, Outputs: Object.fromEntries(outputs) });
  const release = await packageWish({ name: stackName, template, parameters: {}, revision: 'one' });
  if (release.kind === 'invalid') throw new Error(JSON.stringify(release.problems));
  await request(rehearsal, release);
  await rehearsal.sandbox.run();
}

async function packageAll(
  names: readonly string[],
  revision: string,
  files: Map<string, Travelled>,
): Promise<Map<string, Release>> {
  const releases = new Map<string, Release>();
  for (const file of names) {
    const template = readFileSync(join(corpus, file), 'utf8');
    const parameters = expected[file]?.parameters ?? {};
    const packaged = await packageWish({ name: nameOf(file), template, parameters, revision });
    if (packaged.kind === 'release') releases.set(file, packaged);
    const problems = packaged.kind === 'invalid' ? { problems: packaged.problems } : {};
    if (!files.has(file)) files.set(file, { records: [], plans: [], ...problems });
  }
  return releases;
}

async function round(
  rehearsal: Rehearsal,
  releases: ReadonlyMap<string, Release>,
  files: ReadonlyMap<string, Travelled>,
): Promise<void> {
  const looked = new Map([...releases].filter(([file]) => golden.includes(file)));
  const foreseen = await promoteAll(rehearsal, looked, 'plan');
  for (const [file, record] of await promoteAll(rehearsal, releases, 'promote')) {
    const { records, plans } = files.get(file)!;
    records.push(record);
    const [before] = foreseen.get(file)?.rollouts ?? [];
    const [{ planDigest: digest } = {}] = record.rollouts;
    if (before?.planDigest === undefined || digest === undefined) continue;
    const plan = await getPlan(rehearsal.apiAs('alice'), record.promotion.id, production.name);
    plans.push({ plan, digest, foreseen: before.planDigest });
  }
}

/** Asks for all of them, then lets time pass until nothing is left to happen. */
async function promoteAll(
  rehearsal: Rehearsal,
  releases: ReadonlyMap<string, Release>,
  mode: Mode,
): Promise<Map<string, PromotionRecord>> {
  const ids = new Map<string, string>();
  for (const [file, release] of releases) ids.set(file, await request(rehearsal, release, mode));
  await rehearsal.sandbox.run();
  const records = new Map<string, PromotionRecord>();
  for (const [file, id] of ids) records.set(file, await getPromotion(rehearsal.apiAs('alice'), id));
  return records;
}
