import { describe, expect, it } from 'vitest';
import {
  childFailed,
  isCaught,
  isOnRecord,
  passesByItself,
  reasonOf,
  sorted,
} from '#shared/domain/promotion/caught.ts';

const because = (code: string) => ({ code, text: 'x' });

describe('what was caught', () => {
  it('is nothing where the object is empty: CloudFormation takes no null in a definition', () => {
    expect(isCaught({})).toBe(false);
    expect(isCaught({ Error: 'States.Timeout', Cause: '' })).toBe(true);
  });

  it.each([
    ['StackFailed', true],
    ['WaveStopped', true],
    [childFailed, true],
    ['NotVerified', false],
    ['THROTTLED', false],
    ['States.Timeout', false],
  ])('%s only stands for what is on record: %s', (name, expected) => {
    expect(isOnRecord({ Error: name, Cause: '' })).toBe(expected);
  });

  const reason = { code: 'PROBE_FAILED', text: 'GET api.Url answered 500.', target: 'production' };
  it.each<[string, string, string, object]>([
    [
      'a Lambda’s error in its own words',
      'LEASE_LOST',
      '{"errorMessage":"The lease is gone."}',
      { code: 'LEASE_LOST', text: 'The lease is gone.' },
    ],
    ['a text as it is', 'States.Timeout', 'It took too long.', { code: 'States.Timeout', text: 'It took too long.' }],
    ['JSON without a message as it is', 'X', '{"a":1}', { code: 'X', text: '{"a":1}' }],
    ['JSON that is no object as it is', 'X', 'null', { code: 'X', text: 'null' }],
    ['a message that is no text as it is', 'X', '{"errorMessage":1}', { code: 'X', text: '{"errorMessage":1}' }],
    ['the reason of a verification', 'NotVerified', JSON.stringify(reason), reason],
    [
      'a verification whose reason cannot be read',
      'NotVerified',
      'It is gone.',
      { code: 'NOT_VERIFIED', text: 'It is gone.' },
    ],
  ])('tells %s', (_, name, Cause, expected) => {
    expect(reasonOf({ Error: name, Cause })).toEqual(expected);
  });

  it('is sorted by what it means: what is in no catalogue is our machinery’s fault', () => {
    const codes = ['STACK_FAILED', 'NOT_VERIFIED', 'CHANGE_DENIED', 'THROTTLED', 'States.Timeout'];
    expect(sorted(codes.map(because))).toEqual({
      failures: ['STACK_FAILED', 'NOT_VERIFIED'].map(because),
      refusals: ['CHANGE_DENIED'].map(because),
      errors: ['THROTTLED', 'States.Timeout'].map(because),
    });
  });

  it.each([
    ['THROTTLED', true],
    ['AWS_UNREACHABLE', true],
    ['ACCESS_DENIED', false],
  ])('%s passes by itself: %s', (code, expected) => {
    expect(passesByItself(code)).toBe(expected);
  });
});
