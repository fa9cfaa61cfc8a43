import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { explain } from '#cli/commands/explain.ts';
import { runCli } from '#cli/run-cli.ts';
import { type Files, recorder, workspace } from './workspace.ts';

async function run(path: string, ...words: string[]) {
  const terminal = recorder();
  const exit = await runCli(['explain', path, ...words], terminal, [explain]);
  return { exit, out: terminal.printed.join('\n'), err: terminal.progressed.join('\n') };
}

const template = `Parameters:
  Level: { Type: String, AllowedValues: [debug, info] }
  Ports: { Type: List<Number>, Default: "443" }
  Password: { Type: String, NoEcho: true }
  Ami: { Type: AWS::SSM::Parameter::Value<AWS::EC2::Image::Id> }
  Note: { Type: String, Default: "" }
Resources: { Topic: { Type: AWS::SNS::Topic } }
`;
const pipeline = `apiVersion: drawbridge/v1
kind: Pipeline
metadata: { name: app }
stacks:
  - name: app
    template: app.yaml
    stackName: app
    parameters:
      Level: debug
      Password: { secretRef: /app/db, jsonKey: password }
      Ami: { ssmRef: /golden/ami }
environments:
  - { name: pre-production, targets: { matchLabels: { env: pre } } }
  - { name: production, targets: { matchLabels: { env: prod } } }
---
apiVersion: drawbridge/v1
kind: Parameters
pipeline: app
layers:
  - values: { Level: info }
    tags: { team: commerce }
  - environment: production
    values: { Ports: [80, 443] }
  - matchLabels: { canary: "yes" }
    values: { Level: debug }
`;
const targets = `---
apiVersion: drawbridge/v1
kind: Target
metadata: { name: pre, labels: { env: pre, canary: "yes" } }
account: "222222222222"
region: eu-west-1
---
apiVersion: drawbridge/v1
kind: Target
metadata: { name: prod, labels: { env: prod } }
account: "333333333333"
region: eu-west-1
---
apiVersion: drawbridge/v1
kind: Policy
metadata: { name: guard }
selector: { environments: [production] }
groups: { managers: [alice, bob] }
approval: { groups: [managers] }
changeGates: [{ name: no-loss, when: { effects: [delete] }, action: deny }]
templateGate: { waive: [GATE_URL], transforms: ["AWS::LanguageExtensions"] }
recovery: { forceDelete: true }
`;
const whole: Files = { 'drawbridge.yml': pipeline + targets, 'app.yaml': template };

/** The folder and the release's digits left out. */
async function explained(files: Files, ...words: string[]) {
  const root = await workspace(files);
  const { exit, out, err } = await run(root, ...words);
  return { exit, err, out: out.replaceAll(`${root}/`, '').replace(/app-[0-9a-f]{12}/, 'app-<id>') };
}

