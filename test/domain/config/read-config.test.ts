import { describe, expect, it } from 'vitest';
import { readConfig } from '#shared/domain/config/read-config.ts';
import {
  change,
  lines,
  parametersText,
  pipelineText,
  policyText,
  preText,
  problemsOf,
  prodText,
  targetText,
} from './config-text.ts';

const whole = [pipelineText, parametersText, preText, prodText, policyText];
const awsKey = `AKIA${'IOSFODNN7EXAMPLE'}`;

describe('a right configuration', () => {
  it.each([
    ['several files', whole],
    ['one file of several documents', [whole.join('---\n')]],
    ['documents that are empty or only comments are skipped', [`---\n# nothing\n---\n${whole.join('---\n')}`]],
    ['JSON', [JSON.stringify({ apiVersion: 'drawbridge/v1', kind: 'Policy', metadata: { name: 'p' } })]],
  ])('%s', (_name, texts) => {
    expect(problemsOf(...texts)).toEqual([]);
  });

  it('sorts the documents by kind and knows where everything stands', () => {
    const read = readConfig([{ path: 'drawbridge.yml', text: whole.join('---\n') }]);
    if (read.kind !== 'config') throw new Error('invalid');
    const { pipelines, parameters, targets, policies } = read.config;
    expect(pipelines.map(({ document }) => document.metadata.name)).toEqual(['orders']);
    expect(parameters.map(({ document }) => document.layers.length)).toEqual([2]);
    expect(targets.map(({ document }) => document.account)).toEqual(['222222222222', '333333333333']);
    expect(policies.map(({ document }) => document.approval)).toEqual([{ expires: '2h' }]);
    const placeOf = pipelines[0]!.placeOf;
    expect(placeOf(['stacks', 1, 'parameters', 'Instances'], 'key')).toEqual({
      file: 'drawbridge.yml',
      line: 15,
      column: 7,
      pointer: '/stacks/1/parameters/Instances',
    });
    expect(placeOf(['stacks', 1, 'parameters', 'Instances'])).toMatchObject({ line: 15, column: 18 });
    expect(placeOf(['metadata', 'labels', 'a/b~c'])).toMatchObject({
      line: 4,
      column: 3,
      pointer: '/metadata/labels/a~1b~0c',
    });
  });
});

const edit = (from: string, to: string) => [change(pipelineText, from, to)];
const editTarget = (from: string, to: string) => [change(prodText, from, to)];

