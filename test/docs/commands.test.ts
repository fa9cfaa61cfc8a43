/** Whatever the pages and the next steps of errors tell to type is parsed by the command line itself. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { CliCommand } from '#cli/command.ts';
import { commands } from '#cli/commands.ts';
import { runCli } from '#cli/run-cli.ts';
import { catalogue, type ErrorCode, problem } from '#shared/domain/errors/catalogue.ts';
import { namedFacts } from './error-tables.ts';
import { codeBlocks, inlineCode, pages } from './pages.ts';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
const startWords: string[] = scripts.start.replace(/^node \S+ /, '').split(' ');

/** The real declarations; nothing is run. */
const parsedOnly = commands.map(
  (command): CliCommand => ({ ...command, run: async () => ({ kind: 'done', exit: 0, text: '', json: {} }) }),
);

const inPages = pages.flatMap((page) => {
  const lines = [...codeBlocks(page).flatMap(({ text }) => text.split('\n')), ...inlineCode(page)];
  return lines.flatMap((line) => wordsOf(line).map((words) => [page.path, words.join(' '), words] as const));
});

const inErrors = Object.keys(catalogue).flatMap((code) => {
  const { next } = problem(code as ErrorCode, namedFacts as never);
  const quoted = [...`${next}`.matchAll(/`([^`]+)`|(npm start .+)$/g)].map(([, quote, bare]) => quote ?? bare ?? '');
  return quoted.flatMap((line) => wordsOf(line).map((words) => [code, words.join(' '), words] as const));
});

describe('a command is understood', () => {
  it('and there are some', () => {
    expect(inPages.length).toBeGreaterThan(20);
    expect(inErrors.length).toBeGreaterThan(3);
  });

  it.each([...inPages, ...inErrors])('%s: drawbridge %s', async (_where, _line, words) => {
    const complaints: string[] = [];
    const terminal = { print: () => undefined, progress: (text: string) => void complaints.push(text) };
    expect([await runCli(words, terminal, parsedOnly), complaints]).toEqual([0, []]);
  });
});

/** The command line's own words, if the line calls it. A lone command name, as in running text, needs no arguments. */
function wordsOf(line: string): string[][] {
  const [command = ''] = line.split(/ [#|>]|&&/);
  // As a shell takes it: what stands in quotes is one word.
  const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare = '']) => quoted ?? bare);
  if (words[0] === 'npm' && words[1] === 'start')
    return [[...startWords, ...words.slice(2).filter((word) => !/^(--|-s)$/.test(word))]];
  const at = words.indexOf('drawbridge');
  const rest = words.slice(at + 1).filter((word) => word !== '--');
  const called = words[0] === 'drawbridge' || (words[0] === 'npm' && words[1] === 'run' && at > 0);
  if (!called || rest.length === 0 || /^[[(]/.test(rest[0] ?? '')) return [];
  return rest.length === 1 && /^[a-z]+$/.test(rest[0] ?? '') ? [[...rest, '--help']] : [rest];
}
