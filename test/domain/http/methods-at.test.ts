import { expect, it } from 'vitest';
import { methodsAt } from '#shared/domain/http/methods-at.ts';

const routes = [
  { method: 'ALL', path: '/v1/*' },
  { method: 'GET', path: '/v1/things' },
  { method: 'POST', path: '/v1/things' },
  { method: 'PUT', path: '/v1/things/:name' },
  { method: 'POST', path: '/v1/things/:name/parts' },
];

it.each([
  ['/v1/things', ['GET', 'HEAD', 'POST']],
  ['/v1/things/one', ['PUT']],
  ['/v1/things/one/parts', ['POST']],
  ['/v1/things/', []],
  ['/v1/things/one/parts/two', []],
  ['/v1/other', []],
])('%s takes %j', (path, methods) => {
  expect(methodsAt(routes, path)).toEqual(methods);
});