/** name, files, problems in order */
const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['no file at all', [], ['CONFIG_EMPTY ']],
  ['an empty file', [''], ['CONFIG_EMPTY a.yml:1:1']],
  ['only a null document', ['---\n~\n'], ['CONFIG_EMPTY a.yml:1:1']],
  ['byte order mark', [`\uFEFF${policyText}`], ['YAML_FEATURE a.yml:1:1']],
  ['a file beyond all measure', [`# ${'x'.repeat(1_000_000)}`], ['LIMIT a.yml:1:1']],
  ['tab as indentation', edit('  name: orders\n', '\tname: orders\n'), ['YAML_SYNTAX a.yml:4:1']],
  ['unclosed bracket', edit('[network]', '[network'), ['YAML_SYNTAX a.yml:13:5']],
  ['anchor and alias', edit('[network]', '&a [*a]'), ['YAML_FEATURE a.yml:12:19', 'YAML_FEATURE a.yml:12:20']],
  [
    'aliases that multiply',
    ['a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n'],
    ['1:7', '2:7', '2:8', '2:12', '3:5', '3:9'].map((place) => `YAML_FEATURE a.yml:${place}`),
  ],
  ['merge key', edit('  name: orders\n', '  <<: { name: orders }\n'), ['YAML_FEATURE a.yml:4:3']],
  ['function tag', edit('  name: orders\n', '  name: !!js/function "f"\n'), ['YAML_FEATURE a.yml:4:23']],
  ['standard tag', edit('  name: orders\n', '  name: !!str orders\n'), ['YAML_FEATURE a.yml:4:15']],
  ['%YAML directive', [`%YAML 1.1\n---\n${policyText}`], ['YAML_FEATURE a.yml:3:1']],
  ['a key that is a number', edit('Instances', '12'), ['YAML_FEATURE a.yml:15:7']],
  ['a key that is a list', edit('Instances: 2', '? [a]\n      : 2'), ['YAML_FEATURE a.yml:15:9']],
  ['the key __proto__', edit('Instances', '__proto__'), ['YAML_FEATURE a.yml:15:7']],
  [
    'duplicate key',
    edit('    stackName: orders-api\n', '    stackName: orders-api\n    template: b.yaml\n'),
    ['DUPLICATE_KEY a.yml:12:5'],
  ],
  ['number with a leading zero', edit('Instances: 2', 'Instances: 007'), ['YAML_NUMBER a.yml:15:18']],
  ['version read as a number', edit('Instances: 2', 'Instances: 1.10'), ['YAML_NUMBER a.yml:15:18']],
  ['number of 20 digits', edit('Instances: 2', 'Instances: 12345678901234567890'), ['YAML_NUMBER a.yml:15:18']],

  ['document that is a list', ['- a\n'], ['FIELD_INVALID a.yml:1:1']],
  ['document that is a word', ['orders\n'], ['FIELD_INVALID a.yml:1:1']],
  ['no kind', edit('kind: Pipeline\n', ''), ['FIELD_MISSING a.yml:1:1']],
  ['misspelt kind', edit('kind: Pipeline', 'kind: Pipelin'), ['KIND_UNKNOWN a.yml:2:7 (/kind)']],
  ['another apiVersion', edit('drawbridge/v1', 'drawbridge/v2'), ['FIELD_INVALID a.yml:1:13 (/apiVersion)']],
  ['misspelt field', edit('    dependsOn:', '    dependOn:'), ['FIELD_UNKNOWN a.yml:12:5 (/stacks/1/dependOn)']],
  [
    'misspelt field of a map',
    edit('{ matchLabels: { env: pre } }', '{ matchLabel: { env: pre } }'),
    [
      'FIELD_MISSING a.yml:18:14 (/environments/0/targets/matchLabels)',
      'FIELD_UNKNOWN a.yml:18:16 (/environments/0/targets/matchLabel)',
    ],
  ],
  ['field that is not there', edit('    template: api.yaml\n', ''), ['FIELD_MISSING a.yml:9:5 (/stacks/1/template)']],
  [
    'field without a value',
    edit('    template: api.yaml\n', '    template:\n'),
    ['FIELD_INVALID a.yml:10:14 (/stacks/1/template)'],
  ],
  [
    'field with nothing behind it',
    editTarget('{ name: prod, ', '{ name, '),
    ['FIELD_INVALID a.yml:3:13 (/metadata/name)'],
  ],
  [
    'template somewhere else',
    edit('api.yaml', 'https://example.com/a'),
    ['FIELD_INVALID a.yml:10:15 (/stacks/1/template)'],
  ],
  [
    'no environments',
    [pipelineText.replace(/environments:[\s\S]*/, 'environments: []\n')],
    ['FIELD_INVALID a.yml:16:15 (/environments)'],
  ],
  [
    'no stacks',
    [pipelineText.replace(/stacks:[\s\S]*environments/, 'stacks: []\nenvironments')],
    ['FIELD_INVALID a.yml:5:9 (/stacks)'],
  ],
  [
    'environment with capitals and a space',
    edit('name: production', 'name: "Prod "'),
    ['FIELD_INVALID a.yml:19:11 (/environments/1/name)'],
  ],
  [
    'unknown capability',
    edit('    dependsOn', '    capabilities: [CAPABILITY_ALL]\n    dependsOn'),
    ['FIELD_INVALID a.yml:12:20 (/stacks/1/capabilities/0)'],
  ],
  [
    'value of no known form',
    edit('Instances: 2', 'Instances: { fromOuput: a.B }'),
    ['FIELD_INVALID a.yml:15:18 (/stacks/1/parameters/Instances)'],
  ],
  [
    'reserved parameter',
    edit('Instances: 2', 'ArtifactsBucket: b'),
    ['FIELD_INVALID a.yml:15:7 (/stacks/1/parameters/ArtifactsBucket)'],
  ],
  [
    'fromOutput in a layer',
    [change(parametersText, '{ LogLevel: info }', '{ A: { fromOutput: a.B } }')],
    ['FIELD_INVALID a.yml:5:18 (/layers/0/values/A)'],
  ],
  [
    'tag key of AWS',
    edit('    dependsOn', '    tags: { "aws:x": y }\n    dependsOn'),
    ['FIELD_INVALID a.yml:12:13 (/stacks/1/tags/aws:x)'],
  ],
  ['label that is not text', editTarget('env: prod', 'env: true'), ['FIELD_INVALID a.yml:3:40 (/metadata/labels/env)']],
  [
    'no label to match',
    edit('{ env: pre }', '{}'),
    ['FIELD_INVALID a.yml:18:29 (/environments/0/targets/matchLabels)'],
  ],
  [
    'no concurrency',
    edit('{ env: pre } }', '{ env: pre } }\n    maxConcurrency: 0'),
    ['FIELD_INVALID a.yml:19:21 (/environments/0/maxConcurrency)'],
  ],
  [
    'misspelt field of a wave',
    edit('{ env: pre } }', '{ env: pre } }\n    waves: [{ maxConcurency: 1 }]'),
    ['FIELD_UNKNOWN a.yml:19:15 (/environments/0/waves/0/maxConcurency)'],
  ],

  ['account of 11 digits', editTarget('"333333333333"', '"33333333333"'), ['ACCOUNT_ID a.yml:4:10 (/account)']],
  ['account as a number', editTarget('"333333333333"', '333333333333'), ['ACCOUNT_ID a.yml:4:10 (/account)']],
  [
    'account whose leading zero is lost',
    editTarget('"333333333333"', '012345678901'),
    ['ACCOUNT_ID a.yml:4:10 (/account)'],
  ],
  ['account that is missing', editTarget('account: "333333333333"\n', ''), ['FIELD_MISSING a.yml:1:1 (/account)']],
  ['region that does not exist', editTarget('eu-west-1', 'us-east-9'), ['REGION_UNKNOWN a.yml:5:9 (/region)']],
  ['stack name that starts with a digit', edit('orders-api', '1abc'), ['STACK_NAME a.yml:11:16 (/stacks/1/stackName)']],
  ['stack name with an underscore', edit('orders-api', 'a_b'), ['STACK_NAME a.yml:11:16 (/stacks/1/stackName)']],
  [
    'stack name of 129 characters',
    edit('orders-api', 'a'.repeat(129)),
    ['STACK_NAME a.yml:11:16 (/stacks/1/stackName)'],
  ],
  [
    'stack name that is an ARN',
    edit('orders-api', 'arn:aws:cloudformation:x'),
    ['STACK_NAME a.yml:11:16 (/stacks/1/stackName)'],
  ],
  [
    'parameter value of 4,097 bytes',
    edit('Instances: 2', `Instances: ${'ä'.repeat(2048)}x`),
    ['LIMIT a.yml:15:18 (/stacks/1/parameters/Instances)'],
  ],
  [
    '201 values',
    [change(parametersText, '{ LogLevel: info }', JSON.stringify(many(201)))],
    ['LIMIT a.yml:5:13 (/layers/0/values)'],
  ],
  [
    '51 tags',
    edit('    dependsOn', `    tags: ${JSON.stringify(many(51))}\n    dependsOn`),
    ['LIMIT a.yml:12:11 (/stacks/1/tags)'],
  ],
  ...[899, 3601, '"1h"'].map(
    (seconds) =>
      [
        `sessionSeconds ${seconds}`,
        [`${prodText}sessionSeconds: ${seconds}\n`],
        ['FIELD_INVALID a.yml:6:17 (/sessionSeconds)'],
      ] as const,
  ),

  ...['role', 'roles', 'roleArn', 'externalId', 'profile', 'accessKeyId', 'secretAccessKey'].map(
    (key) => [`the field ${key}`, [`${prodText}${key}: x\n`], [`FIELD_NOT_ALLOWED a.yml:6:1 (/${key})`]] as const,
  ),
  ['a field named like a method', [`${prodText}constructor: x\n`], ['FIELD_UNKNOWN a.yml:6:1 (/constructor)']],

  ['access key', edit('Instances: 2', `Instances: ${awsKey}`), ['STATIC_KEY a.yml:15:18']],
  ['access key in a comment of broken YAML', [`# ${awsKey}\na: [`], ['STATIC_KEY a.yml:1:3', 'YAML_SYNTAX a.yml:2:5']],

  [
    'environment twice',
    edit('name: production', 'name: pre-production'),
    ['DUPLICATE_NAME a.yml:19:11 (/environments/1/name)'],
  ],
  ['stack twice', edit('- name: api', '- name: network'), ['DUPLICATE_NAME a.yml:9:11 (/stacks/1/name)']],
  ['stackName twice', edit('orders-api', 'orders-network'), ['DUPLICATE_NAME a.yml:11:16 (/stacks/1/stackName)']],
  ['dependsOn nothing', edit('[network]', '[netwrok]'), ['REFERENCE_UNKNOWN a.yml:12:17 (/stacks/1/dependsOn/0)']],
  [
    'fromOutput of nothing',
    edit('network.VpcId', 'nothing.VpcId'),
    ['REFERENCE_UNKNOWN a.yml:14:14 (/stacks/1/parameters/VpcId)'],
  ],
  [
    'stacks that wait for each other',
    edit('    stackName: orders-network\n', '    stackName: orders-network\n    dependsOn: [api]\n'),
    ['DEPENDENCY_CYCLE a.yml:9:16 (/stacks/0/dependsOn)'],
  ],
  ['stack that waits for itself', edit('[network]', '[api]'), ['DEPENDENCY_CYCLE a.yml:12:16 (/stacks/1/dependsOn)']],

  ['pipeline twice', [pipelineText, pipelineText], ['DUPLICATE_NAME b.yml:4:9 (/metadata/name)']],
  ['policy twice', [policyText, policyText], ['DUPLICATE_NAME b.yml:3:19 (/metadata/name)']],
  [
    'target twice',
    [prodText, prodText],
    ['DUPLICATE_NAME b.yml:3:19 (/metadata/name)', 'TARGET_SHARED b.yml:4:10 (/account)'],
  ],
  [
    'parameters of no pipeline',
    [pipelineText, change(parametersText, 'pipeline: orders', 'pipeline: order')],
    ['REFERENCE_UNKNOWN b.yml:3:11 (/pipeline)'],
  ],
  [
    'layer of no environment',
    [pipelineText, change(parametersText, 'production', 'prodction')],
    ['REFERENCE_UNKNOWN b.yml:6:18 (/layers/1/environment)'],
  ],
  [
    'layer of no target',
    [preText, change(parametersText, 'environment: production', 'target: prod')],
    ['REFERENCE_UNKNOWN b.yml:6:13 (/layers/1/target)'],
  ],
  [
    'environment without targets',
    [pipelineText, preText],
    ['TARGETS_EMPTY a.yml:20:29 (/environments/1/targets/matchLabels)'],
  ],
  [
    'wave without targets',
    [withWaves('[{ matchLabels: { canary: "yes" } }, {}]'), preText, prodText],
    ['TARGETS_EMPTY a.yml:21:13 (/environments/1/waves/0)'],
  ],
  [
    'target in no wave',
    [
      withWaves('[{ matchLabels: { env: prod, canary: "yes" } }]'),
      preText,
      prodText,
      change(targetText('canary', '"444444444444"', 'prod'), 'env: prod', 'env: prod, canary: "yes"'),
    ],
    ['WAVES_INCOMPLETE a.yml:21:12 (/environments/1/waves)'],
  ],
  [
    'pre-production and production in one account',
    [pipelineText, preText, change(change(prodText, '333333333333', '222222222222'), 'eu-west-1', 'eu-west-2')],
    ['SAME_ACCOUNT c.yml:4:10 (/account)'],
  ],
  [
    'one account and region twice',
    [pipelineText, preText, change(prodText, '333333333333', '222222222222')],
    ['TARGET_SHARED c.yml:4:10 (/account)'],
  ],
  [
    'target in two environments',
    [change(pipelineText, 'env: prod', 'env: pre'), preText],
    ['TARGET_SHARED b.yml:3:32 (/metadata/labels)'],
  ],
];

