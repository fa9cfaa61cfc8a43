import { describe, expect, it } from 'vitest';
import { agreed } from '#cli/agreed.ts';
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
