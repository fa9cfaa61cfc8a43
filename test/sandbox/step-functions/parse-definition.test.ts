import { describe, expect, it } from 'vitest';
import { parseDefinition, problemText } from '#sandbox/step-functions/asl/parse-definition.ts';
import { invokeTask, lambda, single, tokenTask } from './stub-sandbox.ts';

const problems = (definition: unknown): string => {
  const parsed = parseDefinition(JSON.stringify(definition));
  return parsed.kind === 'invalid' ? problemText(parsed.problems) : '';
};
const pass = { Type: 'Pass', End: true };
const map = (more: object = {}, states: object = { In: pass }): object =>
  single({ Type: 'Map', ItemProcessor: { StartAt: 'In', States: states }, ...more });
const processor = (more: object = {}, states: object = { In: pass }): object => ({
  ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD', ...more },
  StartAt: 'In',
  States: states,
});
const distributed = (more: object = {}): object => single({ Type: 'Map', ItemProcessor: processor(), ...more });

describe('a definition', () => {
  it.each<[string, unknown]>([
    ['a Pass', single({ Type: 'Pass', Comment: 'c', Result: { a: null }, ResultPath: '$.a' })],
    ['a task', single(invokeTask('f', { TimeoutSeconds: 10, HeartbeatSeconds: 5 }))],
    [
      'a task in another partition',
      single({ ...tokenTask('f'), Resource: 'arn:aws-cn:states:::lambda:invoke.waitForTaskToken' }),
    ],
    ['a plain function', single({ Type: 'Task', Resource: lambda('f:live') })],
    ['an inline Map', map({ MaxConcurrency: 2, ItemsPath: '$.a' })],
    [
      'a Map with its mode',
      single({
        Type: 'Map',
        ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' }, StartAt: 'In', States: { In: pass } },
      }),
    ],
    ['a distributed Map', distributed({ MaxConcurrency: 100 })],
    [
      'a distributed Map that tolerates failures',
      distributed({ Label: 'targets-1', ToleratedFailureCount: 1, ToleratedFailurePercentage: 12.5 }),
    ],
    [
      'a distributed Map that is told what it tolerates',
      distributed({
        MaxConcurrencyPath: '$.a',
        ToleratedFailureCountPath: '$.b',
        ToleratedFailurePercentagePath: '$.c',
      }),
    ],
    [
      'a machine with a limit',
      { ...single({ Type: 'Succeed', End: undefined }), TimeoutSeconds: 60, Version: '1.0', QueryLanguage: 'JSONPath' },
    ],
  ])('is accepted: %s', (_, definition) => {
    expect(problems(definition)).toBe('');
  });

  it.each<[string, unknown]>([
    ["field 'Foo': this field is not supported", { ...single(pass), Foo: 1 }],
    ["state 'Only', field 'Credentials': this field is not supported", single(invokeTask('f', { Credentials: {} }))],
    ["state 'Only', field 'Assign': this field is not supported", single({ ...pass, Assign: {} })],
    [
      "state 'Only', field 'HeartbeatSecondsPath': this field is not supported",
      single(invokeTask('f', { HeartbeatSecondsPath: '$.a' })),
    ],
    ["state 'Only', field 'QueryLanguage'", single({ ...pass, QueryLanguage: 'JSONata' })],
    ["state 'Only', field 'Type'", single({ Type: 'Nap' })],
    [
      "state 'Only', field 'ToleratedFailurePercentage': this field is not supported",
      map({ ToleratedFailurePercentage: 1 }),
    ],
    ["state 'Only', field 'ToleratedFailureCount': this field is not supported", map({ ToleratedFailureCount: 1 })],
    ["state 'Only', field 'Iterator': this field is not supported", map({ Iterator: {} })],
    ["state 'Only', field 'Label': this field is not supported", map({ Label: 'a' })],
    ["state 'Only', field 'ItemReader': this field is not supported", distributed({ ItemReader: {} })],
    ["state 'Only', field 'ItemBatcher': this field is not supported", distributed({ ItemBatcher: {} })],
    ["state 'Only', field 'ResultWriter': this field is not supported", distributed({ ResultWriter: {} })],
    [
      "state 'Only', field 'ItemProcessor.ProcessorConfig.Mode'",
      single({ Type: 'Map', ItemProcessor: processor({ Mode: 'DISTRIBUTION' }) }),
    ],
    [
      "state 'Only', field 'ItemProcessor.ProcessorConfig.ExecutionType'",
      single({ Type: 'Map', ItemProcessor: processor({ ExecutionType: undefined }) }),
    ],
    [
      "state 'Only', field 'ItemProcessor.ProcessorConfig.ExecutionType'",
      single({ Type: 'Map', ItemProcessor: processor({ ExecutionType: 'EXPRESS' }) }),
    ],
    ["field 'ToleratedFailurePercentage'", distributed({ ToleratedFailurePercentage: 101 })],
    [
      "field 'ToleratedFailureCountPath': cannot stand beside ToleratedFailureCount",
      distributed({ ToleratedFailureCount: 1, ToleratedFailureCountPath: '$.a' }),
    ],
    [
      "field 'MaxConcurrencyPath': cannot stand beside MaxConcurrency",
      distributed({ MaxConcurrency: 1, MaxConcurrencyPath: '$.a' }),
    ],
    ["field 'Label': 'a b' is not a label", distributed({ Label: 'a b' })],
    [`field 'Label': '${'x'.repeat(41)}' is not a label`, distributed({ Label: 'x'.repeat(41) })],
    [
      "field 'Label': 'same' is used twice",
      {
        StartAt: 'A',
        States: {
          A: { Type: 'Map', Label: 'same', ItemProcessor: processor(), Next: 'B' },
          B: {
            Type: 'Map',
            Label: 'same',
            ItemProcessor: { ...processor({}, { Out: pass }), StartAt: 'Out' },
            End: true,
          },
        },
      },
    ],
    [
      'the sandbox runs no distributed Map inside a distributed Map',
      single({
        Type: 'Map',
        ItemProcessor: processor(
          {},
          { In: { Type: 'Map', ItemProcessor: { ...processor({}, { Deep: pass }), StartAt: 'Deep' }, End: true } },
        ),
      }),
    ],
    ["state 'In', field 'Foo': this field is not supported", map({}, { In: { ...pass, Foo: 1 } })],
    [
      "state 'Only', field 'Resource': the resource 'arn:aws:states:::sqs:sendMessage' is not supported",
      single({ Type: 'Task', Resource: 'arn:aws:states:::sqs:sendMessage' }),
    ],
    [
      "field 'Parameters.Qualifier': this field is not supported",
      single(invokeTask('f', { Parameters: { FunctionName: 'f', Qualifier: '1' } })),
    ],
    ["field 'Parameters.FunctionName': is needed", single(invokeTask('f', { Parameters: { Payload: {} } }))],
    ["field 'HeartbeatSeconds': must be smaller", single(invokeTask('f', { TimeoutSeconds: 5, HeartbeatSeconds: 5 }))],
    [
      "field 'TimeoutSecondsPath': cannot stand beside",
      single(invokeTask('f', { TimeoutSeconds: 5, TimeoutSecondsPath: '$.t' })),
    ],
    ["field 'InputPath': this path is not supported", single({ ...pass, InputPath: '$..a' })],
    ["field 'ResultPath': a path of names is needed", single({ ...pass, ResultPath: '$.a[0]' })],
    ['an object is needed', single({ ...pass, Parameters: 'x' })],
    ["b.$: the path '$..b' is not supported", single({ ...pass, Parameters: { a: [{ 'b.$': '$..b' }] } })],
    ['a.$: must be a path or an intrinsic function', single({ ...pass, Parameters: { 'a.$': 1 } })],
    ['a.$: the function States.UUID is not supported', single({ ...pass, Parameters: { 'a.$': 'States.UUID()' } })],
    ['a.$: the same field is given without .$ as well', single({ ...pass, Parameters: { a: 1, 'a.$': '$.a' } })],
    ["field 'StartAt': there is no state 'X'", { StartAt: 'X', States: { Only: pass } }],
    ["state 'Only', field 'Next': there is no state 'X'", single({ Type: 'Pass', End: undefined, Next: 'X' })],
    ["state 'Only', field 'Next': either Next or End is needed", single({ Type: 'Pass', End: undefined })],
    ["state 'Only', field 'Next': either Next or End is needed", single({ ...pass, Next: 'Only' })],
    ["state 'Lost': no state leads here", { StartAt: 'A', States: { A: pass, Lost: pass } }],
    [
      "state 'Only': this name is used by another state as well",
      map({}, { In: { ...pass, End: undefined, Next: 'Only' }, Only: pass }),
    ],
    ['no state ends the execution', { StartAt: 'A', States: { A: { Type: 'Pass', Next: 'A' } } }],
    ["state 'Only', field 'StartAt': there is no state 'In'", map({}, { Other: pass })],
    ["field 'Next': there is no state 'X'", single(invokeTask('f', { Catch: [{ ErrorEquals: ['E'], Next: 'X' }] }))],
    ['States.ALL must stand alone', single(invokeTask('f', { Retry: [{ ErrorEquals: ['States.ALL', 'E'] }] }))],
    [
      'States.ALL must stand alone',
      single(invokeTask('f', { Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['E'] }] })),
    ],
    [
      "field 'Retry.0.MaxDelaySeconds': must be greater than IntervalSeconds",
      single(invokeTask('f', { Retry: [{ ErrorEquals: ['E'], IntervalSeconds: 5, MaxDelaySeconds: 5 }] })),
    ],
    [
      "field 'Retry.0.Foo': this field is not supported",
      single(invokeTask('f', { Retry: [{ ErrorEquals: ['E'], Foo: 1 }] })),
    ],
    ["field 'Seconds': exactly one of", single({ Type: 'Wait', Seconds: 1, SecondsPath: '$.a' })],
    ["field 'Seconds': exactly one of", single({ Type: 'Wait' })],
    ["field 'Timestamp'", single({ Type: 'Wait', Timestamp: 'tomorrow' })],
    [
      "field 'ErrorPath': cannot stand beside Error",
      single({ Type: 'Fail', End: undefined, Error: 'E', ErrorPath: '$.e' }),
    ],
    [
      "field 'CausePath': cannot stand beside Cause",
      single({ Type: 'Fail', End: undefined, Cause: 'E', CausePath: '$.e' }),
    ],
    ["field 'CausePath': the path 'x' is not supported", single({ Type: 'Fail', End: undefined, CausePath: 'x' })],
    [
      "field 'Choices.0': Next is needed",
      single({ Type: 'Choice', End: undefined, Choices: [{ Variable: '$.a', IsNull: true }] }),
    ],
    [
      'the operator Foo is not supported',
      single({ Type: 'Choice', End: undefined, Choices: [{ Variable: '$.a', Foo: true, Next: 'Only' }] }),
    ],
    [
      "field 'Next': there is no state 'X'",
      single({
        Type: 'Choice',
        End: undefined,
        Default: 'X',
        Choices: [{ Variable: '$.a', IsNull: true, Next: 'Only' }],
      }),
    ],
  ])('is refused: %s', (problem, definition) => {
    expect(problems(definition)).toContain(problem);
  });

  it('is refused where it is no JSON', () => {
    expect(parseDefinition('{')).toMatchObject({ kind: 'invalid' });
  });
});
