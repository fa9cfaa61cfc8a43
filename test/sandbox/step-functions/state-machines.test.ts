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

  it('ignores logging, tracing and tags knowingly', () => {
    const more = {
      LoggingConfiguration: {},
      TracingConfiguration: { Enabled: true },
      Tags: [],
      StateMachineType: 'STANDARD',
    };
    expect(create(createStub(), { Definition: pass(1), ...more }).physicalId).toContain('stateMachine');
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
