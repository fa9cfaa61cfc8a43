/** A fleet: one pre-production target and hundreds of production targets in accounts of their own, onboarded, and a release for all of them. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PackagedRelease } from '#cli/package-release.ts';
import { openSandbox } from '#cli/rehearsal/open-sandbox.ts';
import type { World } from '#sandbox/kernel.ts';
import { loadWorld } from '#sandbox/runtime/world-file.ts';
import type { Target } from '#shared/domain/config/schema.ts';
import type { Policy } from '#shared/domain/policy/policy.ts';
import { packagedFrom } from '#test/e2e/packaged-from.ts';

export const pipeline = 'fleet';
/** In the order in which they depend on each other. */
export const stacks = ['network', 'data', 'service'] as const;
export const text = 'as released';
/** Of production, in their order. */
export const waves = ['canary', 'early', 'rest'] as const;
/** How many targets run at once in the wave after the canary, and in the last one. */
export const concurrency = { early: 10, rest: 40 } as const;
const regions = ['eu-west-1', 'eu-central-1', 'us-east-1'] as const;

/** The pre-production target, and so many in production: a canary, a tenth of early ones, and the rest. */
export function fleetOf(count: number): Target[] {
  const production = Array.from({ length: count }, (_, index) => {
    const region = regions[index % regions.length] ?? regions[0];
    return target(
      { name: `target-${`${index + 1}`.padStart(4, '0')}`, account: `${400_000_000_001 + index}`, region },
      waveOf(index, count),
    );
  });
  return [target({ name: 'pre-production', account: '222222222222', region: 'eu-west-1' }), ...production];
}

function waveOf(index: number, count: number): (typeof waves)[number] {
  if (index === 0) return 'canary';
  return index <= count / 10 ? 'early' : 'rest';
}

function target(
  { name, account, region }: Pick<Target, 'account' | 'region'> & { name: string },
  wave?: string,
): Target {
  const labels = wave === undefined ? { env: 'pre-production' } : { env: 'production', wave };
  return { apiVersion: 'drawbridge/v1', kind: 'Target', metadata: { name, labels }, account, region };
}

/** The simulated organization with every target onboarded, as the shipped templates do it. */
export async function onboardedFleet(targets: readonly Target[]): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'fleet-'));
  const options = {
    folder,
    seed: 1,
    fresh: true,
    faults: [],
    mode: 'virtual',
    person: 'alice',
    policies: [notProduction],
  } as const;
  try {
    const opened = await openSandbox(options, targets);
    await opened.close();
    const loaded = await loadWorld(folder);
    if (loaded.kind !== 'world') throw new Error(`The world is ${loaded.kind}.`);
    return loaded.world;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const notProduction: Policy = {
  ...{ apiVersion: 'drawbridge/v1', kind: 'Policy', metadata: { name: 'pre-production' } },
  selector: { matchLabels: { env: 'pre-production' } },
  production: false,
};

export async function fleetRelease(): Promise<PackagedRelease> {
  return packagedFrom({
    'templates/small.yaml': template,
    'drawbridge.yml': configuration,
  });
}

/** Of each of the stacks. */
export const template = `AWSTemplateFormatVersion: '2010-09-09'
Parameters:
  Text: { Type: String }
Resources:
  Setting:
    Type: AWS::SSM::Parameter
    Properties: { Type: String, Value: !Ref Text }
  Alerts:
    Type: AWS::SNS::Topic
`;

const configuration = `apiVersion: drawbridge/v1
kind: Pipeline
metadata: { name: ${pipeline} }
stacks:
${stacks
  .map(
    (name, index) => `  - name: ${name}
    template: templates/small.yaml
    stackName: ${pipeline}-${name}
    parameters: { Text: ${text} }
    dependsOn: [${stacks.slice(index - 1, index).join('')}]
`,
  )
  .join('')}environments:
  - name: pre-production
    targets: { matchLabels: { env: pre-production } }
  - name: production
    targets: { matchLabels: { env: production } }
    waves:
      - matchLabels: { wave: canary }
      - matchLabels: { wave: early }
        maxConcurrency: ${concurrency.early}
      - matchLabels: { wave: rest }
        maxConcurrency: ${concurrency.rest}
`;
