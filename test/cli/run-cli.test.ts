import { describe, expect, it } from 'vitest';
import type { CliCommand, Outcome } from '#cli/command.ts';
import { runCli } from '#cli/run-cli.ts';
import { failure, problem } from '#shared/domain/errors/catalogue.ts';
import { recorder } from './workspace.ts';

const command = (name: string, run: CliCommand['run']): CliCommand => ({
  name,
  declare: (declared) => declared.description(`does ${name}`).argument('[what]').option('--deep', 'all of it'),
  run,
});

const done: Outcome = { kind: 'done', exit: 0, text: 'fine', json: { what: 'fine' } };
const missing = problem('FILE_NOT_FOUND', { path: 'x' }, { file: 'x', line: 2, column: 3, pointer: '/a' });
const leaked = problem('STATIC_KEY', { masked: 'AKIA' });

const available: readonly CliCommand[] = [
  command('greet', async () => done),
  command('echo', async ({ args, options }) => ({ ...done, text: JSON.stringify([args, options]) })),
  command('stop', async () => ({ ...done, exit: 3 })),
  command('complain', async () => ({ kind: 'problems', problems: [missing] })),
  command('leak', async () => ({ kind: 'problems', problems: [leaked, missing] })),
  command('refuse', async () => {
    throw failure('GUARD_ACCOUNT', { expected: '1', actual: '2' });
  }),
  command('break', async () => {
    throw new TypeError('no such thing');
  }),
  command('break-oddly', async () => {
    throw 'a string';
  }),
];

async function run(...words: string[]) {
  const terminal = recorder();
  const exit = await runCli(words, terminal, available);
  return { exit, out: terminal.printed.join('\n'), err: terminal.progressed.join('\n') };
}

describe('results', () => {
  it('are printed on standard output', async () => {
    expect(await run('greet')).toEqual({ exit: 0, out: 'fine', err: '' });
  });

  it('are the same facts as JSON, with a version', async () => {
    const { out, exit } = await run('greet', '--output', 'json');
    expect([exit, JSON.parse(out)]).toEqual([0, { schemaVersion: 1, ok: true, what: 'fine' }]);
  });

  it('may come with another exit code', async () => {
    expect((await run('stop')).exit).toBe(3);
    expect(JSON.parse((await run('stop', '--output=json')).out)).toMatchObject({ ok: false });
  });

  it.each([
    ['before', ['--output', 'text', 'echo', 'a', '--deep']],
    ['after', ['echo', 'a', '--deep', '--output', 'text']],
  ])('take global options %s the command', async (_name, words) => {
    expect((await run(...words)).out).toBe('[["a"],{"deep":true,"output":"text"}]');
  });
});

describe('problems', () => {
  it('are three lines each, on standard error', async () => {
    expect(await run('complain')).toEqual({
      exit: 2,
      out: '',
      err: [
        'error FILE_NOT_FOUND x:2:3 (/a)',
        '  There is no file x.',
        '  next: Check the path, or run the command in the folder that holds drawbridge.yml.',
      ].join('\n'),
    });
  });

  it('are JSON on standard output if that is wanted', async () => {
    const { exit, out, err } = await run('complain', '--output', 'json');
    expect([exit, err]).toEqual([2, '']);
    expect(JSON.parse(out)).toEqual({
      schemaVersion: 1,
      ok: false,
      problems: [{ code: 'FILE_NOT_FOUND', cause: missing.cause, next: missing.next, place: missing.place }],
    });
  });

  it.each([
    ['the highest exit code wins', 'leak', 3, 'STATIC_KEY'],
    ['a thrown problem is reported as itself', 'refuse', 4, 'GUARD_ACCOUNT'],
    [
      'anything else thrown is a defect',
      'break',
      1,
      'UNEXPECTED\n  Drawbridge itself failed: TypeError: no such thing',
    ],
    ['whatever it is', 'break-oddly', 1, 'UNEXPECTED\n  Drawbridge itself failed: a string'],
  ])('%s', async (_name, word, exit, text) => {
    const found = await run(word);
    expect(found.exit).toBe(exit);
    expect(found.err).toContain(`error ${text}`);
  });
});

describe('usage', () => {
  it.each([
    [
      'a misspelt command',
      ['gret'],
      /Unknown command 'gret'\.\n {2}next: Did you mean greet\? See `npm run -s drawbridge -- --help`\./,
    ],
    [
      'a misspelt option',
      ['greet', '--dep'],
      /Unknown option '--dep'\.\n {2}next: Did you mean --deep\? See `npm run -s drawbridge -- greet --help`\./,
    ],
    [
      'an option like nothing',
      ['greet', '--zzzzzz'],
      /Unknown option '--zzzzzz'\.\n {2}next: See `npm run -s drawbridge -- greet --help`\./,
    ],
    ['another output', ['greet', '--output', 'xml'], /'xml' is invalid.*text, json/],
    ['one argument too many', ['greet', 'a', 'b'], /Too many arguments/],
    ['no command', [], /Commands:[\s\S]*error USAGE\n {2}No command is given/],
  ])('of %s is explained', async (_name, words, text) => {
    const { exit, out, err } = await run(...words);
    expect([exit, out]).toEqual([2, '']);
    expect(err).toMatch(text);
  });

  it.each([[['gret', '--output', 'json']], [['--output=json', 'gret']]])(
    'is JSON if that is wanted: %j',
    async (words) => {
      const { exit, out, err } = await run(...words);
      expect([exit, err]).toEqual([2, '']);
      expect(JSON.parse(out).problems).toMatchObject([{ code: 'USAGE', cause: "Unknown command 'gret'." }]);
    },
  );

  it.each([[['--help']], [['help', 'greet']], [['greet', '--help']]])(
    '%j is printed and is no error',
    async (words) => {
      const { exit, out, err } = await run(...words);
      expect([exit, err]).toEqual([0, '']);
      expect(out).toMatch(/^Usage: drawbridge/);
    },
  );
});
