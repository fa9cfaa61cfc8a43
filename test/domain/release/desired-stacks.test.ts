import { describe, expect, it } from 'vitest';
import { type Destination, desiredStacks } from '#shared/domain/release/desired-stacks.ts';
import type { DeclaredParameter, Release, ReleaseStack } from '#shared/domain/release/release.ts';
import { aRelease, aStack, aTarget } from '#test/builders.ts';

const destination: Destination = {
  environment: 'production',
  target: aTarget(),
  artifacts: { prefix: 'drawbridge-artifacts-111111111111' },
};
const declared = (name: string, change: Partial<DeclaredParameter> = {}): DeclaredParameter => ({
  name,
  type: 'String',
  noEcho: false,
  ...change,
});
const desired = (stack: Partial<ReleaseStack>, release: Partial<Release> = {}, to = destination) =>
  desiredStacks(aRelease({ stacks: [aStack('api', stack)], ...release }), to)[0]!;

describe('what a release wants of a stack in one target', () => {
  it('is the template in the bucket of the target’s region, and the target’s own execution role', () => {
    const stack = aStack('api');
    expect(desired({}, {}, { ...destination, target: aTarget({ region: 'us-east-1' }) })).toEqual({
      stack: 'api',
      stackName: 'orders-api',
      templateUrl: `https://drawbridge-artifacts-111111111111-us-east-1.s3.us-east-1.amazonaws.com/${stack.template.key}`,
      templateDigest: stack.template.digest,
      parameters: {},
      opaqueParameters: [],
      tags: { 'drawbridge:pipeline': 'orders' },
      capabilities: ['CAPABILITY_IAM'],
      roleArn: 'arn:aws:iam::333333333333:role/drawbridge/drawbridge-execution',
    });
  });

  it('is asked for in the order of the stacks', () => {
    const release = aRelease({ stacks: [aStack('network'), aStack('api')] });
    expect(desiredStacks(release, destination).map(({ stack }) => stack)).toEqual(['network', 'api']);
  });

  it('fills the artifacts bucket in by itself', () => {
    expect(desired({ parameters: [declared('ArtifactsBucket')] }).parameters).toEqual({
      ArtifactsBucket: 'drawbridge-artifacts-111111111111-eu-west-1',
    });
  });

  it.each<[string, Partial<Release>, Record<string, string>]>([
    ['the pipeline’s value where no layer speaks', {}, { Size: '1' }],
    ['the layer of the environment', { layers: [{ environment: 'production', values: { Size: 2 } }] }, { Size: '2' }],
    [
      'nothing from a layer of another environment',
      { layers: [{ environment: 'staging', values: { Size: 2 } }] },
      { Size: '1' },
    ],
    [
      'the layer of the target before all others',
      {
        layers: [
          { target: 'production', values: { Size: 3 } },
          { environment: 'production', values: { Size: 2 } },
        ],
      },
      { Size: '3' },
    ],
  ])('takes %s', (_, release, parameters) => {
    expect(desired({ parameters: [declared('Size')], values: { Size: '1' } }, release).parameters).toEqual(parameters);
  });

  it('says the default of a parameter that keeps it, and nothing the template does not declare or give a value', () => {
    const stack = { parameters: [declared('Kept', { default: '7' }), declared('Open')], values: { Unknown: 'x' } };
    expect(desired(stack).parameters).toEqual({ Kept: '7' });
  });

  it('refers to secrets and never reads them', () => {
    const stack = {
      parameters: [declared('Password', { noEcho: true })],
      values: { Password: { secretRef: 'orders/db' } },
    };
    expect(desired(stack).parameters).toEqual({ Password: '{{resolve:secretsmanager:orders/db:SecretString}}' });
  });

  it.each<[string, Partial<DeclaredParameter>, string[]]>([
    ['NoEcho', { noEcho: true }, ['P']],
    ['a Systems Manager parameter', { type: 'AWS::SSM::Parameter::Value<String>' }, ['P']],
    ['plain text', {}, []],
  ])('says whether the live value of %s can be compared', (_, change, opaque) => {
    expect(desired({ parameters: [declared('P', change)], values: { P: 'x' } }).opaqueParameters).toEqual(opaque);
  });

  it('marks the stack as the pipeline’s, whatever the files say', () => {
    const layers = [{ values: {}, tags: { team: 'platform', 'drawbridge:pipeline': 'forged' } }];
    expect(desired({ tags: { team: 'commerce', cost: '1' } }, { layers }).tags).toEqual({
      team: 'platform',
      cost: '1',
      'drawbridge:pipeline': 'orders',
    });
  });
});
