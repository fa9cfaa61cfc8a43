/** What must hold for every template we ship: AWS knows all of it, it works in every partition, its policies are within our evaluator. */
import { beforeAll, describe, expect, it } from 'vitest';
import { parsePolicy } from '#shared/domain/iam/parse-policy.ts';
import type { Template } from '#shared/domain/template/template.ts';
import { ciJobs, home, packaged, policiesOf, read, type ShippedPolicy, standalone, target } from './shipped.ts';
import { unknownProperties } from './unknown-properties.ts';

const orchestratorStack = 'the packaged orchestrator stack';
const templates: Record<string, Template> = {};

beforeAll(async () => {
  templates[orchestratorStack] = await packaged();
  for (const path of standalone) templates[path] = read(path);
}, 120_000);

function valuesOf(name: string) {
  if (name === 'accounts/ci-oidc.yml') return ciJobs;
  return name.startsWith('accounts/') ? target : home;
}
const organization = { OrganizationId: 'o-drawbridge', TargetAccounts: [''] };

describe.each(standalone.filter((name) => name.startsWith('accounts/')))('%s', (name) => {
  it('says which version it is', () => {
    expect(templates[name]).toMatchObject({ Outputs: { Version: { Value: expect.stringMatching(/^[1-9][0-9]*$/) } } });
  });
});

describe.each([orchestratorStack, ...standalone])('%s', (name) => {
  it('has only resource types and properties that AWS knows', () => {
    expect(unknownProperties(templates[name]!)).toEqual([]);
  });

  it('names no partition', () => {
    expect(JSON.stringify(templates[name]).match(/arn:aws[a-z-]*:/g)).toBeNull();
  });

  it.each([
    ['target accounts', {}],
    ['an organization', organization],
    ['both', { OrganizationId: 'o-drawbridge' }],
    ['neither', { TargetAccounts: [''] }],
  ])('has policies the evaluator reads completely, given %s', (_, given) => {
    const problems = policiesOf(templates[name]!, { ...valuesOf(name), ...given }).flatMap(problemsOf);
    expect(problems).toEqual([]);
  });

  it('fits the limits of a template given by URL', () => {
    expect(JSON.stringify(templates[name]).length).toBeLessThan(1_000_000);
    expect(Object.keys(templates[name]!.Resources).length).toBeLessThanOrEqual(500);
  });
});

describe('the orchestrator stack and its region template', () => {
  it('describe the artifacts bucket in the same words', () => {
    const region = read('infra/artifacts-region.yml');
    for (const [id, resource] of Object.entries(region.Resources)) {
      expect(templates[orchestratorStack]!.Resources[id]).toEqual(resource);
    }
  });

  it('keep buckets, key and ledger when the stack goes', () => {
    for (const id of ['Artifacts', 'ArtifactsKey', 'Documents', 'Ledger']) {
      expect(templates[orchestratorStack]!.Resources[id]).toMatchObject({
        DeletionPolicy: 'Retain',
        UpdateReplacePolicy: 'Retain',
      });
    }
  });
});

function problemsOf({ name, use, document }: ShippedPolicy): string[] {
  const parsed = parsePolicy(document, use);
  return parsed.kind === 'policy' ? [] : parsed.problems.map(({ pointer, message }) => `${name}${pointer} ${message}`);
}
