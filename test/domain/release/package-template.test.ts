import { describe, expect, it } from 'vitest';
import { localReferences } from '#shared/domain/release/local-references.ts';
import { packageTemplate } from '#shared/domain/release/package-template.ts';
import { parseTemplate } from '#shared/domain/template/parse.ts';
import type { Template } from '#shared/domain/template/template.ts';

function parsed(text: string): Template {
  const read = parseTemplate(text);
  if (read.kind === 'invalid') throw new Error(read.message);
  return read.template;
}

const packaged = (text: string, takesBucket = false) =>
  packageTemplate(text, parsed(text), ({ file }) => ({ key: `assets/of-${file.replaceAll(/\W/g, '')}`, takesBucket }));

const template = (type: string, properties: object) =>
  JSON.stringify({ Resources: { It: { Type: type, Properties: properties } } });

const bucket = { Ref: 'ArtifactsBucket' };

describe('local references', () => {
  it.each([
    ['AWS::Lambda::Function', { Code: './src' }, { Code: { S3Bucket: bucket, S3Key: 'assets/of-src' } }],
    ['AWS::Lambda::LayerVersion', { Content: 'layer' }, { Content: { S3Bucket: bucket, S3Key: 'assets/of-layer' } }],
    [
      'AWS::ElasticBeanstalk::ApplicationVersion',
      { SourceBundle: 'a' },
      { SourceBundle: { S3Bucket: bucket, S3Key: 'assets/of-a' } },
    ],
    [
      'AWS::StepFunctions::StateMachine',
      { DefinitionS3Location: 'm' },
      { DefinitionS3Location: { Bucket: bucket, Key: 'assets/of-m' } },
    ],
    ['AWS::ApiGateway::RestApi', { BodyS3Location: 'b' }, { BodyS3Location: { Bucket: bucket, Key: 'assets/of-b' } }],
    ['AWS::Serverless::Function', { CodeUri: 'src' }, { CodeUri: { Bucket: bucket, Key: 'assets/of-src' } }],
    [
      'AWS::AppSync::GraphQLSchema',
      { DefinitionS3Location: 's' },
      { DefinitionS3Location: { 'Fn::Sub': 's3://${ArtifactsBucket}/assets/of-s' } },
    ],
    [
      'AWS::Glue::Job',
      { Command: { Name: 'x', ScriptLocation: 'j' } },
      { Command: { Name: 'x', ScriptLocation: { 'Fn::Sub': 's3://${ArtifactsBucket}/assets/of-j' } } },
    ],
    [
      'AWS::CloudFormation::Stack',
      { TemplateURL: 'n' },
      { TemplateURL: { 'Fn::Sub': 'https://${ArtifactsBucket}.s3.${AWS::Region}.${AWS::URLSuffix}/assets/of-n' } },
    ],
  ])('of %s', (type, before, after) => {
    const { Resources, Parameters } = parsed(packaged(template(type, before)));
    expect(Resources['It']?.Properties).toEqual(after);
    expect(Parameters?.['ArtifactsBucket']?.Type).toBe('String');
  });

  it.each([
    ['inline code', 'AWS::Lambda::Function', { Code: { ZipFile: 'x' } }],
    ['code that is in a bucket', 'AWS::Lambda::Function', { Code: { S3Bucket: 'b', S3Key: 'k' } }],
    ['an S3 address', 'AWS::Serverless::Function', { CodeUri: 's3://b/k' }],
    ['a web address', 'AWS::CloudFormation::Stack', { TemplateURL: 'https://b.s3.amazonaws.com/k' }],
    ['a computed address', 'AWS::CloudFormation::Stack', { TemplateURL: { Ref: 'Url' } }],
    ['no such property', 'AWS::Lambda::Function', {}],
    ['the property of another type', 'AWS::SQS::Queue', { Code: './src' }],
    ['a part of something computed', 'AWS::Glue::Job', { Command: 'x' }],
  ])('are not %s', (_name, type, properties) => {
    const text = template(type, properties);
    expect(localReferences(parsed(text))).toEqual([]);
    expect(packaged(text)).toBe(text);
  });

  it('of a resource without properties there are none', () => {
    expect(localReferences(parsed('Resources:\n  T: { Type: "AWS::SNS::Topic" }\n'))).toEqual([]);
  });
});

