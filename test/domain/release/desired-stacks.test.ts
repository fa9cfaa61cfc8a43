import { describe, expect, it } from 'vitest';
import { type Destination, desiredStacks, stacksOf } from '#shared/domain/release/desired-stacks.ts';
import type { DeclaredParameter, Release, ReleaseStack } from '#shared/domain/release/release.ts';
import { aRelease, aStack, aTarget } from '#test/builders.ts';

const destination: Destination = {
  environment: 'production',
  target: aTarget(),
  artifacts: { prefix: 'drawbridge-artifacts-111111111111' },
  outputs: new Map(),
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
      templateKey: stack.template.key,
      templateDigest: stack.template.digest,
      parameters: {},
      opaqueParameters: [],
      tags: { 'drawbridge:pipeline': 'orders' },
      capabilities: ['CAPABILITY_IAM'],
      roleArn: 'arn:aws:iam::333333333333:role/drawbridge/drawbridge-execution',
      dependsOn: [],
      fromOutput: {},
      missingOutputs: [],
      terminationProtection: false,
      stackPolicy: undefined,
      onCreateFailure: 'rollback',
      rollback: { alarms: [], monitorMinutes: 0 },
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

  it('has the settings that the release gives it', () => {
    const settings = { terminationProtection: true, stackPolicy: '{}', onCreateFailure: 'keep' } as const;
    expect(desired({ ...settings, dependsOn: ['network'] })).toMatchObject({ ...settings, dependsOn: ['network'] });
  });

  it.each([
    ['eu-west-1', 'aws'],
    ['cn-north-1', 'aws-cn'],
    ['us-gov-west-1', 'aws-us-gov'],
  ])('watches alarms of the target’s own account and region, in %s by ARNs of %s', (region, partition) => {
    const to = { ...destination, target: aTarget({ region }) };
    const { rollback } = desired({ rollback: { alarms: ['orders-5xx', 'orders-latency'], monitor: '2h' } }, {}, to);
    const arn = `arn:${partition}:cloudwatch:${region}:333333333333:alarm:`;
    expect(rollback).toEqual({ alarms: [`${arn}orders-5xx`, `${arn}orders-latency`], monitorMinutes: 120 });
  });

  it('watches alarms only while it works where no time is said', () => {
    expect(desired({ rollback: { alarms: ['orders-5xx'] } }).rollback).toMatchObject({ monitorMinutes: 0 });
  });

  describe('that takes outputs', () => {
    const stack = {
      parameters: [declared('Vpc'), declared('Zone'), declared('Same'), declared('Size')],
      values: {
        Vpc: { fromOutput: 'network.Vpc' },
        Zone: { fromOutput: 'network.Zone' },
        Same: { fromOutput: 'network.Zone' },
        Size: '1',
      },
    };
    const known = (outputs: Record<string, string>) => ({ ...destination, outputs: new Map(Object.entries(outputs)) });
    const fromOutput = { Vpc: 'network.Vpc', Zone: 'network.Zone', Same: 'network.Zone' };

    it('has them as values where they are known, also when they are empty', () => {
      const wanted = desired(stack, {}, known({ 'network.Vpc': 'vpc-1', 'network.Zone': '' }));
      expect(wanted.parameters).toEqual({ Vpc: 'vpc-1', Zone: '', Same: '', Size: '1' });
      expect([wanted.fromOutput, wanted.missingOutputs]).toEqual([fromOutput, []]);
    });

    it('names those that are not, once each', () => {
      const wanted = desired(stack, {}, known({ 'network.Vpc': 'vpc-1' }));
      expect(wanted.parameters).toEqual({ Vpc: 'vpc-1', Size: '1' });
      expect([wanted.fromOutput, wanted.missingOutputs]).toEqual([fromOutput, ['network.Zone']]);
    });

    it('takes a layer’s value before an output', () => {
      const layers = [{ values: { Vpc: 'vpc-9' } }];
      const wanted = desired(stack, { layers }, known({ 'network.Zone': 'a' }));
      expect(wanted).toMatchObject({ parameters: { Vpc: 'vpc-9' }, missingOutputs: [] });
    });
  });

  it('does not mistake the name of a parameter for something that every object has', () => {
    const stack = { parameters: [declared('constructor'), declared('toString', { default: '7' })] };
    expect(desired({ ...stack, values: { constructor: 'x' } })).toMatchObject({
      parameters: { constructor: 'x', toString: '7' },
      missingOutputs: [],
    });
  });

  it('is wanted only of targets with its labels', () => {
    const stacks = [aStack('network', { matchLabels: { role: 'network' } }), aStack('api')];
    const release = aRelease({ stacks });
    const names = (labels: Record<string, string>) => stacksOf(release, { labels }).map(({ name }) => name);
    expect([names({ role: 'network' }), names({ role: 'app' }), names({})]).toEqual([
      ['network', 'api'],
      ['api'],
      ['api'],
    ]);
    expect(desiredStacks(release, destination).map(({ stack }) => stack)).toEqual(['api']);
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
