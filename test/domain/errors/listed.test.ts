import { expect, it } from 'vitest';
import { problem } from '#shared/domain/errors/catalogue.ts';
import { listed } from '#shared/domain/errors/problem.ts';

it.each([
  ['one', ['a'], 'a'],
  ['some, each once', ['a', 'b', 'a'], 'a, b'],
  ['as many as fit on a line', ['a', 'b', 'c'], 'a, b, c'],
  ['more, of which the number is told', ['a', 'b', 'c', 'd', 'e'], 'a, b, c and 2 more'],
])('lists %s', (_, names, text) => {
  expect(listed(names, 3)).toBe(text);
});

it.each([
  ['where to look, if nothing is known', {}, /GET \/v1\/webhooks/],
  ['that there is none', { known: [] }, /no webhook yet/],
  ['which there are', { known: ['orders', 'billing'] }, /are orders, billing\./],
])('an unknown webhook is answered with %s', (_, facts, next) => {
  expect(problem('WEBHOOK_UNKNOWN', { webhook: 'x', ...facts }).next).toMatch(next);
});
