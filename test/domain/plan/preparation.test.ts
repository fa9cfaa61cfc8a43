import { describe, expect, it } from 'vitest';
import type { DrawbridgeError } from '#shared/domain/errors/catalogue.ts';
import { type Preparation, progressOf, withoutRefusals } from '#shared/domain/plan/preparation.ts';
import { aDesiredStack } from '#test/builders.ts';
import { stackPlan } from './plan-builders.ts';

const place = { account: '333333333333', region: 'eu-west-1' };
const unchanged = (stack: string): Preparation => ({ kind: 'unchanged', stack });
const pending: Preparation = { kind: 'pending', stack: 'api' };
const busy: Preparation = { kind: 'busy', stack: 'api', stackName: 'orders-api', status: 'UPDATE_IN_PROGRESS' };
const planned = (stack: string): Preparation => ({
  kind: 'planned',
  stack,
  plan: stackPlan(stack, 'changes'),
  handles: { stackName: `orders-${stack}`, stackId: `arn:${stack}`, settings: {} },
});

describe('preparing', () => {
  it('is prepared when no stack is pending', () => {
    expect(progressOf([unchanged('a'), planned('b')], 3, place)).toEqual({ kind: 'prepared' });
  });

  it.each([
    [0, 3],
    [1, 5],
    [13, 29],
    [14, 30],
    [39, 30],
  ])('after %i looks the next is in %i seconds', (polls, waitSeconds) => {
    const answer = { kind: 'pending', polls: polls + 1, waitSeconds };
    expect(progressOf([unchanged('a'), pending], polls, place)).toEqual(answer);
    expect(progressOf([unchanged('a'), busy], polls, place)).toEqual(answer);
  });

  it.each<[string, Preparation, object]>([
    [
      'a change set that is never finished',
      pending,
      {
        name: 'CHANGE_SET_OVERDUE',
        message: expect.stringContaining('the change set of stack api'),
        problem: { place },
      },
    ],
    [
      'a stack that somebody keeps changing',
      busy,
      {
        name: 'STACK_BUSY',
        message: expect.stringContaining('UPDATE_IN_PROGRESS'),
        problem: { place: { stack: 'orders-api', ...place } },
      },
    ],
  ])('gives up in the end on %s', (_, waiting, error) => {
    const giveUp = () => progressOf([waiting], 40, place);
    expect(giveUp).toThrow(expect.objectContaining({ name: (error as { name: string }).name }));
    expect(thrownBy(giveUp)).toMatchObject(error);
  });
});

describe('a change set that CloudFormation refuses', () => {
  const missing = 'No export named network:VpcId found. Rollback requested by user.';
  const refused = (stack: string, reason = missing): Preparation => ({
    kind: 'refused',
    stack,
    stackName: `orders-${stack}`,
    reason,
  });
  const desired = [
    aDesiredStack({ stack: 'network' }),
    aDesiredStack({ stack: 'api', dependsOn: ['network'] }),
    aDesiredStack({ stack: 'web', dependsOn: ['api'] }),
  ];
  const kinds = (preparations: Preparation[]) =>
    withoutRefusals(preparations, desired, place).map((one) => [one.stack, one.kind, 'after' in one ? one.after : []]);

  it('for an export that a stack before it is to bring waits for that one', () => {
    expect(kinds([planned('network'), refused('api'), unchanged('web')])).toEqual([
      ['network', 'planned', []],
      ['api', 'unplanned', ['network']],
      ['web', 'unchanged', []],
    ]);
  });

  it('waits also behind a stack that waits itself', () => {
    expect(kinds([planned('network'), refused('api'), refused('web')])).toEqual([
      ['network', 'planned', []],
      ['api', 'unplanned', ['network']],
      ['web', 'unplanned', ['api']],
    ]);
  });

  it.each<[string, Preparation[]]>([
    ['nothing before it is to change', [unchanged('network'), refused('api')]],
    ['nothing comes before it', [refused('network'), unchanged('api')]],
    ['it is refused for another reason', [planned('network'), refused('api', 'Requires capabilities')]],
    ['it is no stack of the target', [planned('network'), refused('unknown')]],
  ])('ends the plan when %s', (_, preparations) => {
    // A target is at hand here; its external id is not for the log.
    const target = { ...place, name: 'production', externalId: 'secret' };
    const thrown = thrownBy(() => withoutRefusals(preparations, desired, target));
    expect(thrown).toMatchObject({ name: 'CHANGE_SET_REFUSED' });
    const { problem } = thrown as DrawbridgeError;
    expect(problem.place).toEqual({ stack: expect.stringMatching(/^orders-/), ...place });
  });

  it('changes nothing where none was refused', () => {
    const preparations = [unchanged('network'), planned('api')];
    expect(withoutRefusals(preparations, desired, place)).toEqual(preparations);
  });
});

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
