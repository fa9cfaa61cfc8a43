import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { confirm } from '#cli/confirm.ts';

it.each([
  ['y\n', true],
  ['Yes\n', true],
  [' y \n', true],
  ['n\n', false],
  ['\n', false],
  ['yesterday\n', false],
  // The end of the input.
  ['', false],
])('%j is %s', async (typed, expected) => {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const answer = confirm('Apply?', { input, output });
  input.end(typed);
  expect(await answer).toBe(expected);
  expect(String(output.read())).toBe('Apply? [y/N] ');
});
