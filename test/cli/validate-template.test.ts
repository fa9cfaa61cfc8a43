import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rehearse } from '#cli/commands/rehearse.ts';
import { release } from '#cli/commands/release.ts';
import { validate } from '#cli/commands/validate.ts';
import { runCli } from '#cli/run-cli.ts';
import { type Files, recorder, small, workspace } from './workspace.ts';

const topic = 'Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n';
const user = 'Resources:\n  Deployer:\n    Type: AWS::IAM::User\n';
const noPromise =
  'well formed, and no rule of the template gate is against it\n' +
  'Whether it deploys, and whether it is safe, this does not say: rehearse it, and read its plan.';
const nest = (path: string) =>
  `Resources:\n  Child:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: ${path}\n`;

async function run(root: string, ...words: string[]) {
  const terminal = recorder();
  const exit = await runCli(words, terminal, [validate, release, rehearse]);
  const text = [...terminal.printed, ...terminal.progressed].join('\n').replaceAll(`${root}/`, '');
  return { exit, text };
}

async function validated(files: Files, file: string, ...words: string[]) {
  const root = await workspace(files);
  return run(root, 'validate', join(root, file), ...words);
}

describe('drawbridge validate of a template', () => {
  it.each([
    ['YAML', 'a.yaml', topic],
    ['YAML with a version first', 'a.yml', `AWSTemplateFormatVersion: '2010-09-09'\n${topic}`],
    ['JSON', 'a.json', '{"Resources":{"Topic":{"Type":"AWS::SNS::Topic"}}}'],
    [
      'JSON with a name that is none of its',
      'a.template',
      '{ "Description": "x", "Resources": {"Topic":{"Type":"AWS::SNS::Topic"}}}',
    ],
  ])('%s', async (_name, file, text) => {
    expect(await validated({ [file]: text }, file)).toEqual({
      exit: 0,
      text: `valid: template ${file}: ${noPromise}`,
    });
  });

  it('needs no code to be there, and follows nested templates wherever they are', async () => {
    const files = {
      'a/a.yaml': nest('../b/b.yaml'),
      'b/b.yaml': `${topic}  Fn:\n    Type: AWS::Lambda::Function\n    Properties: { Code: ../nowhere }\n`,
    };
    expect(await validated(files, 'a/a.yaml')).toEqual({
      exit: 0,
      text: `valid: template a/a.yaml and 1 nested: ${noPromise}`,
    });
  });

  it('as JSON', async () => {
    const { exit, text } = await validated({ 'a.yaml': topic }, 'a.yaml', '--output', 'json');
    expect([exit, JSON.parse(text)]).toEqual([
      0,
      { schemaVersion: 1, ok: true, template: 'a.yaml', nested: 0, findings: [] },
    ]);
  });

  it('reports what the gate refuses: code, place, logical id, next step', async () => {
    expect(await validated({ 'a.yaml': user }, 'a.yaml')).toEqual({
      exit: 3,
      text: [
        'error GATE_STATIC_CREDENTIAL a.yaml:3:5 (/Resources/Deployer/Type) resource Deployer',
        '  AWS::IAM::User is or carries a static credential.',
        '  next: Take it out; use a role, which has no keys.',
      ].join('\n'),
    });
  });

  it('reports the same as JSON', async () => {
    const { exit, text } = await validated({ 'a.yaml': user }, 'a.yaml', '--output', 'json');
    expect(exit).toBe(3);
    expect(JSON.parse(text)).toMatchObject({
      ok: false,
      problems: [
        { code: 'GATE_STATIC_CREDENTIAL', place: { file: 'a.yaml', line: 3, column: 5, resource: 'Deployer' } },
      ],
    });
  });

  it.each<[string, Files, number, string[]]>([
    ['a template that is no YAML', { 'a.yaml': `${topic}  - x: [\n` }, 2, ['error TEMPLATE_INVALID a.yaml:']],
    [
      'a template that CloudFormation refuses',
      { 'a.yaml': `${topic}Output: {}\n` },
      2,
      ['error TEMPLATE_INVALID a.yaml:4:1'],
    ],
    [
      'one that is refused twice over',
      { 'a.yaml': `${user}Output: {}\n` },
      3,
      ['error TEMPLATE_INVALID', 'error GATE_STATIC_CREDENTIAL'],
    ],
    ['a key in a comment', { 'a.yaml': `${topic}# AKIA${'IOSFODNN7EXAMPLE'}\n` }, 3, ['error STATIC_KEY a.yaml:4:3']],
    [
      'a nested template that is missing',
      { 'a.yaml': nest('b.yaml') },
      2,
      ['error FILE_NOT_FOUND a.yaml:5:7 (/Resources/Child/Properties/TemplateURL) resource Child'],
    ],
    [
      'a template in itself',
      { 'a.yaml': nest('b.yaml'), 'b.yaml': nest('a.yaml') },
      2,
      ['error TEMPLATE_CYCLE b.yaml:5:7'],
    ],
    [
      'a nested template that is no template',
      { 'a.yaml': nest('b.yaml'), 'b.yaml': 'x' },
      2,
      ['error TEMPLATE_INVALID b.yaml:1:1'],
    ],
    [
      'a user in a nested template',
      { 'a.yaml': nest('b.yaml'), 'b.yaml': user },
      3,
      ['error GATE_STATIC_CREDENTIAL b.yaml:3:5 (/Resources/Deployer/Type) resource Child/Deployer'],
    ],
  ])('reports %s', async (_name, files, exit, said) => {
    const found = await validated(files, 'a.yaml');
    expect(found.exit).toBe(exit);
    expect(found.text.split('\n').filter((line) => line.startsWith('error'))).toEqual(
      said.map((line) => expect.stringContaining(line)),
    );
  });

  it('reads a template once that is nested twice', async () => {
    const twice = `${nest('b.yaml')}  Other:\n    Type: AWS::CloudFormation::Stack\n    Properties: { TemplateURL: b.yaml }\n`;
    const { text } = await validated({ 'a.yaml': twice, 'b.yaml': `${topic}Output: {}\n` }, 'a.yaml');
    expect(text.match(/TEMPLATE_INVALID/g)).toHaveLength(1);
    expect((await validated({ 'a.yaml': twice, 'b.yaml': user }, 'a.yaml')).text).toMatch(
      /Child\/Deployer[\s\S]*Other\/Deployer/,
    );
  });

  it.each([
    ['configuration, also where it speaks of Resources', 'apiVersion: drawbridge/v1\nResources: {}\n', /KIND|FIELD/],
    ['something else', 'hello: world\n', /FIELD_MISSING|KIND/],
  ])('takes %s for configuration', async (_name, text, said) => {
    const found = await validated({ 'a.yml': text }, 'a.yml');
    expect([found.exit, found.text]).toEqual([2, expect.stringMatching(said)]);
    expect(found.text).not.toContain('TEMPLATE');
  });
});

