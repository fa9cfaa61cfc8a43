import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isServedAsAsked } from '#shared/domain/http/served-path.ts';

describe('a path that is served as it was asked', () => {
  it.each([
    '/',
    '/v1/policies/guard',
    '/v1/releases/sha256:0a',
    '/v1/releases/sha256%3A0a',
    '/v1/x%2fy',
    '/v1/%00%20%',
  ])('%s', (path) => {
    expect(isServedAsAsked(path)).toBe(true);
  });

  it.each([
    ...[
      '',
      'v1',
      '/v1/../v2',
      '/v1/./x',
      '/v1/..',
      '/v1/%2e%2e/x',
      '/v1/%2E',
      '/v1/.%2e/x',
      '/v1\\x',
      '/v1?x',
      '/v1#x',
    ],
    ...['/v1/\tx', '/v1/ x', '/v1/é', '/%761', '/v1/%41', '/v1/%5a', '/v1/%5F', '/v1/%7e', '/v1/%2d', '/v1/%30'],
  ])('is not %j', (path) => {
    expect(isServedAsAsked(path)).toBe(false);
  });

  it('has one spelling: no two of them mean the same', () => {
    const piece = fc.constantFrom('/', '.', '..', '%2e', '%2F', '\\', 'v1', 'a', '%61', '?', '#', '%3A', ':');
    const path = fc.array(piece, { maxLength: 6 }).map((pieces) => `/${pieces.join('')}`);
    const meant = (text: string) =>
      new URL(`https://host${text}`).pathname.replaceAll(/%(2e|61)/gi, (escaped) => decodeURIComponent(escaped));
    fc.assert(
      fc.property(path, (one) => {
        if (isServedAsAsked(one)) expect(meant(one)).toBe(one);
      }),
      { seed: 5, numRuns: 2000 },
    );
  });
});
