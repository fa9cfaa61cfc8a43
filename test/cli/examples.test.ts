import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '#cli/load-config.ts';
import { packageRelease } from '#cli/package-release.ts';
import { layersOf } from '#shared/domain/config/resolve-parameters.ts';
import { explainTargets } from '#shared/domain/explain/explain-target.ts';
import { parseTemplate } from '#shared/domain/template/parse.ts';
import type { Template } from '#shared/domain/template/template.ts';
import { unknownProperties } from '#test/infra/unknown-properties.ts';
import { sixtyStacks } from '../../examples/sixty-stacks/generate.mjs';

const updates = ['orders', 'orders-update'];
const withRoles = [...updates, 'nested', 'network-and-app', 'waves', 'waves-update'];
const examples = [...withRoles, 'sixty-stacks'];

/** Every template of the release, those of nested stacks too. */
async function packagedTemplates(name: string): Promise<Map<string, Template>> {
  const packaged = await packageRelease(`examples/${name}`);
  if (packaged.kind === 'invalid') throw new Error(JSON.stringify(packaged.problems));
  const templates = packaged.files.filter(({ key }) => key.startsWith('templates/'));
  return new Map(
    templates.map(({ key, body }) => {
      const parsed = parseTemplate(new TextDecoder().decode(body));
      if (parsed.kind === 'invalid') throw new Error(parsed.message);
      return [key, parsed.template];
    }),
  );
}

async function packagedTemplate(name: string): Promise<Template> {
  const [template] = (await packagedTemplates(name)).values();
  if (template === undefined) throw new Error(`${name} has no template`);
  return template;
}

const resourcesOf = async (name: string) =>
  [...(await packagedTemplates(name)).values()].flatMap((template) => Object.values(template.Resources));

describe.each(examples)('examples/%s', (name) => {
  it('uses only types and properties that AWS has', async () => {
    for (const template of (await packagedTemplates(name)).values()) expect(unknownProperties(template)).toEqual([]);
  });

  it('works in every partition', async () => {
    const files = await readdir(`examples/${name}/templates`, { recursive: true });
    const templates = files.filter((file) => file.endsWith('.yaml'));
    expect(templates).not.toHaveLength(0);
    for (const file of templates) {
      expect(await readFile(`examples/${name}/templates/${file}`, 'utf8')).not.toMatch(
        /arn:aws:|amazonaws\.com(?<!(lambda|apigateway|sns)\.amazonaws\.com)/,
      );
    }
  });
});

describe.each(withRoles)('examples/%s', (name) => {
  it('gives every role the permissions boundary, without which a target account refuses it', async () => {
    const boundary = {
      'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/drawbridge/drawbridge-boundary',
    };
    const roles = (await resourcesOf(name)).filter(({ Type }) => Type === 'AWS::IAM::Role');
    expect(roles).not.toHaveLength(0);
    for (const role of roles) expect(role.Properties?.['PermissionsBoundary']).toEqual(boundary);
  });
});

describe('the nested example', () => {
  it('carries its nested templates in the release, and hands the artifacts bucket on to the one that needs it', async () => {
    const templates = [...(await packagedTemplates('nested')).entries()];
    const [, parent] = templates.find(([, { Resources }]) => 'Network' in Resources) ?? [];
    const nested = (id: string) => {
      const { TemplateURL, Parameters = {} } = parent?.Resources[id]?.Properties ?? {};
      const url = (TemplateURL as { 'Fn::Sub': string })['Fn::Sub'];
      const [, template] = templates.find(([key]) => url.endsWith(`/${key}`)) ?? [];
      return { url, template, passed: Parameters as Record<string, unknown> };
    };
    expect(templates).toHaveLength(3);
    expect(parent?.Parameters).toHaveProperty('ArtifactsBucket');
    const network = nested('Network');
    expect(Object.keys(network.template?.Resources ?? {})).toEqual(['Vpc', 'Subnet', 'SecurityGroup']);
    expect(network.passed).not.toHaveProperty('ArtifactsBucket');
    const service = nested('Service');
    expect(service.url).toMatch(/^https:\/\/\$\{ArtifactsBucket\}\.s3\./);
    expect(service.passed['ArtifactsBucket']).toEqual({ Ref: 'ArtifactsBucket' });
    expect(service.template?.Parameters).toHaveProperty('ArtifactsBucket');
    expect(service.passed['SubnetId']).toEqual({ 'Fn::GetAtt': ['Network', 'Outputs.SubnetId'] });
  });
});

