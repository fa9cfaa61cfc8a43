/** Wrong files and wrong words on the command line: each is refused with its place and the next step, before anything is written. */
import { describe, expect, it } from 'vitest';
import { refused } from './refusal.ts';
import type { Files } from './workspace.ts';

const pipeline = `apiVersion: drawbridge/v1
kind: Pipeline
metadata: { name: app }
stacks:
  - { name: app, template: app.yaml, stackName: app }
environments:
  - { name: pre-production, targets: { matchLabels: { env: pre } } }
  - { name: production, targets: { matchLabels: { env: prod } } }
`;
const target = (name: string, account: string, more = '') => `---
apiVersion: drawbridge/v1
kind: Target
metadata: { name: ${name}, labels: { env: ${name} } }
account: ${account}
region: eu-west-1
${more}`;
const good = pipeline + target('pre', '"222222222222"') + target('prod', '"333333333333"');
const template = 'Resources: { Topic: { Type: AWS::SNS::Topic } }\n';

/** The good configuration with one piece of text replaced. */
function wrong(from: string, to: string): Files {
  const edited = good.replace(from, to);
  if (edited === good) throw new Error(`the configuration has no ${from}`);
  return { 'drawbridge.yml': edited, 'app.yaml': template };
}
const production = 'account: "333333333333"\nregion: eu-west-1\n';
const withField = (field: string) => wrong(production, `${production}${field}\n`);

describe('a file that cannot be read', () => {
  it.each<[string, Files, string, string, RegExp]>([
    ['is missing', { 'app.yaml': template }, 'nowhere.yml', 'FILE_NOT_FOUND nowhere.yml', /no file/],
    ['is a folder without configuration', { 'app.yaml': template }, '.', 'FILE_NOT_FOUND drawbridge.yml', /no file/],
    [
      'has a byte order mark',
      { 'drawbridge.yml': `\uFEFF${good}` },
      '.',
      'YAML_FEATURE drawbridge.yml:1:1',
      /byte order mark/,
    ],
    [
      'is indented with tabs',
      { 'drawbridge.yml': 'metadata:\n\tname: app\n' },
      '.',
      'YAML_SYNTAX drawbridge.yml:2:1',
      /[Tt]ab|spaces/,
    ],
    ['is not UTF-8', { 'drawbridge.yml': new Uint8Array([0x61, 0xff]) }, '.', 'FILE_ENCODING drawbridge.yml', /UTF-8/],
    [
      'names a template that is missing',
      { 'drawbridge.yml': good },
      '.',
      'FILE_NOT_FOUND drawbridge.yml:5:28 (/stacks/0/template)',
      /no file/,
    ],
  ])('%s: exit 2', async (_name, files, path, problem, text) => {
    const found = await refused(files, path);
    expect([found.exit, found.problems]).toEqual([2, [problem]]);
    expect(found.text).toMatch(text);
  });
});

describe('YAML that hides something', () => {
  const bomb = ['a: &a [x, x, x]', 'b: &b [*a, *a, *a]', 'c: [*b, *b, *b]'].join('\n');
  it.each<[string, Files, RegExp]>([
    ['anchors', { 'drawbridge.yml': `${bomb}\n` }, /YAML_FEATURE drawbridge\.yml:1:7/],
    ['a tag', wrong('name: app', 'name: !!js/function app'), /YAML_FEATURE drawbridge\.yml:3:/],
    [
      'a merge key',
      wrong('metadata: { name: app }', 'metadata: { <<: { name: app } }'),
      /YAML_FEATURE drawbridge\.yml:3:13/,
    ],
  ])('%s: exit 2', async (_name, files, problem) => {
    const { exit, problems } = await refused(files);
    expect(exit).toBe(2);
    expect(problems[0]).toMatch(problem);
  });
});