describe('the gate over a pipeline', () => {
  const refused: Files = {
    ...small,
    'templates/app.yaml': `${nest('child.yaml')}  Topic:\n    Type: AWS::SNS::Topic\n`,
    'templates/child.yaml': user,
  };

  it.each([
    ['validate', (root: string) => ['validate', root]],
    ['release', (root: string) => ['release', root, '--sandbox']],
    ['rehearse', (root: string) => ['rehearse', root, '--world', join(root, 'world')]],
  ])('%s refuses what it holds, before anything is contacted', async (_name, words) => {
    const root = await workspace(refused);
    const { exit, text } = await run(root, ...words(root));
    expect(exit).toBe(3);
    expect(text).toBe(
      [
        'error GATE_STATIC_CREDENTIAL templates/child.yaml:3:5 (/Resources/Deployer/Type) resource Child/Deployer',
        '  AWS::IAM::User is or carries a static credential.',
        '  next: Take it out; use a role, which has no keys.',
      ].join('\n'),
    );
  });

  it('judges a template once that two stacks share', async () => {
    const config = String(small['drawbridge.yml']).replace(
      'environments:',
      '  - name: other\n    template: templates/app.yaml\n    stackName: other\nenvironments:',
    );
    const root = await workspace({ ...small, 'drawbridge.yml': config, 'templates/app.yaml': user });
    expect((await run(root, 'validate', root)).text.match(/GATE_/g)).toHaveLength(1);
  });

  it('says both what CloudFormation and what the gate refuses', async () => {
    const loop =
      'Transform: AWS::LanguageExtensions\nResources:\n  Fn::ForEach::Keys: [N, [A], { "Key${N}": { Type: AWS::IAM::AccessKey } }]\n';
    const root = await workspace({ ...small, 'templates/app.yaml': loop });
    const { exit, text } = await run(root, 'validate', root);
    expect(exit).toBe(3);
    expect(text.match(/^error \S+/gm)).toEqual([
      'error TEMPLATE_INVALID',
      'error GATE_TRANSFORM',
      'error GATE_STATIC_CREDENTIAL',
    ]);
  });
});

describe('the shipped examples', () => {
  it.each(['orders', 'orders-update'])('%s passes, as a pipeline and as a template', async (name) => {
    expect((await run('', 'validate', `examples/${name}`)).exit).toBe(0);
    expect((await run('', 'validate', `examples/${name}/templates/orders.yaml`)).exit).toBe(0);
  });
});
