import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '#cli/load-config.ts';
import { packageRelease } from '#cli/package-release.ts';
import { parseTemplate } from '#shared/domain/template/parse.ts';
import type { Template } from '#shared/domain/template/template.ts';
import { unknownProperties } from '#test/infra/unknown-properties.ts';

const examples = ['orders', 'orders-update'];

async function packagedTemplate(name: string): Promise<Template> {
  const packaged = await packageRelease(`examples/${name}`);
  if (packaged.kind === 'invalid') throw new Error(JSON.stringify(packaged.problems));
  const key = packaged.manifest.stacks[0]?.template.key;
  const parsed = parseTemplate(new TextDecoder().decode(packaged.files.find((file) => file.key === key)?.body));
  if (parsed.kind === 'invalid') throw new Error(parsed.message);
  return parsed.template;
}

describe.each(examples)('examples/%s', (name) => {
  it('uses only types and properties that AWS has', async () => {
    expect(unknownProperties(await packagedTemplate(name))).toEqual([]);
  });

  it('gives every role the permissions boundary, without which a target account refuses it', async () => {
    const boundary = {
      'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/drawbridge/drawbridge-boundary',
    };
    const roles = Object.values((await packagedTemplate(name)).Resources).filter(
      ({ Type }) => Type === 'AWS::IAM::Role',
    );
    expect(roles).not.toHaveLength(0);
    for (const role of roles) expect(role.Properties?.['PermissionsBoundary']).toEqual(boundary);
  });

  it('works in every partition', async () => {
    expect(await readFile(`examples/${name}/templates/orders.yaml`, 'utf8')).not.toMatch(
      /arn:aws:|amazonaws\.com(?<!lambda\.amazonaws\.com|apigateway\.amazonaws\.com)/,
    );
  });
});

describe('the update', () => {
  it('goes to the same targets as the first release', async () => {
    const targets = await Promise.all(
      examples.map(async (name) => {
        const loaded = await loadConfig(`examples/${name}`);
        return loaded.kind === 'config' ? loaded.config.targets.map(({ document }) => document) : [];
      }),
    );
    expect(targets[0]).toHaveLength(2);
    expect(targets[1]).toEqual(targets[0]);
  });

  it('changes what the README says, and replaces and removes nothing', async () => {
    const [before, after] = await Promise.all(examples.map(packagedTemplate));
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
