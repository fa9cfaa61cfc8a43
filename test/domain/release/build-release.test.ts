import { describe, expect, it } from 'vitest';
import type { Pipeline } from '#shared/domain/config/schema.ts';
import { buildRelease, type ReleaseParts } from '#shared/domain/release/build-release.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import { artifactKey, Release, releaseDigest, releaseId } from '#shared/domain/release/release.ts';

const artifact = (text: string) => {
  const digest = digestOf(text);
  return { digest, key: artifactKey('templates', digest), size: text.length };
};

const pipeline: Pipeline = {
  apiVersion: 'drawbridge/v1',
  kind: 'Pipeline',
  metadata: { name: 'orders' },
  stacks: [
    {
      name: 'api',
      template: 'api.yaml',
      stackName: 'orders-api',
      capabilities: ['CAPABILITY_NAMED_IAM', 'CAPABILITY_IAM'],
      parameters: { VpcId: { fromOutput: 'network.VpcId' } },
      tags: { owner: 'us' },
      terminationProtection: true,
    },
    { name: 'network', template: 'network.yaml', stackName: 'orders-network' },
  ],
  environments: [{ name: 'pre-production', targets: { matchLabels: { env: 'pre' } } }],
};

const parts: ReleaseParts = {
  pipeline,
  templates: new Map([
    ['network', { artifact: artifact('network'), template: { Resources: {} } }],
    [
      'api',
      {
        artifact: artifact('api'),
        template: {
          Resources: {},
          Parameters: {
            Plain: { Type: 'Number', Default: 0, NoEcho: false },
            VpcId: { Type: 'String' },
            Secret: { Type: 'String', NoEcho: 'TRUE' },
          },
        },
      },
    ],
  ]),
  assets: [artifact('z'), artifact('a')],
  layers: [{ values: { A: 'b' } }],
};

describe('a release', () => {
  const release = buildRelease(parts);

  it('has the stacks in the order of their dependencies, with everything written out', () => {
    expect(release.stacks).toEqual([
      {
        name: 'network',
        stackName: 'orders-network',
        template: artifact('network'),
        dependsOn: [],
        capabilities: [],
        parameters: [],
        values: {},
        tags: {},
        terminationProtection: false,
      },
      {
        name: 'api',
        stackName: 'orders-api',
        template: artifact('api'),
        dependsOn: ['network'],
        capabilities: ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM'],
        parameters: [
          { name: 'Plain', type: 'Number', noEcho: false, default: '0' },
          { name: 'Secret', type: 'String', noEcho: true },
          { name: 'VpcId', type: 'String', noEcho: false },
        ],
        values: { VpcId: { fromOutput: 'network.VpcId' } },
        tags: { owner: 'us' },
        terminationProtection: true,
      },
    ]);
    expect(release.layers).toEqual([{ values: { A: 'b' } }]);
  });

  it('is a valid manifest, and stays the same through JSON', () => {
    expect(Release.parse(JSON.parse(JSON.stringify(release)))).toEqual(release);
  });

  it('is named after its digest', () => {
    const digest = releaseDigest(release);
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(releaseId(release)).toBe(`orders-${digest.slice(7, 19)}`);
  });

  it('is the same for files that mean the same', () => {
    const reordered = {
      ...parts,
      pipeline: { ...pipeline, stacks: pipeline.stacks.toReversed() },
      assets: parts.assets.toReversed(),
    };
    expect(releaseDigest(buildRelease(reordered))).toBe(releaseDigest(release));
  });

  it.each([
    [
      'a template',
      {
        ...parts,
        templates: new Map([
          ...parts.templates,
          ['network', { artifact: artifact('other'), template: { Resources: {} } }],
        ]),
      },
    ],
    ['an asset', { ...parts, assets: [] }],
    ['a layer', { ...parts, layers: [{ values: { A: 'c' } }] }],
    [
      'an environment',
      { ...parts, pipeline: { ...pipeline, environments: [{ ...pipeline.environments[0]!, maxConcurrency: 2 }] } },
    ],
  ] satisfies [string, ReleaseParts][])('is another one with another %s', (_name, other) => {
    expect(releaseDigest(buildRelease(other))).not.toBe(releaseDigest(release));
  });

  it('carries what is set beside a template, where the pipeline says it', () => {
    const said = {
      targets: { matchLabels: { role: 'network' } },
      onCreateFailure: 'keep' as const,
      rollback: { alarms: ['errors'] },
    };
    const stacks = pipeline.stacks.map((stack) => (stack.name === 'network' ? { ...stack, ...said } : stack));
    const packaged = { ...parts.templates.get('network')!, stackPolicy: '{"Statement":[]}' };
    const templates = new Map([...parts.templates, ['network', packaged]]);
    expect(buildRelease({ ...parts, pipeline: { ...pipeline, stacks }, templates }).stacks[0]).toMatchObject({
      matchLabels: { role: 'network' },
      onCreateFailure: 'keep',
      rollback: { alarms: ['errors'] },
      stackPolicy: '{"Statement":[]}',
    });
  });

  it('leaves out stacks that could not be packaged', () => {
    expect(buildRelease({ ...parts, templates: new Map() }).stacks).toEqual([]);
  });

  it('cannot have a circle', () => {
    const stacks = pipeline.stacks.map((stack) => ({ ...stack, dependsOn: ['api'] }));
    expect(() => buildRelease({ ...parts, pipeline: { ...pipeline, stacks } })).toThrow(
      expect.objectContaining({ name: 'DEPENDENCY_CYCLE' }),
    );
  });
});
