import { PassThrough } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { agreed } from '#cli/agreed.ts';
import { confirm } from '#cli/confirm.ts';
import { recorder } from './workspace.ts';

describe('a person’s yes', () => {
  const asked = { question: 'Approve this plan?', subject: 'There is a plan to decide on' };

  it.each<[string, { yes?: boolean }, () => Promise<boolean>, boolean]>([
    ['said beforehand', { yes: true }, async () => false, true],
    ['said at the terminal', {}, async () => true, true],
    ['not said at the terminal', {}, async () => false, false],
  ])('is %s', async (_, options, answer, expected) => {
    expect(await agreed(asked, { options, terminal: recorder(answer) })).toBe(expected);
  });

  it('is asked of nobody where nobody could answer', async () => {
    await expect(agreed(asked, { options: {}, terminal: recorder() })).rejects.toMatchObject({
      name: 'USAGE',
      message: expect.stringMatching(/There is a plan to decide on and nobody to ask\..*say --yes/),
    });
    expect(await agreed(asked, { options: { yes: true }, terminal: recorder() })).toBe(true);
  });
});

describe('asking at the terminal', () => {
  it.each([
    ['y\n', true],
    ['Yes\n', true],
    [' yes \n', true],
    ['n\n', false],
    ['\n', false],
    ['yesterday\n', false],
    // The end of the input: Ctrl-D, or an empty file.
    ['', false],
  ])('takes %j for %s', async (text, expected) => {
    const stdin = new PassThrough();
    const stderr = new PassThrough();
    const spies = [vi.spyOn(process, 'stdin', 'get'), vi.spyOn(process, 'stderr', 'get')];
    spies[0]?.mockReturnValue(stdin as never);
    spies[1]?.mockReturnValue(stderr as never);
    const answer = confirm('Approve this plan?');
    stdin.end(text);
    expect(await answer).toBe(expected);
    for (const spy of spies) spy.mockRestore();
    expect(String(stderr.read())).toContain('Approve this plan? [y/N] ');
  });
});