describe('the network and the app', () => {
  it('go to different accounts, and the app takes what the network of its environment has', async () => {
    const loaded = await loadConfig('examples/network-and-app');
    const packaged = await packageRelease('examples/network-and-app');
    if (loaded.kind === 'invalid' || packaged.kind === 'invalid') throw new Error('it is not valid');
    const explained = explainTargets({
      release: packaged.manifest,
      layers: layersOf(loaded.config, 'shop'),
      targets: packaged.targets,
      policies: loaded.config.policies.map(({ document }) => document),
      places: { ofStack: () => ({}), ofDefault: () => ({}) },
    });
    const rows = explained.map(({ target, wave, policies, stacks }) => {
      const outputs = stacks.flatMap(({ parameters }) =>
        parameters.flatMap(({ holds }) => (holds?.output === undefined ? [] : [holds.output.target])),
      );
      return [target?.name, wave?.number, stacks.map(({ name }) => name), policies.length, [...new Set(outputs)]];
    });
    expect(rows).toEqual([
      ['app-pre-production', 2, ['app'], 1, ['network-pre-production']],
      ['network-pre-production', 1, ['network'], 1, []],
      ['app-production', 2, ['app'], 1, ['network-production']],
      ['network-production', 1, ['network'], 1, []],
    ]);
    expect(new Set(explained.map(({ target }) => target?.account)).size).toBe(4);
  });
});

describe('the sixty stacks', () => {
  it('are as the script beside them writes them', async () => {
    expect(await readFile('examples/sixty-stacks/drawbridge.yml', 'utf8')).toBe(sixtyStacks());
  });

  it('are sixty, of one template, in chains with a few outputs', async () => {
    const packaged = await packageRelease('examples/sixty-stacks');
    if (packaged.kind === 'invalid') throw new Error('it is not valid');
    const { stacks } = packaged.manifest;
    expect(stacks).toHaveLength(60);
    expect(new Set(stacks.map(({ template }) => template.key)).size).toBe(1);
    expect(stacks.filter(({ values }) => 'UpstreamTopic' in values)).toHaveLength(11);
    expect(stacks.filter(({ dependsOn }) => dependsOn.length > 0)).toHaveLength(59);
  });
});

describe('the update', () => {
  it('goes to the same targets as the first release', async () => {
    const targets = await Promise.all(
      updates.map(async (name) => {
        const loaded = await loadConfig(`examples/${name}`);
        return loaded.kind === 'config' ? loaded.config.targets.map(({ document }) => document) : [];
      }),
    );
    expect(targets[0]).toHaveLength(2);
    expect(targets[1]).toEqual(targets[0]);
  });

  it('changes what the README says, and replaces and removes nothing', async () => {
    const [before, after] = await Promise.all(updates.map(packagedTemplate));
    const names = (template: Template | undefined) => Object.keys(template?.Resources ?? {});
    const changed = names(before).filter(
      (id) => JSON.stringify(before?.Resources[id]) !== JSON.stringify(after?.Resources[id]),
    );
    expect(changed.sort()).toEqual(['Api', 'ApiFunction', 'Orders', 'WorkerFunction']);
    expect(
      names(after)
        .filter((id) => !names(before).includes(id))
        .sort(),
    ).toEqual(['ApiErrors', 'GetOrder']);
    expect(names(before).filter((id) => !names(after).includes(id))).toEqual([]);
  });
});
