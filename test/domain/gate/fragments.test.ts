import { describe, expect, it } from 'vitest';
import { nestedReferences } from '#shared/domain/gate/url-rule.ts';
import type { JsonObject } from '#shared/domain/template/template.ts';
import { findingsOf, namesOf, saidOf } from './gate.ts';

const Topic = { Type: 'AWS::SNS::Topic' };
const transformed = (Transform: unknown, transforms: string[] = []) =>
  findingsOf({ Transform, Resources: { Topic } }, { transforms }).map(({ what, pointer }) => `${pointer} ${what}`);
const unlisted = (name: string) => `The transform ${name} is not on the list of allowed transforms.`;

describe('transforms', () => {
  it.each([
    ['a macro', 'Rewrite', [`/Transform ${unlisted('Rewrite')}`]],
    [
      'the serverless transform',
      'AWS::Serverless-2016-10-31',
      [`/Transform ${unlisted('AWS::Serverless-2016-10-31')}`],
    ],
    ['several', ['A', 'B'], [`/Transform/0 ${unlisted('A')}`, `/Transform/1 ${unlisted('B')}`]],
    ['one with parameters', { Name: 'Rewrite', Parameters: {} }, [`/Transform ${unlisted('Rewrite')}`]],
    ['one without a name', { Parameters: {} }, [`/Transform ${unlisted('{"Parameters":{}}')}`]],
  ])('%s: refused unless listed', (_name, transform, said) => {
    expect(transformed(transform)).toEqual(said);
  });

  it('are allowed by their exact names', () => {
    const listed = ['AWS::Serverless-2016-10-31', 'Rewrite'];
    expect(transformed(['AWS::Serverless-2016-10-31', { Name: 'Rewrite' }], listed)).toEqual([]);
    expect(transformed('rewrite', listed)).toHaveLength(1);
    expect(transformed('AWS::Serverless', listed)).toHaveLength(1);
  });

  it('AWS::Include is refused even where somebody lists it', () => {
    expect(transformed({ Name: 'AWS::Include', Parameters: { Location: 's3://b/k' } }, ['AWS::Include'])).toEqual([
      `/Transform ${unlisted('AWS::Include')}`,
    ]);
  });

  it.each([
    ['among the resources', { Resources: { Topic, 'Fn::Transform': { Name: 'M' } } }, '/Resources/Fn::Transform'],
    [
      'among properties',
      { Resources: { Topic: { ...Topic, Properties: { 'Fn::Transform': { Name: 'M' } } } } },
      '/Resources/Topic/Properties/Fn::Transform',
    ],
    [
      'in a list',
      { Resources: { Topic }, Outputs: { O: { Value: [{ 'Fn::Transform': { Name: 'M' } }] } } },
      '/Outputs/O/Value/0/Fn::Transform',
    ],
    ['in a mapping', { Resources: { Topic }, Mappings: { 'Fn::Transform': { Name: 'M' } } }, '/Mappings/Fn::Transform'],
  ])('Fn::Transform %s is refused, listed or not', (_name, template, pointer) => {
    const found = findingsOf(template, { transforms: ['M'] });
    expect(found).toContainEqual(
      expect.objectContaining({ code: 'GATE_TRANSFORM', pointer, what: 'Fn::Transform puts in what M answers.' }),
    );
  });
});