function many(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`P${index}`, 'x']));
}

function withWaves(waves: string): string {
  return change(pipelineText, '{ env: prod } }\n', `{ env: prod } }\n    waves: ${waves}\n`);
}

describe('a wrong configuration', () => {
  it.each(cases)('%s', (_name, texts, expected) => {
    expect(lines(problemsOf(...texts))).toEqual(expected);
  });

  it.each(cases)('%s: the exit code is 3 for a leaked key and 2 for everything else', (_name, texts) => {
    for (const { code, exit, cause, next } of problemsOf(...texts)) {
      expect(exit).toBe(code === 'STATIC_KEY' ? 3 : 2);
      expect(cause).toMatch(/\S.*[.?]$/);
      expect(next).toMatch(/\S.*\.$/);
    }
  });

  it('survives brackets that are nested without end', () => {
    expect(problemsOf(`a: ${'['.repeat(20_000)}`).map(({ code }) => code)).toEqual(['YAML_SYNTAX']);
  });

  it('reports everything at once, in the order of the files', () => {
    const broken = change(change(pipelineText, 'orders-api', '1abc'), '[network]', '&x [network]');
    const found = lines(
      problemsOf(change(prodText, 'eu-west-1', 'eu-west-9'), broken, change(preText, '"222222222222"', '2')),
    );
    expect(found).toEqual([
      'REGION_UNKNOWN a.yml:5:9 (/region)',
      'YAML_FEATURE b.yml:12:19',
      'ACCOUNT_ID c.yml:4:10 (/account)',
    ]);
  });
});