describe('drawbridge explain', () => {
  it('says of each value what it is, who says it, and who is not listened to', async () => {
    const { exit, out, err } = await explained(whole, '--target', 'prod');
    expect([exit, err]).toEqual([0, '']);
    expect(out.split('\n')).toEqual([
      'pipeline app  release app-<id>',
      '',
      'production: prod  333333333333/eu-west-1  env=prod',
      '  wave      1 of 1, 1 at once',
      '  policy    guard: approval by managers, change gate no-loss, tolerates GATE_URL, allows AWS::LanguageExtensions, recovery',
      '',
      '  1. app as app',
      '     parameters',
      '       Ami       AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>  /golden/ami                                               pipeline                 drawbridge.yml:11',
      '       Level     String                                           info                                                      all targets              drawbridge.yml:20',
      '                                                                  over debug                                                pipeline                 drawbridge.yml:9',
      '       Note      String                                           ""                                                        default of the template  app.yaml:6',
      '       Password  String NoEcho                                    {{resolve:secretsmanager:/app/db:SecretString:password}}  pipeline                 drawbridge.yml:10',
      '       Ports     List<Number>                                     80,443                                                    environment production   drawbridge.yml:23',
      '                                                                  over 443                                                  default of the template  app.yaml:3',
      '     tags',
      '       drawbridge:pipeline  app       Drawbridge',
      '       team                 commerce  all targets  drawbridge.yml:21',
    ]);
  });

  it('says the same as JSON', async () => {
    const { exit, out } = await explained(whole, '--output', 'json', '--environment', 'pre-production');
    expect(exit).toBe(0);
    const { pipelines, ...head } = JSON.parse(out);
    expect(head).toEqual({ schemaVersion: 1, ok: true });
    expect(pipelines).toHaveLength(1);
    const [{ name, targets: found }] = pipelines;
    expect([name, found.length]).toEqual(['app', 1]);
    const [{ stacks, ...target }] = found;
    expect(target).toEqual({
      environment: 'pre-production',
      target: { name: 'pre', account: '222222222222', region: 'eu-west-1', labels: { env: 'pre', canary: 'yes' } },
      wave: { number: 1, of: 1, maxConcurrency: 1 },
      policies: [],
      elsewhere: [],
    });
    const value = (one: string) => stacks[0].parameters.find((parameter: { name: string }) => parameter.name === one);
    expect(value('Level')).toEqual({
      name: 'Level',
      type: 'String',
      noEcho: false,
      written: 'debug',
      receives: 'debug',
      from: {
        kind: 'labels',
        text: 'labels canary=yes',
        place: { file: 'drawbridge.yml', line: 25, column: 15, pointer: '/layers/2/values/Level' },
      },
      overrides: [
        {
          written: 'info',
          receives: 'info',
          from: { kind: 'all', text: 'all targets', place: expect.objectContaining({ line: 20 }) },
        },
        {
          written: 'debug',
          receives: 'debug',
          from: { kind: 'pipeline', text: 'pipeline', place: expect.objectContaining({ line: 9 }) },
        },
      ],
      perhaps: [],
    });
    expect(value('Ami')).toMatchObject({ written: { ssmRef: '/golden/ami' }, receives: '/golden/ami' });
    expect(value('Ports')).toMatchObject({
      receives: '443',
      from: { kind: 'default', place: { file: 'app.yaml', line: 3 } },
    });
  });

  it('says which stacks go where, and whose outputs are waited for', async () => {
    const { exit, out } = await run('examples/network-and-app', '--environment', 'production');
    expect(exit).toBe(0);
    const lines = out.split('\n').map((line) => line.trim().replaceAll(/ {2,}/g, ' | '));
    expect(lines).toEqual(
      expect.arrayContaining([
        'production: app-production | 333333333333/eu-west-1 | env=production role=application',
        'wave | 2 of 2, 1 at once',
        'policy | production: approval by release-managers, change gate network-stays',
        'not here | network: for role=network only',
        '1. app as shop-app | after network',
        'VpcId | AWS::EC2::VPC::Id | network.VpcId | pipeline | examples/network-and-app/drawbridge.yml:19',
        '(known once network is deployed in network-production)',
        'ArtifactsBucket | String | the artifacts bucket of eu-west-1 | Drawbridge',
        'owner | platform | labels role=network | examples/network-and-app/drawbridge.yml:40',
      ]),
    );
  });

  it('says what the page about parameters shows', async () => {
    const { out } = await run('examples/network-and-app', '--target', 'app-production');
    const page = await readFile('docs/how-to/parameters.md', 'utf8');
    expect(page).toContain(`\`\`\`text\n${out.split('\n').slice(2).join('\n')}\n\`\`\``);
  });

  it('says of a stack in the same target that its output is not known before', async () => {
    const { out } = await run('examples/sixty-stacks', '--target', 'production', '--stack', 'billing-01');
    expect(out).toMatch(
      /accounts-01\.TopicArn +pipeline .*\n +\(known once accounts-01 is deployed\)\n +over "" +default/,
    );
    expect(out).not.toContain('billing-02');
  });

  it('works without targets: what only some would get stands beside what the others get', async () => {
    const files = {
      ...whole,
      'drawbridge.yml': `${pipeline}  - target: prod-eu\n    values: {}\n    tags: { zone: eu }\n`,
    };
    const { exit, out } = await explained(files, '--environment', 'production');
    expect(exit).toBe(0);
    const lines = out.split('\n').map((line) => line.trim().replaceAll(/ {2,}/g, ' | '));
    expect(lines.slice(2, 5)).toEqual([
      'production: targets as in the ledger',
      'policy | none beside the pipeline',
      '',
    ]);
    expect(lines).toEqual(
      expect.arrayContaining([
        'Level | String | info | all targets | drawbridge.yml:20',
        'perhaps debug | labels canary=yes | drawbridge.yml:25',
        'zone | (only in some targets)',
        'perhaps eu | target prod-eu | drawbridge.yml:28',
      ]),
    );
  });
});

describe('what cannot be explained', () => {
  it.each<[string, Files, string[], number, RegExp]>([
    ['files that are invalid', { 'drawbridge.yml': '[' }, [], 2, /^error YAML_SYNTAX/],
    [
      'values that do not fit, all of them',
      { ...whole, 'app.yaml': template.replace('[debug, info]', '[warn]').replace('Note', 'Other') },
      [],
      2,
      /PARAMETER_VALUE .*drawbridge\.yml:25[\s\S]*PARAMETER_VALUE .*drawbridge\.yml:20/,
    ],
    ['an unknown target', whole, ['--target', 'prd'], 2, /REFERENCE_UNKNOWN\n.*no target prd\. Did you mean p/],
    ['an unknown environment', whole, ['--environment', 'prod'], 2, /no environment prod/],
    ['an unknown stack', whole, ['--stack', 'ap'], 2, /no stack ap\. Did you mean app\?/],
    ['an unknown pipeline', whole, ['--pipeline', 'x'], 2, /no pipeline x/],
    [
      'a target that the environment does not have',
      whole,
      ['--target', 'pre', '--environment', 'production'],
      2,
      /No deployment belongs to environment production and target pre at once\.\n.*There are pre, prod\./,
    ],
    ['files without a pipeline', { 'drawbridge.yml': targets.slice(4) }, [], 2, /no pipeline here/],
  ])('%s', async (_name, files, words, exit, text) => {
    const found = await explained(files, ...words);
    expect([found.exit, found.out]).toEqual([exit, '']);
    expect(found.err).toMatch(text);
  });

  it('a stack in a target that does not get it: told who does', async () => {
    const { exit, err } = await run('examples/network-and-app', '--target', 'app-production', '--stack', 'network');
    expect(exit).toBe(2);
    expect(err).toMatch(/network goes to network-pre-production, network-production\./);
  });

  it('a place outside the folder', async () => {
    const { exit, err } = await run(join(await workspace(whole), 'nowhere'));
    expect([exit, err]).toEqual([2, expect.stringContaining('FILE_NOT_FOUND')]);
  });
});