describe('configuration that cannot be meant', () => {
  it.each<[string, Files, string, RegExp]>([
    [
      'two environments of one name',
      wrong('name: production, targets', 'name: pre-production, targets'),
      'DUPLICATE_NAME',
      /pre-production/,
    ],
    [
      'no environment',
      wrong(good.slice(good.indexOf('environments:'), good.indexOf('---')), 'environments: []\n'),
      'FIELD_INVALID',
      /environments/,
    ],
    [
      'stacks in a circle',
      wrong(
        '  - { name: app, template: app.yaml, stackName: app }',
        '  - { name: a, template: app.yaml, stackName: a, dependsOn: [b] }\n  - { name: b, template: app.yaml, stackName: b, dependsOn: [a] }',
      ),
      'DEPENDENCY_CYCLE',
      /a -> b -> a|b -> a -> b/,
    ],
    ['an account id of 11 digits', wrong('"333333333333"', '"33333333333"'), 'ACCOUNT_ID', /Quote it/],
    ['an account id that is a number', wrong('"333333333333"', '333333333333'), 'ACCOUNT_ID', /Quote it/],
    [
      'an account id that lost its leading zero',
      wrong('"333333333333"', '012345678901'),
      'ACCOUNT_ID',
      /12345678901 is not a quoted string.*Quote it/,
    ],
    [
      'one account and region for two environments',
      wrong('"333333333333"', '"222222222222"'),
      'TARGET_SHARED',
      /222222222222\/eu-west-1/,
    ],
    [
      'one account for two environments',
      wrong(production, 'account: "222222222222"\nregion: eu-west-2\n'),
      'SAME_ACCOUNT',
      /222222222222.*allowSameAccount/,
    ],
    [
      'a region that does not exist',
      wrong(production, production.replace('eu-west-1', 'us-east-9')),
      'REGION_UNKNOWN',
      /us-east-9/,
    ],
    ['a session of 899 seconds', withField('sessionSeconds: 899'), 'FIELD_INVALID', /900/],
    ['a session of 3601 seconds', withField('sessionSeconds: 3601'), 'FIELD_INVALID', /3600/],
    ['a session of "1h"', withField('sessionSeconds: "1h"'), 'FIELD_INVALID', /sessionSeconds/],
    ['an external id', withField('externalId: abc'), 'FIELD_NOT_ALLOWED', /externalId/],
    ['a misspelt field', withField('sesionSeconds: 900'), 'FIELD_UNKNOWN', /Did you mean sessionSeconds\?/],
  ])('%s: exit 2 with its line', async (_name, files, code, text) => {
    const found = await refused(files);
    expect(found.exit).toBe(2);
    expect(found.problems[0]).toMatch(new RegExp(`^${code} drawbridge\\.yml:\\d+:\\d+`));
    expect(found.text).toMatch(text);
  });

  it.each([
    ['a role of another account', 'arn:aws:iam::444444444444:role/x', 'names a role,'],
    ['a user', 'arn:aws:iam::333333333333:user/x', 'names a user,'],
    ['the root', 'arn:aws:iam::333333333333:root', 'names an account root,'],
    ['a session', 'arn:aws:sts::333333333333:assumed-role/x/y', 'names a session of a role,'],
    ['a role of another partition', 'arn:aws-cn:iam::333333333333:role/x', 'names a role in partition aws-cn,'],
  ])('the ARN of %s, where roles are derived: exit 2, each said differently', async (_name, arn, words) => {
    const found = await refused(withField(`roleArn: ${arn}`));
    expect([found.exit, found.problems.toSorted()]).toEqual([
      2,
      ['FIELD_NOT_ALLOWED drawbridge.yml:21:1 (/roleArn)', 'ROLE_ARN drawbridge.yml:21:10 (/roleArn)'],
    ]);
    expect(found.text).toContain(`${arn} ${words}`);
  });

  it('an access key: exit 3, shown only in part', async () => {
    const key = `AKIA${'IOSFODNN7EXAMPLE'}`;
    const found = await refused(withField(`# ${key}`));
    expect([found.exit, found.problems[0]]).toEqual([3, expect.stringMatching(/^STATIC_KEY drawbridge\.yml:\d+:\d+/)]);
    expect(found.text).not.toContain(key);
  });

  it('the highest exit code of several problems wins, and all are listed', async () => {
    const key = `AKIA${'IOSFODNN7EXAMPLE'}`;
    const files = wrong('"333333333333"', `"33333333333" # ${key}`);
    const { exit, problems } = await refused(files);
    expect([exit, problems.map((text) => text.split(' ')[0]).sort()]).toEqual([3, ['ACCOUNT_ID', 'STATIC_KEY']]);
  });
});

describe('B-47: an address that leads elsewhere than to a host of the internet', () => {
  it.each([
    ['http://deploys.example.com/{promotion}'],
    ['https://localhost/'],
    ['https://169.254.169.254/latest/meta-data/'],
    ['https://a@b'],
    ['https://[::ffff:169.254.169.254]/'],
  ])('%s: exit 2 URL_NOT_ALLOWED', async (link) => {
    const webhook = `---
apiVersion: drawbridge/v1
kind: Webhook
metadata: { name: ci }
provider: github
pipeline: app
repository: { id: 7, fullName: acme/app }
refs: [refs/heads/main]
events: [deployment]
link: '${link}'
`;
    const found = await refused({ 'drawbridge.yml': good + webhook, 'app.yaml': template });
    const line = good.split('\n').length + 9;
    expect([found.exit, found.problems]).toEqual([2, [`URL_NOT_ALLOWED drawbridge.yml:${line}:7 (/link)`]]);
    expect(found.text).not.toContain(link);
  });
});
