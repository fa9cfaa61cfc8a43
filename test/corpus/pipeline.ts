/** A pipeline of one stack around any template, to production at once. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requestPromotion } from '#cli/client/promotions.ts';
import { publishRelease } from '#cli/client/releases.ts';
import { packageRelease } from '#cli/package-release.ts';
import type { PromotionId } from '#shared/domain/identifiers.ts';
import { Policy } from '#shared/domain/policy/policy.ts';
import type { Mode } from '#shared/domain/promotion/records.ts';
import { production, type Rehearsal } from '#test/e2e/rehearsed-world.ts';

/** The template gate is waived for roles without the boundary only. No change waits for anybody. */
export const policy = Policy.parse({
  apiVersion: 'drawbridge/v1',
  kind: 'Policy',
  metadata: { name: 'corpus' },
  changeGates: [{ name: 'anything', when: { types: ['*'] }, action: 'allow' }],
  templateGate: { waive: ['GATE_BOUNDARY'] },
});

export type Values = Readonly<Record<string, unknown>>;

export interface Wish {
  /** Of the pipeline, of its only stack, and of that stack in CloudFormation. */
  readonly name: string;
  readonly template: string;
  readonly parameters: Values;
  /** A tag of the stack: what an update changes. */
  readonly revision: string;
}

type Packaged = Awaited<ReturnType<typeof packageRelease>>;
export type Release = Extract<Packaged, { kind: 'release' }>;

/** `S3/some_bucket.yaml` → `s3-some-bucket`, of long paths the end. */
export function nameOf(file: string): string {
  const words = file
    .replace(/\.ya?ml$/, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-');
  return words.slice(-48).replace(/^[^a-z]+/, '');
}

/** The release, or the problems because of which there is none. */
export async function packageWish(wish: Wish): Promise<Packaged> {
  const folder = mkdtempSync(join(tmpdir(), 'corpus-'));
  try {
    writeFileSync(join(folder, 'template.yaml'), wish.template);
    for (const [word, document] of Object.entries({ pipeline: pipelineOf(wish), target, policy }))
      writeFileSync(join(folder, `drawbridge.${word}.yml`), JSON.stringify(document));
    return await packageRelease(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function pipelineOf({ name, parameters, revision }: Wish) {
  const capabilities = ['CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND'];
  const stack = { name, template: 'template.yaml', stackName: name, capabilities, parameters, tags: { revision } };
  const environments = [{ name: production.name, targets: { matchLabels: { env: production.name } } }];
  return { apiVersion: 'drawbridge/v1', kind: 'Pipeline', metadata: { name }, stacks: [stack], environments };
}

const target = {
  apiVersion: 'drawbridge/v1',
  kind: 'Target',
  metadata: { name: production.name, labels: { env: production.name } },
  account: production.account,
  region: production.region,
};

/** Publishes a release and asks for its promotion, as alice. Nothing happens until the clock runs. */
export async function request(rehearsal: Rehearsal, release: Release, mode: Mode = 'promote'): Promise<PromotionId> {
  const api = rehearsal.apiAs('alice');
  const { digest } = await publishRelease(api, release);
  const idempotencyKey = rehearsal.sandbox.mint('idempotency-key', 24);
  return (await requestPromotion(api, { release: digest, mode, idempotencyKey })).id;
}
