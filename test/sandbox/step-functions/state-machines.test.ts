import { describe, expect, it } from 'vitest';
import type { Json, ResourceRequest, ResourceResult } from '#sandbox/kernel.ts';
import { stateMachineProvider } from '#sandbox/step-functions/state-machines.ts';
import { account, createStub, outcomeOf, region, type Stub, single, tokenTask } from './stub-sandbox.ts';

const roleArn = `arn:aws:iam::${account}:role/machine`;
const pass = (result: Json): Json => single({ Type: 'Pass', Result: result }) as Json;
const request = (
  stub: Stub,
  properties: Record<string, Json>,
  more: Partial<ResourceRequest> = {},
): ResourceRequest => ({
  sandbox: stub.sandbox,
  account,
  region,
  stackId: 's',
  stackName: 's',
  logicalId: 'Promotion',
  type: 'AWS::StepFunctions::StateMachine',
  properties: { RoleArn: roleArn, ...properties },
  ...more,
});
const create = (stub: Stub, properties: Record<string, Json>): ResourceResult =>
  stateMachineProvider.create(request(stub, properties)) as ResourceResult;
const definitionOf = (stub: Stub, arn: string): Json => {
  const { machines, definitions } = stub.sandbox.world.states;
  return JSON.parse(definitions[machines[arn]!.revisionId]!) as Json;
};

