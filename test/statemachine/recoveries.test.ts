/** Recoveries as the definition has them, in the sandbox's Step Functions: what one that is refused does to the others. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Json } from '#sandbox/kernel.ts';
import { createStub, lambda, runMachine, thrown } from '#test/sandbox/step-functions/stub-sandbox.ts';

const text = readFileSync('statemachine/promotion.asl.json', 'utf8')
  .replaceAll('${Partition}', 'aws')
  .replaceAll(/\$\{(\w+)FunctionArn\}/g, (_, name: string) => lambda(name));
const { Recoveries, RecoveriesEnded, RecoveriesRefused } = JSON.parse(text).States.Environments.ItemProcessor.States;
const machine = {
  StartAt: 'Recoveries',
  States: {
    ...{ Recoveries, RecoveriesEnded, RecoveriesRefused },
    NextRound: { Type: 'Pass', Result: 'planned anew', End: true },
    Audits: { Type: 'Succeed', OutputPath: '$.error' },
  },
};
const recoveries = ['slow', 'quick'].map((stack) => ({ target: 'production', stack }));
const rollout = {
  ...{ promotion: 'prm-1', pipeline: 'orders', release: 'r', environment: 'production', mode: 'promote', round: 1 },
  ...{ admit: { answer: { epoch: 1 } }, decide: { answer: { digest: 'd', recoveries } }, error: {} },
};
interface Asked {
  readonly stack: string;
  readonly polls: number;
}

/** The slow stack takes three looks; what becomes of the quick one is given. */
const run = async (quick: () => Json) => {
  const followed: number[] = [];
  const Recover = (payload: Json): Json => {
    const { stack, polls } = payload as unknown as Asked;
    if (stack === 'quick') return quick();
    followed.push(polls);
    return polls < 3 ? { kind: 'pending', polls: polls + 1, waitSeconds: 5 } : { kind: 'recovered' };
  };
  return { outcome: await runMachine(machine, rollout, createStub({ Recover })), followed };
};

describe('recoveries', () => {
  it('are planned anew where all stacks were brought back', async () => {
    const { outcome, followed } = await run(() => ({ kind: 'recovered' }));
    expect(outcome).toMatchObject({ status: 'SUCCEEDED', output: 'planned anew' });
    expect(followed).toEqual([0, 1, 2, 3]);
  });

  it.each<[string, () => Json]>([
    ['is refused', () => ({ kind: 'refused' })],
    [
      'breaks',
      () => {
        throw thrown('CONTRACT_BROKEN');
      },
    ],
  ])('are followed to their end where one %s, and the rollout goes no further', async (_, quick) => {
    const { outcome, followed } = await run(quick);
    expect(outcome).toMatchObject({ status: 'SUCCEEDED', output: { Error: 'RecoveryRefused' } });
    expect(followed).toEqual([0, 1, 2, 3]);
  });
});
