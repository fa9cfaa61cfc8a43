import { describe, expect, it } from 'vitest';
import {
  errorOf,
  executionAnswer,
  functionAnswer,
  functionFault,
  httpAnswer,
} from '#shared/domain/verification/answer.ts';
import { attemptToken } from '#shared/domain/verification/attempt.ts';
import { keptOutput } from '#shared/domain/verification/kept-output.ts';
import { promotionId } from '#test/builders.ts';

describe('the answer of a function', () => {
  it.each<[string, string, object]>([
    ['a pass', '{"kind":"passed"}', { kind: 'passed', output: '{"kind":"passed"}' }],
    ['a pass with more', '{"kind":"passed","orders":7}', { kind: 'passed' }],
    ['a no', '{"kind":"failed","reason":"no orders"}', { kind: 'failed', reason: 'no orders' }],
    ['a no of few words', '{"kind":"failed"}', { kind: 'failed', reason: 'it gave no reason' }],
    ['a no in two lines', '{"kind":"failed","reason":"a\\nb"}', { kind: 'failed', reason: 'a\\nb' }],
    ['nothing', '', { kind: 'error', reason: expect.stringMatching(/^it answered "" instead of/) }],
    ['null', 'null', { kind: 'error', output: 'null' }],
    ['a truth', 'true', { kind: 'error' }],
    ['another kind', '{"kind":"ok"}', { kind: 'error' }],
    ['no JSON', '<html>', { kind: 'error', reason: expect.stringContaining('"<html>"') }],
  ])('that is %s', (_, text, expected) => {
    expect(functionAnswer(text)).toMatchObject(expected);
  });

  it('keeps a long reason short', () => {
    const answer = functionAnswer(JSON.stringify({ kind: 'failed', reason: 'x'.repeat(2000) }));
    expect(answer).toMatchObject({ reason: `${'x'.repeat(499)}…` });
  });

  it('that threw is an error in the words of its error, without the stack trace', () => {
    const thrown = JSON.stringify({ errorType: 'Error', errorMessage: 'no table', stackTrace: ['secret.js:1'] });
    expect(functionFault(thrown)).toEqual({ kind: 'error', reason: 'it failed: no table', output: 'no table' });
    expect(functionFault('?')).toMatchObject({ reason: 'it failed: it gave no reason' });
  });
});

it('what could not be asked has a reason and no output', () => {
  expect(errorOf('nobody is there')).toEqual({ kind: 'error', reason: 'nobody is there' });
});

describe('a page', () => {
  const http = { output: { stack: 'api', name: 'Url' } };
  it.each<[object, number, string, object]>([
    [{}, 200, 'fine', { kind: 'passed', output: '200\nfine' }],
    [{}, 204, '', { kind: 'failed', reason: 'it answered 204 instead of 200' }],
    [{ statuses: [200, 301] }, 301, '', { kind: 'passed' }],
    [
      { statuses: [200, 301] },
      500,
      'oh',
      { kind: 'failed', reason: 'it answered 500 instead of 200 or 301', output: '500\noh' },
    ],
    [{ contains: 'ok' }, 200, 'all ok', { kind: 'passed' }],
    [{ contains: 'ok' }, 200, 'no', { kind: 'failed', reason: 'its body does not contain "ok"' }],
  ])('of which %j is expected and that answers %d %s', (expectation, status, body, expected) => {
    expect(httpAnswer({ http: { ...http, ...expectation } }, { status, body })).toMatchObject(expected);
  });
});

describe('an execution', () => {
  it.each<[Parameters<typeof executionAnswer>[0], object]>([
    [{ status: 'RUNNING' }, { kind: 'running' }],
    [{ status: 'PENDING_REDRIVE' }, { kind: 'running' }],
    [
      { status: 'SUCCEEDED', output: '{"p99":12}' },
      { kind: 'passed', output: 'SUCCEEDED\n{"p99":12}' },
    ],
    [{ status: 'SUCCEEDED' }, { kind: 'passed', output: 'SUCCEEDED\n' }],
    [
      { status: 'FAILED', error: 'Slow', cause: 'p99 is 900 ms' },
      { kind: 'failed', reason: 'its execution is FAILED: Slow: p99 is 900 ms', output: 'FAILED\nSlow: p99 is 900 ms' },
    ],
    [
      { status: 'FAILED', error: '' },
      { kind: 'failed', reason: 'its execution is FAILED' },
    ],
    [{ status: 'ABORTED' }, { kind: 'error', reason: 'its execution is ABORTED' }],
    [{ status: 'TIMED_OUT' }, { kind: 'error', reason: 'its execution is TIMED_OUT' }],
  ])('that is %j', (execution, expected) => {
    expect(executionAnswer(execution)).toEqual(expect.objectContaining(expected));
  });
});

describe('what is kept of an answer', () => {
  it('is all of a short one, in the record alone', () => {
    expect(keptOutput('fine')).toEqual({ output: 'fine' });
  });

  it('is the beginning of a long one, and all of it as a document', () => {
    const text = 'é'.repeat(3000);
    expect(keptOutput(text)).toEqual({ output: 'é'.repeat(2048), document: text });
  });

  it('ends before the character that does not fit, and at 256 KB', () => {
    const kept = keptOutput(`x${'é'.repeat(200_000)}`);
    expect(kept.output).toBe(`x${'é'.repeat(2047)}`);
    expect(Buffer.byteLength(`${kept.document}`)).toBe(256 * 1024 - 1);
  });

  const key = `AKIA${'ABCDEFGH'.repeat(2)}`;
  it('is nothing where something in it reads like a credential, in output and reason', () => {
    expect(keptOutput(`fine\n${key}`).output).toMatch(/^\(withheld: it holds the access key AKIA\*+\)$/);
    const answer = functionAnswer(JSON.stringify({ kind: 'failed', reason: `refused for ${key}` }));
    expect(answer).toMatchObject({ reason: expect.stringMatching(/^\(withheld/) });
  });
});

describe('the token of an attempt', () => {
  const identity = {
    promotion: promotionId,
    environment: 'production',
    target: 'production',
    series: 0,
    index: 0,
    attempt: 1,
  };
  it('is the same for the same attempt, another for every other, and a name that Step Functions takes', () => {
    const others = [{ attempt: 2 }, { index: 1 }, { series: 1 }, { target: 'second' }, { environment: 'staging' }];
    const tokens = [{}, ...others].map((change) => attemptToken({ ...identity, ...change }));
    expect(new Set(tokens).size).toBe(6);
    expect(tokens[0]).toBe(attemptToken({ ...identity }));
    for (const token of tokens) expect(token).toMatch(/^prm-[0-9a-f]{16}-[0-9a-f]{32}$/);
  });
});
