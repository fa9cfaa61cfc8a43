/** What the template gate finds and a policy beside the pipeline tolerates. */
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { release } from '#cli/commands/release.ts';
import { validate } from '#cli/commands/validate.ts';
import { loadConfig } from '#cli/load-config.ts';
import { packagePipeline } from '#cli/package-release.ts';
import { runCli } from '#cli/run-cli.ts';
import { recorder, workspace } from './workspace.ts';

const pipeline = `apiVersion: drawbridge/v1
kind: Pipeline
metadata: { name: app }
stacks:
  - { name: app, template: app.yaml, stackName: app, capabilities: [CAPABILITY_IAM] }
environments:
  - { name: pre-production, targets: { matchLabels: { env: pre } } }
  - { name: production, targets: { matchLabels: { env: prod } } }
`;
/** A role without the boundary, under a policy that is open to all. */
const template = `Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }]
`;
const serverless = 'Transform: AWS::Serverless-2016-10-31\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\n';
const target = (env: string, account: string, more = '') =>
  `---\napiVersion: drawbridge/v1\nkind: Target\nmetadata: { name: ${env}, labels: { env: ${env}${more} } }\naccount: "${account}"\nregion: eu-west-1\n`;
const policy = (gate: string, selector = '{}') =>
  `---\napiVersion: drawbridge/v1\nkind: Policy\nmetadata: { name: tolerant }\nselector: ${selector}\ntemplateGate: ${gate}\n`;

async function validated(documents: string, app: string, ...words: string[]) {
  const root = await workspace({ 'drawbridge.yml': pipeline + documents, 'app.yaml': app });
  const terminal = recorder();
  const exit = await runCli(['validate', root, ...words], terminal, [validate]);
  const strip = (texts: readonly string[]) => texts.join('\n').replaceAll(`${root}/`, '');
  return { exit, out: strip(terminal.printed), err: strip(terminal.progressed), root };
}

describe('a finding of the template gate', () => {
  it('is a problem where no policy tolerates it', async () => {
    const { exit, err } = await validated('', template);
    expect([exit, err.split('\n')[0]]).toEqual([3, expect.stringMatching(/^error GATE_BOUNDARY app\.yaml:2:3/)]);
  });

  it.each([
    ['everywhere', '{}', 'pre-production, production'],
    ['in one environment, where it is said to be', '{ environments: [pre-production] }', 'pre-production'],
    ['in this pipeline', '{ pipelines: [app] }', 'pre-production, production'],
  ])('is shown as waived where a policy tolerates it %s', async (_name, selector, where) => {
    const { exit, out, err } = await validated(policy('{ waive: [GATE_BOUNDARY] }', selector), template);
    expect([exit, err]).toEqual([0, '']);
    expect(out.split('\n').filter((line) => line.includes('waived'))).toEqual([
      expect.stringMatching(
        new RegExp(`^ {2}waived {7}GATE_BOUNDARY in ${where} {2}The role has no .* {2}app\\.yaml:2:3 .*resource Role$`),
      ),
    ]);
    expect(out).toMatch(/valid: 1 pipeline, 0 targets, 1 policy$/);
  });

  it('is in the JSON too, with its place', async () => {
    const { exit, out } = await validated(policy('{ waive: [GATE_BOUNDARY] }'), template, '--output', 'json');
    expect(exit).toBe(0);
    expect(JSON.parse(out).pipelines[0].waived).toEqual([
      {
        ...{ code: 'GATE_BOUNDARY', resource: 'Role', file: 'app.yaml', line: 2, column: 3 },
        ...{ pointer: expect.stringMatching(/^\/Resources\/Role/), what: expect.any(String), next: expect.any(String) },
        environments: ['pre-production', 'production'],
      },
    ]);
  });

  it.each([
    ['another code', '{ waive: [GATE_POLICY] }', '{}'],
    ['another pipeline', '{ waive: [GATE_BOUNDARY] }', '{ pipelines: [other] }'],
    ['another environment', '{ waive: [GATE_BOUNDARY] }', '{ environments: [staging] }'],
    ['targets that are not known here', '{ waive: [GATE_BOUNDARY] }', '{ matchLabels: { env: prod } }'],
  ])('stays a problem under a policy about %s', async (_name, gate, selector) => {
    expect((await validated(policy(gate, selector), template)).exit).toBe(3);
  });

  it('is tolerated by the labels of the targets that are known', async () => {
    const targets = target('pre', '222222222222') + target('prod', '333333333333', ', canary: "yes"');
    const { exit, out } = await validated(
      targets + policy('{ waive: [GATE_BOUNDARY] }', '{ matchLabels: { canary: "yes" } }'),
      template,
    );
    expect([exit, out]).toEqual([0, expect.stringMatching(/GATE_BOUNDARY in production {2}/)]);
  });

  it('is not tolerated in a template by itself: no pipeline says which policies are about it', async () => {
    const { root } = await validated(policy('{ waive: [GATE_BOUNDARY] }'), template);
    expect(await runCli(['validate', join(root, 'app.yaml')], recorder(), [validate])).toBe(3);
  });
});

describe('a transform', () => {
  it('is refused unless a policy names it', async () => {
    expect(await validated('', serverless)).toMatchObject({
      exit: 3,
      err: expect.stringMatching(/^error GATE_TRANSFORM/),
    });
    const { exit, out } = await validated(policy('{ transforms: ["AWS::Serverless-2016-10-31"] }'), serverless);
    expect([exit, out]).toEqual([
      0,
      expect.stringMatching(/waived {7}GATE_TRANSFORM in pre-production, production {2}The transform/),
    ]);
    expect((await validated(policy('{ transforms: ["AWS::LanguageExtensions"] }'), serverless)).exit).toBe(3);
  });
});

it('is shown by the release too, before anybody is called', async () => {
  const { root } = await validated(policy('{ waive: [GATE_BOUNDARY] }'), template);
  const terminal = recorder();
  const words = ['release', root, '--api', 'http://127.0.0.1:9', '--region', 'eu-west-1'];
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, 'X');
  expect(await runCli(words, terminal, [release])).toBe(5);
  expect(terminal.progressed[0]).toMatch(/^waived GATE_BOUNDARY in pre-production, production {2}The role/);
  expect(terminal.progressed[1]).toMatch(/^error API_UNREACHABLE/);
  vi.unstubAllEnvs();
});

it('a release is the same whether a policy tolerates something in it or not has to be asked', async () => {
  const topic = 'Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n';
  const digests = await Promise.all(
    ['', policy('{ waive: [GATE_BOUNDARY] }')].map(async (documents) => {
      const loaded = await loadConfig(await workspace({ 'drawbridge.yml': pipeline + documents, 'app.yaml': topic }));
      if (loaded.kind === 'invalid') throw new Error(JSON.stringify(loaded.problems));
      const packaged = await packagePipeline(loaded, loaded.config.pipelines[0]!);
      return packaged.kind === 'release' ? packaged.digest : packaged.problems;
    }),
  );
  expect(digests[0]).toMatch(/^sha256:/);
  expect(digests[1]).toBe(digests[0]);
});