describe('the text', () => {
  const yaml = `# orders
Parameters: # what differs
  Mode: { Type: String, Default: 0644 }
Resources:
  Fn:
    Type: AWS::Lambda::Function
    Properties:
      Code: ./src # the code
      Handler: !Sub "\${Mode}.handler"
`;

  it('changes only where it must', () => {
    expect(packaged(yaml)).toBe(`# orders
Parameters: # what differs
  "ArtifactsBucket": {"Type":"String","Description":"Bucket with the files of this release, in the region of the stack"}
  Mode: { Type: String, Default: 0644 }
Resources:
  Fn:
    Type: AWS::Lambda::Function
    Properties:
      Code: {"S3Bucket":{"Ref":"ArtifactsBucket"},"S3Key":"assets/of-src"} # the code
      Handler: !Sub "\${Mode}.handler"
`);
  });

  it('stays as it is where nothing is local, to the last blank', () => {
    const text = 'Resources:  \n  T:   {Type: "AWS::SNS::Topic"}\n\n\n';
    expect(packaged(text)).toBe(text);
  });

  it.each([
    ['without Parameters', yaml.replace(/Parameters[\s\S]*?(?=Resources)/, '')],
    [
      'with Parameters in one line',
      yaml.replace(/Parameters[\s\S]*?(?=Resources)/, 'Parameters: { Mode: { Type: String } }\n'),
    ],
    [
      'with no parameter yet',
      yaml.replace(/Parameters[\s\S]*?(?=Resources)/, 'Parameters: {}\n').replace('${Mode}', 'x'),
    ],
    ['with a path in a block', yaml.replace('./src # the code', '>-\n        ./src')],
    ['with a quoted path', yaml.replace('./src', '"./src"')],
    ['with indentation from the first line on', yaml.replaceAll(/^/gm, '  ').trimEnd()],
    ['with Windows line ends', yaml.replaceAll('\n', '\r\n')],
    ['that is JSON', JSON.stringify(parsed(yaml), null, 4)],
  ])('%s is packaged', (_name, text) => {
    const before = parsed(text);
    const after = parsed(packaged(text));
    expect(after.Resources['Fn']?.Properties).toEqual({
      ...before.Resources['Fn']?.Properties,
      Code: { S3Bucket: bucket, S3Key: 'assets/of-src' },
    });
    expect(after.Parameters).toMatchObject({ ...before.Parameters, ArtifactsBucket: { Type: 'String' } });
  });

  it('keeps a declaration of ArtifactsBucket that is there', () => {
    const text = yaml.replace('  Mode:', '  ArtifactsBucket: { Type: String, Description: mine }\n  Mode:');
    expect(parsed(packaged(text)).Parameters?.['ArtifactsBucket']?.Description).toBe('mine');
  });
});

describe('nested templates', () => {
  const yaml = `Resources:
  Child:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: child.yaml
`;

  it.each([
    ['as first parameter', yaml, bucket],
    ['beside others', `${yaml}      Parameters:\n        Mode: x\n`, bucket],
  ])('are handed the bucket if they take it: %s', (_name, text, expected) => {
    const { Resources } = parsed(packaged(text, true));
    expect(Resources['Child']?.Properties?.['Parameters']).toMatchObject({ ArtifactsBucket: expected });
  });

  it('are not handed the bucket otherwise', () => {
    expect(parsed(packaged(yaml)).Resources['Child']?.Properties).not.toHaveProperty('Parameters');
  });
});
