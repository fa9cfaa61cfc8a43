import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';

function start(...words: string[]) {
  return spawn(process.execPath, ['cli/main.ts', ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
}

describe('the process', () => {
  it.each([
    ['0 when all is well', ['validate', 'examples/orders'], 0, /valid: 1 pipeline/, /^$/],
    ['2 for wrong usage', ['valdate'], 2, /^$/, /Did you mean validate\?/],
  ])('exits with %s', async (_name, words, code, out, err) => {
    const child = start(...words);
    const [stdout, stderr, [exit]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    expect(stderr).toMatch(err);
    expect(stdout).toMatch(out);
    expect(exit).toBe(code);
  });

  it('ends quietly when nobody reads on', async () => {
    const child = start('validate', 'examples/orders', '--output', 'json');
    child.stdout.destroy();
    const [stderr, [exit]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    expect([exit, stderr]).toEqual([0, '']);
  });
});