describe('resources that bring what no gate has seen', () => {
  it.each([
    'AWS::CloudFormation::Macro',
    'AWS::CloudFormation::ModuleVersion',
    'AWS::CloudFormation::ModuleDefaultVersion',
    'AWS::CloudFormation::TypeActivation',
    'AWS::CloudFormation::StackSet',
    'AWS::ServiceCatalog::CloudFormationProduct',
    'AWS::ServiceCatalog::CloudFormationProvisionedProduct',
    'AWS::CloudFormation::PublicTypeVersion',
    'AWS::CloudFormation::ResourceVersion',
    'AWS::CloudFormation::ResourceDefaultVersion',
    'AWS::CloudFormation::HookVersion',
    'AWS::CloudFormation::LambdaHook',
    'AWS::Config::ConformancePack',
    'AWS::Config::OrganizationConformancePack',
    'AWS::Proton::EnvironmentTemplate',
    'AWS::Serverless::Application',
    'AWS::SageMaker::Project',
    'AWS::ElasticBeanstalk::ApplicationVersion',
    'AWS::ElasticBeanstalk::Environment',
    'AWS::SSMQuickSetup::ConfigurationManager',
    'AWS::DataZone::Environment',
    'Vendor::Network::Part::MODULE',
    'Vendor::Network::Part::module',
  ])('%s', (Type) => {
    expect(namesOf({ Resources: { It: { Type } } })).toEqual(['GATE_TRANSFORM It']);
    expect(saidOf({ Type })[0]).toMatch(new RegExp(`^${Type} .+\\.$`));
  });

  it.each([
    'AWS::CloudFormation::WaitCondition',
    'AWS::CloudFormation::CustomResource',
    'AWS::Config::ConfigRule',
    'AWS::Serverless::Function',
    'AWS::ElasticBeanstalk::Application',
    'AWS::SageMaker::Pipeline',
    'AWS::DataZone::Project',
    'Custom::Names',
    'constructor',
  ])('not %s', (Type) => {
    expect(saidOf({ Type })).toEqual([]);
  });
});

