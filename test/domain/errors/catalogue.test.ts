import { describe, expect, it } from 'vitest';
import { catalogue, DrawbridgeError, type ErrorCode, failure, problem } from '#shared/domain/errors/catalogue.ts';
import { type Place, placeText } from '#shared/domain/errors/problem.ts';

/** Facts for any entry: each one reads as text in a sentence and as a list of one. */
const anyFacts = new Proxy({}, { get: () => ['some fact'] });
const codes = Object.keys(catalogue) as ErrorCode[];
const anyProblem = (code: ErrorCode) => problem(code, anyFacts as never);

describe('every error of the catalogue', () => {
  it.each(codes)('%s has a code, a cause, a next step, an exit code and an HTTP status', (code) => {
    const { cause, next, exit, status } = anyProblem(code);
    expect(code).toMatch(/^[A-Z][A-Z_]+$/);
    expect(`${cause}`).toMatch(/\S/);
    expect(`${next}`).toMatch(/\S/);
    expect(`${cause} ${next}`).not.toMatch(/undefined|\[object/);
    expect([1, 2, 3, 4, 5]).toContain(exit);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
  });

  it('is what a permission or our own service is to blame for, where it says so', () => {
    const exitOf = (code: ErrorCode) => anyProblem(code).exit;
    expect(
      (['ASSUME_ROLE_DENIED', 'ACCESS_DENIED', 'GUARD_ACCOUNT', 'EXPIRED_CREDENTIALS'] as const).map(exitOf),
    ).toEqual([4, 4, 4, 4]);
    expect((['THROTTLED', 'AWS_UNREACHABLE', 'QUOTA_REACHED', 'INTERNAL'] as const).map(exitOf)).toEqual([5, 5, 5, 5]);
  });
});

describe('the next step', () => {
  it('for a stack that is stuck is what the recovery matrix says of its state', () => {
    const facts = { stack: 'api', status: 'DELETE_FAILED', next: 'Let the platform team decide.' };
    expect(problem('STACK_STUCK', facts).next).toBe('Let the platform team decide.');
  });

  it.each<[string[], string]>([
    [[], 'Target production takes outputs of stack network, which no target of the environment gets.'],
    [['a', 'b'], 'Target production takes outputs of stack network, which several targets get: a, b.'],
  ])('for an output that %j have', (holders, cause) => {
    expect(problem('OUTPUT_AMBIGUOUS', { stack: 'network', target: 'production', holders }).cause).toBe(cause);
  });

  it('proposes the nearest word only where there is one', () => {
    expect(problem('KIND_UNKNOWN', { found: 'Pipline', suggestion: 'Pipeline' }).cause).toMatch(
      /Did you mean Pipeline\?$/,
    );
    expect(problem('KIND_UNKNOWN', { found: 'Zebra', suggestion: undefined }).cause).not.toMatch(/Did you mean/);
  });

  it.each<[string[], string[], string]>([
    [['A'], [], 'Parameters do not fit the templates in production; without a value or default: A.'],
    [[], ['B'], 'Parameters do not fit the templates in production; declared by no template: B.'],
  ])('names missing %j and unknown %j parameters', (missing, unknown, cause) => {
    expect(problem('PARAMETERS_MISMATCH', { targets: ['production'], missing, unknown }).cause).toBe(cause);
  });
});

describe('the place of a problem', () => {
  it('is only what a place may say, though somebody names a whole record', () => {
    const target = { account: '333333333333', region: 'eu-west-1', name: 'production', externalId: 'secret' };
    const { place } = problem('STACK_BUSY', { stack: 'api', status: 'UPDATE_IN_PROGRESS' }, target);
    expect(place).toEqual({ account: '333333333333', region: 'eu-west-1' });
  });
});

describe('the place of a problem in words', () => {
  it.each<[Place, string]>([
    [{}, ''],
    [{ file: 'drawbridge.yml', line: 12, column: 5, pointer: '/stacks/0' }, 'drawbridge.yml:12:5 (/stacks/0)'],
    [{ file: 'drawbridge.yml' }, 'drawbridge.yml'],
    [
      { stack: 'orders-api', account: '333333333333', region: 'eu-west-1' },
      'stack orders-api in 333333333333/eu-west-1',
    ],
    [{ stack: 'orders-api', resource: 'Web/Queue' }, 'stack orders-api, resource Web/Queue'],
    [{ account: '333333333333', region: 'eu-west-1' }, '333333333333/eu-west-1'],
    [{ region: 'eu-west-1' }, 'eu-west-1'],
  ])('%j is "%s"', (place, text) => {
    expect(placeText(place)).toBe(text);
  });
});

describe('a problem that is thrown', () => {
  it('is named by its code, which a state machine matches, and says cause, place and next step', () => {
    const thrown = failure('STACK_BUSY', { stack: 'api', status: 'UPDATE_IN_PROGRESS' }, { stack: 'orders-api' });
    expect(thrown).toBeInstanceOf(DrawbridgeError);
    expect(thrown.name).toBe('STACK_BUSY');
    expect(thrown.message).toBe(
      'Stack api is in UPDATE_IN_PROGRESS: somebody else is changing it. (stack orders-api) Wait until that operation has ended, then promote again.',
    );
    expect(thrown.problem).toEqual(
      problem('STACK_BUSY', { stack: 'api', status: 'UPDATE_IN_PROGRESS' }, { stack: 'orders-api' }),
    );
  });

  it('says nothing of a place that is not known', () => {
    const { cause, next } = problem('TARGET_UNKNOWN', { target: 'x' });
    expect(failure('TARGET_UNKNOWN', { target: 'x' }).message).toBe(`${cause} ${next}`);
  });
});
