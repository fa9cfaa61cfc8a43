import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { catalogue } from '#shared/domain/errors/catalogue.ts';
import { steps } from '#shared/steps.ts';

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
  readonly Choices?: { readonly Next: string; readonly StringEquals?: string }[];
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
function nextOf({ Next, Default, Choices }: State): (string | undefined)[] {
  return [Next, Default, ...(Choices ?? []).map((choice) => choice.Next)];
}

function catchesAll(state: State): boolean {
  return (state.Catch ?? []).some(({ ErrorEquals }) => ErrorEquals.includes('States.ALL'));
}
const states = statesIn(definition.States);
const tasks = states.filter(([, state]) => state.Type === 'Task');

describe('the promotion state machine', () => {
  it('names every state once', () => {
    const names = states.map(([name]) => name);
    expect(names).toEqual([...new Set(names)]);
  });

  it('has every state in its README: tasks in the table of functions, the others below', () => {
    const readme = readFileSync('statemachine/README.md', 'utf8');
    const [, others = ''] = readme.split('## States without a function');
    const told = [...others.matchAll(/^\| ([A-Z][\w, ]*) \|/gm)].flatMap(([, cell = '']) => cell.split(', '));
    const passive = states.filter(([, { Type }]) => Type !== 'Task').map(([name]) => name);
    expect(told.filter((name) => name !== 'State').sort()).toEqual(passive.sort());
  });

  it('has no null in it, which CloudFormation refuses in a definition', () => {
    expect(JSON.stringify(definition)).not.toContain('null');
  });

  it('ends by itself, whatever happens', () => {
    expect(definition.TimeoutSeconds).toBeGreaterThan(0);
  });

  it.each(tasks.filter(([name]) => name !== 'AwaitApproval'))(
    '%s has a bound that its function cannot outlive',
    (name, state) => {
      const key = name.charAt(0).toLowerCase() + name.slice(1);
      const functionSeconds = serverless.functions[key].timeout ?? serverless.provider.timeout;
      expect(state.TimeoutSeconds).toBeGreaterThan(functionSeconds);
    },
  );

  it('waits for people as long as the policies say, without paying', () => {
    const waiting = states.find(([name]) => name === 'AwaitApproval')?.[1];
    expect(waiting?.Resource).toMatch(/:::lambda:invoke\.waitForTaskToken$/);
    expect(waiting?.TimeoutSecondsPath).toBe('$.decide.answer.seconds');
    // Longer than any policy can say: a wait is over before the promotion is.
    expect(definition.TimeoutSeconds).toBeGreaterThan(14 * 24 * 3600 * 2);
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

  it('records every end of a rollout before it fails: only Settled leads to Fail', () => {
    const working = Object.entries(rollout).filter(
      ([name, { Type }]) => name !== 'Settle' && (Type === 'Task' || Type === 'Map'),
    );
    expect(working.filter(([, state]) => !catchesAll(state)).map(([name]) => name)).toEqual([]);
    const leading = Object.entries(rollout).filter(([, state]) => nextOf(state).includes('Fail'));
    expect(leading.map(([name]) => name)).toEqual(['Settled']);
  });

  it('looks at the accounts and takes away what was planned wherever a rollout ends without verifying it', () => {
    const caught = Object.entries(rollout).flatMap(([name, state]) =>
      (state.Catch ?? []).map(({ ErrorEquals, Next }) => [name, ErrorEquals.join(), Next]),
    );
    expect(caught).toEqual([
      // Nothing was planned yet.
      ['Admit', 'States.ALL', 'Settle'],
      ['PlanTargets', 'States.ALL', 'Audits'],
      ['Decide', 'States.ALL', 'Audits'],
      ['AwaitApproval', 'States.Timeout', 'ApprovalExpired'],
      ['AwaitApproval', 'States.ALL', 'Audits'],
      ['Recoveries', 'States.ALL', 'Audits'],
      ['Waves', 'States.ALL', 'Audits'],
      ['Audits', 'States.ALL', 'Discards'],
      // That it did not work says nothing about the rollout.
      ['Discards', 'States.ALL', 'Settle'],
    ]);
    for (const name of ['ApprovalExpired', 'ApprovalRejected', 'RecoveriesRefused'])
      expect(rollout[name]?.Next).toBe('Audits');
    expect(rollout['Decided']?.Default).toBe('Audits');
    expect(rollout['Audits']?.Next).toBe('Discards');
    expect(rollout['Discards']?.Next).toBe('Settle');
  });

  it('never ends a rollout because of what could not be taken away', () => {
    const discards = rollout['Discards']?.ItemProcessor?.States;
    expect(discards?.['Discard']?.Catch).toMatchObject([{ ErrorEquals: ['States.ALL'], Next: 'DiscardLeft' }]);
    expect(discards?.['DiscardLeft']).toMatchObject({ Type: 'Pass', End: true });
  });

  it('tells of each account that could not be looked at, and looks at the others', () => {
    const audits = rollout['Audits']?.ItemProcessor?.States;
    expect(audits?.['Audit']?.Catch).toMatchObject([{ ErrorEquals: ['States.ALL'], Next: 'AuditMissing' }]);
    expect(audits?.['AuditMissing']).toMatchObject({ Type: 'Pass', End: true });
  });

  it('plans again after an approval, after a recovery, and while stacks are left, and never executes another plan', () => {
    const leading = (to: string) =>
      Object.entries(rollout)
        .filter(([, state]) => nextOf(state).includes(to))
        .map(([name]) => name);
    // From Decided where the plan is too old to start by.
    expect(leading('NextRound')).toEqual(['Decided', 'Approved', 'RecoveriesEnded', 'RoundDone']);
    expect(rollout['NextRound']).toMatchObject({ InputPath: '$.decide.answer.nextRound', Next: 'PlanTargets' });
    expect(leading('Waves')).toEqual(['Decided']);
    expect(leading('PlanTargets')).toEqual(['Admitted', 'NextRound']);
    // What is only verified again has no plan, and is decided on at once.
    expect(leading('Decide')).toEqual(['Admitted', 'PlanTargets', 'DecideWait']);
  });

  it('cleans up also after a rollout that went on although targets failed, be there anything left to do or not', () => {
    const idle = rollout['Decided']?.Choices?.find(({ StringEquals }) => StringEquals === 'nothing-to-do');
    expect(idle).toMatchObject({ Next: 'RoundDone' });
    expect(rollout['RoundDone']).toMatchObject({
      Choices: [
        { Variable: '$.decide.answer.more', Next: 'NextRound' },
        { Variable: '$.decide.answer.tolerant', Next: 'Audits' },
      ],
      Default: 'Settle',
    });
  });

  it('has a state for each kind of decision, and one for everything else', () => {
    const kinds = steps.decide.output.options.map(({ shape }) => shape.kind.value);
    const chosen = (rollout['Decided']?.Choices ?? []).map(({ StringEquals }) => StringEquals);
    expect(kinds.filter((kind) => !chosen.includes(kind))).toEqual(['denied', 'planned']);
    expect(chosen.filter((kind) => !kinds.includes(kind as never))).toEqual([]);
  });

  it('lets the other targets of a wave run to their end: a target that stops is a value', () => {
    const target = states.find(([name]) => name === 'Targets')?.[1].ItemProcessor?.States ?? {};
    const working = Object.entries(target).filter(([, { Type }]) => Type === 'Task' || Type === 'Map');
    expect(
      working.map(([name, { Catch = [] }]) => [name, ...Catch.map(({ ErrorEquals, Next }) => [ErrorEquals, Next])]),
    ).toEqual([
      ['OpenTarget', [['States.ALL'], 'CloseTarget']],
      ['Stacks', [['States.ALL'], 'CloseTarget']],
      ['Verify', [['States.ALL'], 'CloseTarget']],
      ['DetectDrift', [['States.ALL'], 'CloseTarget']],
      ['CloseTarget'],
    ]);
    expect(target['CloseTarget']?.Next).toBe('TargetClosed');
    expect(target['TargetClosed']).toMatchObject({ Type: 'Succeed' });
  });

  it('watches the other targets to the end of their soak: one that fails is a value, and the wave is closed again', () => {
    const wave = states.find(([name]) => name === 'Waves')?.[1].ItemProcessor?.States ?? {};
    const soak = wave['Soaks']?.ItemProcessor?.States ?? {};
    expect(soak['Soak']?.Catch).toMatchObject([{ ErrorEquals: ['States.ALL'], Next: 'SoakFailed' }]);
    expect(soak['SoakFailed']).toMatchObject({ Type: 'Pass', End: true });
    expect(wave['Soaks']?.Next).toBe('CloseWave');
  });

  it('starts no further wave after one that stopped, or whose soak failed', () => {
    const wave = states.find(([name]) => name === 'Waves')?.[1].ItemProcessor?.States ?? {};
    expect(wave['WaveClosed']).toMatchObject({ Default: 'WaveStopped' });
    expect(wave['Soaks']?.Catch).toMatchObject([{ ErrorEquals: ['States.ALL'], Next: 'WaveStopped' }]);
    expect(wave['WaveStopped']?.Type).toBe('Fail');
  });
});

/** The tags of CloudFormation, read as what they stand on: here only plain values are looked at. */
function intrinsics() {
  return ['Ref', 'Sub', 'GetAtt', 'Join', 'If'].flatMap((name) => [
    { tag: `!${name}`, resolve: (text: string) => text },
    { tag: `!${name}`, collection: 'seq' as const, resolve: (value: unknown) => value },
  ]);
}