describe('the address of a nested template', () => {
  const key = `templates/${'a'.repeat(64)}`;
  const stack = (TemplateURL: unknown) => ({ Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL } });
  const packaged = { 'Fn::Sub': `https://\${ArtifactsBucket}.s3.\${AWS::Region}.\${AWS::URLSuffix}/${key}` };
  const filledIn = (host: string) => `https://${host}/${key}`;
  const context = { artifactsBuckets: ['artifacts-eu-west-1'] };
  const known = { It: { template: { Resources: { Topic } } } };
  const said = (url: unknown, more = {}) =>
    findingsOf({ Resources: { It: stack(url) } }, { ...context, ...more }, known).map(
      ({ code, what }) => `${code} ${what}`,
    );

  it.each([
    ['a path', 'nested/child.yaml'],
    ['a path that climbs', '../child.yaml'],
    ['what packaging writes', packaged],
    ['code of the release', { 'Fn::Sub': packaged['Fn::Sub'].replace('templates', 'assets') }],
    ['the same with the bucket filled in', filledIn('artifacts-eu-west-1.s3.eu-west-1.amazonaws.com')],
    ['the same in China', filledIn('artifacts-eu-west-1.s3.cn-north-1.amazonaws.com.cn')],
    ['a path in both branches', { 'Fn::If': ['C', 'a.yaml', 'b.yaml'] }],
  ])('%s is taken', (_name, url) => {
    expect(said(url)).toEqual([]);
  });

  const foreign = 'which is no pinned object of the artifacts bucket';
  const noSource = 'only a path or an https address of the artifacts bucket is a source';
  it.each([
    ['another bucket', filledIn('other.s3.eu-west-1.amazonaws.com'), foreign],
    ['another host', filledIn('artifacts-eu-west-1.s3.eu-west-1.amazonaws.com.example'), foreign],
    ['a host before', filledIn('x/artifacts-eu-west-1.s3.eu-west-1.amazonaws.com'), foreign],
    ['a name and password', filledIn('artifacts-eu-west-1@example.s3.eu-west-1.amazonaws.com'), foreign],
    ['an object that is not pinned', 'https://artifacts-eu-west-1.s3.eu-west-1.amazonaws.com/latest.yaml', foreign],
    ['a version that is named', `${filledIn('artifacts-eu-west-1.s3.eu-west-1.amazonaws.com')}?versionId=1`, foreign],
    ['another scheme in capitals', 'HTTPS://example.com/x', foreign],
    ['http', filledIn('artifacts-eu-west-1.s3.eu-west-1.amazonaws.com').replace('https', 'http'), noSource],
    ['a website', 'http://artifacts-eu-west-1.s3-website-eu-west-1.amazonaws.com/a.yaml', noSource],
    ['a document of Systems Manager', 'ssm-doc://arn:aws:ssm:eu-west-1:999999999999:document/x', noSource],
    ['an S3 address', `s3://artifacts-eu-west-1/${key}`, noSource],
    ['a host without a scheme', '//example.com/a.yaml', noSource],
    ['a dynamic reference', '{{resolve:ssm:/url}}', noSource],
    ['what a loop composes', 'nested/${Name}.yaml', noSource],
    ['what a loop composes otherwise', 'nested/&{Name}.yaml', noSource],
  ])('%s is refused', (_name, url, why) => {
    expect(said(url)).toEqual([
      `GATE_URL The nested template comes from ${url.length > 120 ? `${url.slice(0, 117)}...` : url}${why === foreign ? ', ' : '; '}${why}.`,
    ]);
  });

  it.each([
    ['a parameter', { Ref: 'Url' }],
    ['another parameter for the bucket', { 'Fn::Sub': packaged['Fn::Sub'].replace('ArtifactsBucket', 'Bucket') }],
    [
      'another object of the bucket',
      { 'Fn::Sub': 'https://${ArtifactsBucket}.s3.${AWS::Region}.${AWS::URLSuffix}/latest.yaml' },
    ],
    ['more than the address', { 'Fn::Sub': `${packaged['Fn::Sub']}?versionId=1` }],
    ['names of its own', { 'Fn::Sub': [packaged['Fn::Sub'], { ArtifactsBucket: 'other' }] }],
    ['two functions', { ...packaged, Ref: 'Url' }],
  ])('%s is refused', (_name, url) => {
    expect(said(url)).toEqual([
      expect.stringMatching(/^GATE_URL The nested template is at .*, which the template does not decide\.$/),
    ]);
  });

  it('is refused in one branch, and where it is missing', () => {
    expect(said({ 'Fn::If': ['C', 'a.yaml', 'http://example.com'] })).toHaveLength(1);
    expect(said({ Ref: 'AWS::NoValue' })).toEqual(['GATE_URL The nested stack has no TemplateURL that can be read.']);
  });

  it('is refused with a bucket filled in that nobody names', () => {
    expect(said(filledIn('artifacts-eu-west-1.s3.eu-west-1.amazonaws.com'), { artifactsBuckets: [] })).toHaveLength(1);
    const { artifactsBuckets: _, ...nothing } = { artifactsBuckets: [], transforms: [] };
    expect(
      findingsOf(
        { Resources: { It: stack(filledIn('artifacts-eu-west-1.s3.eu-west-1.amazonaws.com')) } },
        nothing,
        known,
      ),
    ).toHaveLength(1);
  });

  it('leads to a template that has to be handed in', () => {
    expect(findingsOf({ Resources: { It: stack('child.yaml') } })).toMatchObject([
      {
        code: 'GATE_URL',
        resource: 'It',
        what: 'The nested template is not part of the release, so nothing can be said about it.',
      },
    ]);
    expect(namesOf({ Resources: { constructor: stack('child.yaml') } }, {}, {})).toEqual(['GATE_URL constructor']);
    expect(findingsOf({ Resources: { It: stack('http://example.com') } })).toHaveLength(1);
  });

  it('tells the caller what to read', () => {
    const Resources = {
      Local: stack('nested/child.yaml'),
      Packaged: stack(packaged),
      Filled: stack(filledIn('artifacts-eu-west-1.s3.eu-west-1.amazonaws.com')),
      Foreign: stack('https://example.com/a.yaml'),
      Computed: stack({ Ref: 'Url' }),
      Bare: { Type: 'AWS::CloudFormation::Stack' },
      Product: { Type: 'AWS::X::Y', Properties: { TemplateURL: 'a.yaml' } },
    };
    const at = (resource: string) => ({ resource, path: ['Resources', resource, 'Properties', 'TemplateURL'] });
    expect(nestedReferences({ Resources } as unknown as JsonObject)).toEqual([
      { ...at('Local'), file: 'nested/child.yaml' },
      { ...at('Packaged'), key },
      { ...at('Filled'), key },
    ]);
    expect(nestedReferences({})).toEqual([]);
  });
});
