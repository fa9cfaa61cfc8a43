/** What a command says to files that are wrong. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { runCli } from '#cli/run-cli.ts';
import { placeText } from '#shared/domain/errors/problem.ts';
import { type Files, recorder, workspace } from './workspace.ts';

export interface Refusal {
  readonly exit: number;
  /** Code and place of each problem. */
  readonly problems: readonly string[];
  readonly text: string;
}

/** Rehearses what is in the folder; nothing may be there afterwards that was not before. */
export async function refused(files: Files, path = '.'): Promise<Refusal> {
  const root = await workspace(files);
  const before = await readdir(root, { recursive: true });
  const terminal = recorder();
  const words = ['rehearse', join(root, path), '--world', join(root, '.drawbridge/sandbox'), '--output', 'json'];
  const exit = await runCli(words, terminal);
  expect(await readdir(root, { recursive: true })).toEqual(before);
  expect(terminal.progressed).toEqual([]);
  const { ok, problems } = JSON.parse(terminal.printed.join('\n'));
  expect(ok).toBe(false);
  for (const { cause, next } of problems)
    expect([cause, next]).toEqual([expect.stringMatching(/\S/), expect.stringMatching(/\S/)]);
  return {
    exit,
    problems: problems.map((one: { code: string; place: object }) =>
      `${one.code} ${placeText(one.place)}`.replaceAll(`${root}/`, '').trim(),
    ),
    text: problems.map((one: { cause: string; next: string }) => `${one.cause} ${one.next}`).join('\n'),
  };
}
