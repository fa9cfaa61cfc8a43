import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { catalogue } from '#shared/domain/errors/catalogue.ts';

interface State {
  readonly Type: string;
  readonly Resource?: string;
  readonly TimeoutSeconds?: number;
  readonly TimeoutSecondsPath?: string;
  readonly Parameters?: { readonly FunctionName?: string };
  readonly Retry?: { readonly ErrorEquals: string[]; readonly MaxAttempts: number; readonly JitterStrategy?: string }[];
  readonly Catch?: { readonly ErrorEquals: string[]; readonly Next: string }[];
  readonly Next?: string;
  readonly End?: boolean;
  readonly Default?: string;
  readonly Choices?: { readonly Next: string }[];
  readonly ItemProcessor?: { readonly States: Record<string, State> };
}

const definition = JSON.parse(readFileSync('statemachine/promotion.asl.json', 'utf8'));
const rollout: Record<string, State> = definition.States.Environments.ItemProcessor.States;
const serverless = parse(readFileSync('serverless.yml', 'utf8'), { customTags: intrinsics() });

/** Every state, however deep, by name; names are unique in the whole machine. */
function statesIn(states: Record<string, State>): [string, State][] {
  return Object.entries(states).flatMap(([name, state]) => [
    [name, state] as [string, State],
    ...statesIn(state.ItemProcessor?.States ?? {}),
  ]);
}
const states = statesIn(definition.States);
const tasks = states.filter(([, state]) => state.Type === 'Task');

describe('the promotion state machine', () => {
  it('names every state once', () => {
    const names = states.map(([name]) => name);
    expect(names).toEqual([...new Set(names)]);
  });

  it('has no null in it, which CloudFormation refuses in a definition', () => {
    expect(JSON.stringify(definition)).not.toContain('null');
  });

  it('ends by itself, whatever happens', () => {
    expect(definition.TimeoutSeconds).toBeGreaterThan(0);
  });

  it.each(tasks)('%s has a bound that its function cannot outlive', (name, state) => {
    const key = name.charAt(0).toLowerCase() + name.slice(1);
    const functionSeconds = serverless.functions[key].timeout ?? serverless.provider.timeout;
    // People are given the time that a policy says, which is never shorter than a minute.
    if (name === 'AwaitApproval') expect(state.TimeoutSecondsPath).toBe('$.decide.answer.seconds');
    else expect(state.TimeoutSeconds).toBeGreaterThan(functionSeconds);
  });

  it.each(tasks)(
    '%s tries again what passes by itself: Lambda’s own errors and throttling, boundedly and with jitter',
    (_, state) => {
      const [first] = state.Retry ?? [];
      expect(first?.ErrorEquals).toEqual(
        expect.arrayContaining([
          'Lambda.ServiceException',
          'Lambda.SdkClientException',
          'Lambda.Unknown',
          'Sandbox.Timedout',
          'THROTTLED',
          'AWS_UNREACHABLE',
        ]),
      );
      expect(first?.MaxAttempts).toBeLessThanOrEqual(10);
      expect(first?.JitterStrategy).toBe('FULL');
    },
  );

  it('names only errors of Step Functions, of Lambda, or of our catalogue', () => {
    const named = states.flatMap(([, state]) =>
      [...(state.Retry ?? []), ...(state.Catch ?? [])].flatMap(({ ErrorEquals }) => ErrorEquals),
    );
    const ours = named.filter((error) => !/^(States|Lambda|Sandbox)\./.test(error));
    expect(ours.filter((error) => !(error in catalogue))).toEqual([]);
  });

  it('waits for a stack without paying, and looks itself when no event comes: a day at most', () => {
    const execute = states.find(([name]) => name === 'Execute')?.[1];
    expect(execute?.Resource).toMatch(/:::lambda:invoke\.waitForTaskToken$/);
    const look = execute?.Retry?.find(({ ErrorEquals }) => ErrorEquals.includes('States.Timeout'));
    const seconds = (execute?.TimeoutSeconds ?? 0) * ((look?.MaxAttempts ?? 0) + 1);
    expect([execute?.TimeoutSeconds, seconds]).toEqual([900, 24 * 3600]);
  });

  it('records every end of a rollout before it fails: each catch of a rollout leads to Settle, and only Settled leads to Fail', () => {
    const catches = Object.values(rollout).flatMap((state) => state.Catch ?? []);
    expect(new Set(catches.map(({ Next }) => Next))).toEqual(new Set(['Settle', 'Discards', 'ApprovalExpired']));
    // Whatever was planned is taken away first, and then the end is recorded.
    const next = (name: string) => rollout[name]?.Next;
    expect([next('Discards'), next('ApprovalExpired'), next('ApprovalRejected')]).toEqual([
      'Settle',
      'Discards',
      'Discards',
    ]);
    const steps = Object.entries(rollout).filter(
      ([name, { Type }]) => name !== 'Settle' && (Type === 'Task' || Type === 'Map'),
    );
    expect(steps.filter(([, state]) => state.Catch === undefined).map(([name]) => name)).toEqual([]);
    const leading = Object.entries(rollout).filter(([, { Next, Default, Choices }]) =>
      [Next, Default, ...(Choices ?? []).map((choice) => choice.Next)].includes('Fail'),
    );
    expect(leading.map(([name]) => name)).toEqual(['Settled']);
  });

  it('lets the other targets of a wave run to their end: a target that stops is a value', () => {
    const target = states.find(([name]) => name === 'Targets')?.[1].ItemProcessor?.States ?? {};
    const catches = Object.values(target).flatMap((state) => state.Catch ?? []);
    expect(catches.map(({ ErrorEquals, Next }) => [ErrorEquals, Next])).toEqual([
      [['States.ALL'], 'TargetStopped'],
      [['States.ALL'], 'TargetStopped'],
    ]);
  });
});

/** The tags of CloudFormation, read as what they stand on: here only plain values are looked at. */
function intrinsics() {
  return ['Ref', 'Sub', 'GetAtt', 'Join', 'If'].flatMap((name) => [
    { tag: `!${name}`, resolve: (text: string) => text },
    { tag: `!${name}`, collection: 'seq' as const, resolve: (value: unknown) => value },
  ]);
}
