import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchRoute } from '#sandbox/http-api/route-match.ts';
import type { Route } from '#sandbox/http-api/state.ts';

const routes = (...keys: string[]): Route[] => keys.map((key) => ({ id: key, key, authorization: 'NONE' }));
const all = [
  '$default',
  'ANY /{proxy+}',
  'GET /{proxy+}',
  'ANY /pets/{proxy+}',
  'ANY /pets/{id}',
  'GET /pets/dog',
  'ANY /pets/dog',
  'GET /pets/{id}/{part}',
];

describe('the route of a request', () => {
  it.each([
    ['GET', '/pets/dog', 'GET /pets/dog', {}],
    ['POST', '/pets/dog', 'ANY /pets/dog', {}],
    ['GET', '/pets/cat', 'ANY /pets/{id}', { id: 'cat' }],
    ['GET', '/pets/cat/tail', 'GET /pets/{id}/{part}', { id: 'cat', part: 'tail' }],
    ['POST', '/pets/cat/tail', 'ANY /pets/{proxy+}', { proxy: 'cat/tail' }],
    ['GET', '/pets', 'GET /{proxy+}', { proxy: 'pets' }],
    ['POST', '/a/b/c', 'ANY /{proxy+}', { proxy: 'a/b/c' }],
    ['GET', '/pets/a%20b', 'ANY /pets/{id}', { id: 'a b' }],
    ['GET', '/', '$default', {}],
  ])('%s %s is %s', (...[method, path, key, parameters]) => {
    const match = matchRoute(routes(...all), method, path);
    expect(match).toMatchObject({ route: { key } });
    expect(match?.parameters).toEqual(parameters);
  });

  it.each([
    ['another method', 'POST', '/v1/releases'],
    ['a longer path', 'GET', '/v1/releases/1'],
    ['a shorter path', 'GET', '/v1'],
  ])('is none for %s', (_what, method, path) => {
    expect(matchRoute(routes('GET /v1/releases'), method, path)).toBeUndefined();
  });

  it('law: it does not depend on the order the routes were made in', () => {
    const paths = fc.constantFrom('/pets/dog', '/pets/cat', '/pets/cat/tail', '/x', '/');
    fc.assert(
      fc.property(fc.shuffledSubarray(all, { minLength: 1 }), paths, (keys, path) => {
        const forwards = matchRoute(routes(...keys), 'GET', path)?.route.key;
        expect(matchRoute(routes(...keys.toReversed()), 'GET', path)?.route.key).toBe(forwards);
      }),
      { seed: 7 },
    );
  });
});
