/** Commands as they are printed: they can be run as they stand. */
import { describe, expect, it } from 'vitest';
import { optionWords } from '#cli/connection.ts';
import { printedCommand, shellWord, withCommands } from '#cli/printed-command.ts';

describe('a printed command', () => {
  const place = '--sandbox --world /tmp/w --as bob';
  it.each([
    [
      'takes the place of the one that printed it',
      '`drawbridge status prm-1`',
      `\`npm run -s drawbridge -- status prm-1 ${place}\``,
    ],
    [
      'is in the sandbox anyway',
      '`drawbridge rehearse --fresh`',
      '`npm run -s drawbridge -- rehearse --fresh --world /tmp/w`',
    ],
    ['works nowhere', '`drawbridge validate a.yaml`', '`npm run -s drawbridge -- validate a.yaml`'],
    ['is help', '`drawbridge plan --help`', '`npm run -s drawbridge -- plan --help`'],
    [
      'is one of two',
      '`drawbridge doctor` or `drawbridge audit X`',
      `\`npm run -s drawbridge -- doctor ${place}\` or \`npm run -s drawbridge -- audit X ${place}\``,
    ],
    ['is none', 'drawbridge itself, and `npm start`', 'drawbridge itself, and `npm start`'],
  ])('that %s', (_case, text, expected) => {
    expect(withCommands(text, place)).toBe(expected);
  });

  it('says no place where none is known', () => {
    expect(withCommands('`drawbridge rehearse`, `drawbridge status`', '')).toBe(
      '`npm run -s drawbridge -- rehearse`, `npm run -s drawbridge -- status`',
    );
    expect(printedCommand('status', '')).toBe('npm run -s drawbridge -- status');
  });

  it('keeps a folder with a space together', () => {
    expect(withCommands('`drawbridge rehearse`', "--sandbox --world '/tmp/my world' --as bob")).toBe(
      "`npm run -s drawbridge -- rehearse --world '/tmp/my world'`",
    );
  });
});

describe('the options of a place', () => {
  it.each([
    ['the sandbox', { sandbox: true, as: 'alice', world: '.drawbridge/sandbox' }, '--sandbox'],
    ['another sandbox', { sandbox: true, as: 'alice', world: 'my world' }, "--sandbox --world 'my world'"],
    ['the sandbox as somebody else', { sandbox: true, as: 'bob', world: 'w' }, '--sandbox --world w --as bob'],
    ['an API', { api: 'https://x.example', region: 'eu-west-1' }, '--api https://x.example --region eu-west-1'],
    [
      'an API with a profile',
      { api: 'https://x.example', region: 'eu-west-1', profile: 'p' },
      '--api https://x.example --region eu-west-1 --profile p',
    ],
    ['nowhere', {}, ''],
  ])('%s', (_case, options, expected) => {
    expect(optionWords(options)).toBe(expected);
  });

  it.each([
    ['plain', 'plain'],
    ["it's", "'it'\\''s'"],
    ['$HOME', "'$HOME'"],
    ['', "''"],
  ])('%j is written %s', (word, expected) => {
    expect(shellWord(word)).toBe(expected);
  });
});