describe('what the sentences say', () => {
  const sentence = (...texts: string[]) => problemsOf(...texts).map(({ cause, next }) => `${cause} ${next}`);

  it.each([
    ['the account', editTarget('"333333333333"', '012345678901'), /is not a quoted string of 12 digits\. Quote it/],
    ['the region', editTarget('eu-west-1', 'us-east-9'), /no AWS region us-east-9\. Did you mean us-east-1\?/],
    ['the kind', edit('kind: Pipeline', 'kind: Pipelin'), /no kind Pipelin\. Did you mean Pipeline\?/],
    ['a kind like nothing', edit('kind: Pipeline', 'kind: Deployment'), /no kind Deployment\. The kinds are/],
    [
      'the field',
      edit('    dependsOn:', '    dependOn:'),
      /no field dependOn here\. Did you mean dependsOn\?.*terminationProtection/,
    ],
    ['the number', edit('Instances: 2', 'Instances: 1.10'), /1\.10 would be read as 1\.1\. Quote it: "1\.10"/],
    ['the key', edit('Instances: 2', 'Instances: 2\n      "Instances": 3'), /The key Instances is written twice/],
    ['the stack', edit('[network]', '[netwrok]'), /no stack netwrok\. Did you mean network\?/],
    ['the circle', edit('[network]', '[api]'), /api -> api/],
    ['the range', [`${prodText}sessionSeconds: 3601\n`], /sessionSeconds.*3600/],
    ['the size', edit('Instances: 2', `Instances: ${'x'.repeat(4097)}`), /4097 bytes; the limit is 4096/],
    ['the external id', [`${prodText}externalId: x\n`], /the ledger keeps it/],
    ['the tab', edit('  name: orders\n', '\tname: orders\n'), /tabs are not allowed as indentation/i],
    [
      'the empty wave',
      [withWaves('[{ matchLabels: { canary: "yes" } }, {}]'), preText, prodText],
      /Wave 1 of production/,
    ],
  ])('name %s', (_name, texts, expected) => {
    expect(sentence(...texts)).toEqual([expect.stringMatching(expected)]);
  });

  it('never show an access key, wherever it stands', () => {
    const found = problemsOf(`${prodText}${awsKey}: x\n`);
    expect(lines(found)).toEqual(['STATIC_KEY a.yml:6:1', 'FIELD_UNKNOWN a.yml:6:1 (/AKIA****************)']);
    expect(JSON.stringify(found)).not.toContain(awsKey);
    expect(found[0]?.cause).toContain('AKIA****************');
  });
});