describe('AWS::StepFunctions::StateMachine', () => {
  it('is known by its ARN, name and revision', () => {
    const arn = `arn:aws:states:${region}:${account}:stateMachine:promotion`;
    expect(create(createStub(), { StateMachineName: 'promotion', Definition: pass(1) })).toEqual({
      physicalId: arn,
      attributes: { Arn: arn, Name: 'promotion', StateMachineRevisionId: expect.any(String) },
    });
  });

  it('is named after its logical id where no name is given', () => {
    expect(create(createStub(), { Definition: pass(1) }).attributes['Name']).toMatch(/^Promotion-./);
  });

  it.each<[string, Record<string, Json>]>([
    ['an object', { Definition: pass('${Text} and ${Count}') }],
    ['a text', { DefinitionString: JSON.stringify(pass('${Text} and ${Count}')) }],
  ])('replaces substitutions in %s', (_, definition) => {
    const stub = createStub();
    const { physicalId } = create(stub, { ...definition, DefinitionSubstitutions: { Text: 'orders', Count: 3 } });
    expect(definitionOf(stub, physicalId)).toEqual(pass('orders and 3'));
  });

  it('asks for nothing where nothing is logged or traced, and ignores tags', async () => {
    const stub = createStub({ work: () => null });
    const off = { LoggingConfiguration: { Level: 'OFF' }, TracingConfiguration: { Enabled: false }, Tags: [] };
    const Definition = single({
      Type: 'Task',
      Resource: 'arn:aws:lambda:eu-west-1:111111111111:function:work',
    }) as Json;
    const { physicalId } = create(stub, { Definition, StateMachineType: 'STANDARD', ...off });
    await stub.call('StartExecution', { stateMachineArn: physicalId });
    await stub.run();
    expect(stub.asked).toEqual([]);
  });

  describe('with a destination for logs', () => {
    const logged = { Definition: pass(1), LoggingConfiguration: { Level: 'ERROR' } };

    it('needs a role that may deliver them', () => {
      const stub = createStub();
      create(stub, logged);
      expect(stub.asked).toEqual(
        [
          ...['CreateLogDelivery', 'GetLogDelivery', 'UpdateLogDelivery', 'DeleteLogDelivery', 'ListLogDeliveries'],
          ...['PutResourcePolicy', 'DescribeResourcePolicies', 'DescribeLogGroups'],
        ].map((name) => `logs:${name}`),
      );
    });

    it('is not made, and not changed, with a role that may not', () => {
      const stub = createStub();
      const { physicalId } = create(stub, { StateMachineName: 'a', Definition: pass(1) });
      const named = { ...logged, StateMachineName: 'a' };
      stub.denied.add('logs:PutResourcePolicy');
      const refusal = expect.objectContaining({
        code: 'AccessDeniedException',
        message: 'The state machine IAM Role is not authorized to access the Log Destination',
      });
      expect(() => create(stub, logged)).toThrow(refusal);
      expect(() => stateMachineProvider.update(request(stub, named, { physicalId }))).toThrow(refusal);
    });
  });

  it('with tracing, runs whether its role may write traces or not', async () => {
    const stub = createStub({ work: () => 'done' });
    const Definition = single({
      Type: 'Task',
      Resource: 'arn:aws:lambda:eu-west-1:111111111111:function:work',
    }) as Json;
    const { physicalId } = create(stub, { Definition, TracingConfiguration: { Enabled: 'true' } });
    stub.denied.add('xray:PutTraceSegments');
    await stub.call('StartExecution', { stateMachineArn: physicalId });
    await stub.run();
    expect(stub.asked.sort()).toEqual([
      ...['xray:GetSamplingRules', 'xray:GetSamplingTargets', 'xray:PutTelemetryRecords', 'xray:PutTraceSegments'],
    ]);
    const [execution] = Object.values(stub.sandbox.world.states.executions);
    expect(await outcomeOf(stub, execution!.arn)).toMatchObject({ output: 'done' });
  });

  it.each<[string, Record<string, Json>, string, string]>([
    [
      'an unsupported field, by state and name',
      { Definition: { StartAt: 'A', States: { A: { Type: 'Pass', End: true, Assign: {} } } } },
      'InvalidDefinition',
      "state 'A', field 'Assign'",
    ],
    ['an unknown substitution', { Definition: pass('${Nobody}') }, 'InvalidDefinition', '${Nobody}'],
    ['EXPRESS', { Definition: pass(1), StateMachineType: 'EXPRESS' }, 'ValidationException', 'EXPRESS'],
    ['no definition', {}, 'ValidationException', 'Exactly one of'],
    ['two definitions', { Definition: pass(1), DefinitionString: '{}' }, 'ValidationException', 'Exactly one of'],
    [
      'an unsupported property',
      { Definition: pass(1), EncryptionConfiguration: {} },
      'ValidationException',
      'EncryptionConfiguration',
    ],
    ['no role', { Definition: pass(1), RoleArn: null }, 'ValidationException', 'RoleArn'],
  ])('refuses %s', (...[, properties, code, message]) => {
    const failed = (): unknown => create(createStub(), properties);
    expect(failed).toThrow(expect.objectContaining({ code, message: expect.stringContaining(message) }));
  });

  it('refuses a name that is in use', () => {
    const stub = createStub();
    create(stub, { StateMachineName: 'a', Definition: pass(1) });
    expect(() => create(stub, { StateMachineName: 'a', Definition: pass(1) })).toThrow(
      expect.objectContaining({ code: 'StateMachineAlreadyExists' }),
    );
  });

  it('an update changes what starts next, not what runs', async () => {
    const stub = createStub({ ask: () => null });
    const old = {
      StartAt: 'T',
      States: { T: { ...tokenTask('ask'), Next: 'P' }, P: { Type: 'Pass', Result: 'old', End: true } },
    } as Json;
    const { physicalId, attributes } = create(stub, { StateMachineName: 'a', Definition: old });
    const startOne = async (name: string): Promise<string> =>
      ((await stub.call('StartExecution', { stateMachineArn: physicalId, name })) as { executionArn: string })
        .executionArn;
    const first = await startOne('first');
    await stub.run(1);
    const updated = stateMachineProvider.update(
      request(stub, { StateMachineName: 'a', Definition: pass('new') }, { physicalId }),
    ) as ResourceResult;
    expect(updated.physicalId).toBe(physicalId);
    expect(updated.attributes['StateMachineRevisionId']).not.toBe(attributes['StateMachineRevisionId']);
    const second = await startOne('second');
    const { token } = stub.invocations[0]!.payload as { token: string };
    await stub.call('SendTaskSuccess', { taskToken: token, output: '1' });
    await stub.run();
    expect(await outcomeOf(stub, first)).toMatchObject({ output: 'old' });
    expect(await outcomeOf(stub, second)).toMatchObject({ output: 'new' });
  });

  it('an update without a change keeps the revision; another name makes another machine', () => {
    const stub = createStub();
    const { physicalId, attributes } = create(stub, { StateMachineName: 'a', Definition: pass(1) });
    const update = (name: string): unknown =>
      stateMachineProvider.update(request(stub, { StateMachineName: name, Definition: pass(1) }, { physicalId }));
    expect(update('a')).toEqual({ physicalId, attributes });
    expect(update('b')).toMatchObject({ attributes: { Name: 'b' } });
  });

  it('its removal stops what runs, and its tokens belong to nothing', async () => {
    const stub = createStub({ ask: () => null });
    const { physicalId } = create(stub, { StateMachineName: 'a', Definition: single(tokenTask('ask')) as Json });
    await stub.call('StartExecution', { stateMachineArn: physicalId });
    await stub.run(1);
    await stateMachineProvider.remove(request(stub, {}, { physicalId }));
    const [execution] = Object.values(stub.sandbox.world.states.executions);
    expect(await outcomeOf(stub, execution!.arn)).toEqual({ status: 'ABORTED' });
    await expect(stub.call('StartExecution', { stateMachineArn: physicalId })).rejects.toMatchObject({
      code: 'StateMachineDoesNotExist',
    });
    const { token } = stub.invocations[0]!.payload as { token: string };
    await expect(stub.call('SendTaskHeartbeat', { taskToken: token })).rejects.toMatchObject({
      code: 'TaskDoesNotExist',
    });
  });
});