describe('principals', () => {
  const withTag = (arn: string) => edit('    dependsOn', `    tags: { owner: "${arn}" }\n    dependsOn`);

  it.each([
    ['a role', 'arn:aws:iam::999999999999:role/x', 'a role,'],
    ['a user', 'arn:aws:iam::999999999999:user/x', 'a user,'],
    ['an account root', 'arn:aws:iam::999999999999:root', 'an account root,'],
    ['a session', 'arn:aws:sts::999999999999:assumed-role/x/y', 'a session of a role,'],
    ['another partition', 'arn:aws-cn:iam::999999999999:role/x', 'a role in partition aws-cn,'],
  ])('%s is refused, by name', (_name, arn, words) => {
    const found = problemsOf(...withTag(arn));
    expect(lines(found)).toEqual(['ROLE_ARN a.yml:12:20 (/stacks/1/tags/owner)']);
    expect(found[0]?.cause).toContain(words);
    expect(found[0]?.exit).toBe(2);
  });

  it('is refused in a document that is wrong otherwise too', () => {
    expect(lines(problemsOf(`${prodText}roleArn: arn:aws:iam::999999999999:role/x\n`))).toEqual([
      'FIELD_NOT_ALLOWED a.yml:6:1 (/roleArn)',
      'ROLE_ARN a.yml:6:10 (/roleArn)',
    ]);
  });

  it.each([
    ['in a stack', edit('Instances: 2', 'Instances: arn:aws:iam::999999999999:role/x')],
    ['in a layer', [change(parametersText, 'info', 'arn:aws:iam::999999999999:role/x')]],
  ])('may be the value of a template parameter %s', (_name, texts) => {
    expect(problemsOf(...texts)).toEqual([]);
  });
});

describe('targets', () => {
  const elsewhere = change(change(prodText, '333333333333', '222222222222'), 'eu-west-1', 'eu-west-2');

  it('may share an account in different regions if both say so', () => {
    const allow = 'allowSameAccount: true\n';
    expect(problemsOf(pipelineText, preText + allow, elsewhere + allow)).toEqual([]);
    expect(lines(problemsOf(pipelineText, preText + allow, elsewhere))).toEqual(['SAME_ACCOUNT c.yml:4:10 (/account)']);
  });

  it('of one environment may share an account', () => {
    const both = change(change(elsewhere, 'env: prod', 'env: pre'), 'name: prod', 'name: pre-2');
    expect(problemsOf(pipelineText, preText, both, prodText)).toEqual([]);
  });

  it('may be missing where the environment allows it', () => {
    const empty = change(pipelineText, '{ env: prod } }', '{ env: prod } }\n    allowEmpty: true');
    expect(problemsOf(empty, preText)).toEqual([]);
  });

  it('are not asked for while the files define none', () => {
    expect(problemsOf(pipelineText, parametersText)).toEqual([]);
  });
});
