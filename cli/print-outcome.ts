/** Prints what became of a command. */
import type { ExitCode, Problem } from '#shared/domain/errors/problem.ts';
import { placeText } from '#shared/domain/errors/problem.ts';
import type { Outcome, Terminal } from './command.ts';

export type OutputFormat = 'text' | 'json';

/** JSON always goes to standard output, problems included: a program reads one stream. Problems as text go to standard error. */
export function printOutcome(outcome: Outcome, format: OutputFormat, terminal: Terminal): ExitCode {
  if (format === 'json') terminal.print(JSON.stringify(document(outcome), null, 2));
  else if (outcome.kind === 'done') terminal.print(outcome.text);
  else for (const problem of outcome.problems) terminal.progress(problemText(problem));
  return exitOf(outcome);
}

/** `error CODE place`, the cause, the next step: three lines. */
function problemText({ code, cause, next, place }: Problem): string {
  return `${['error', code, placeText(place)].filter(Boolean).join(' ')}\n  ${cause}\n  next: ${next}`;
}

function document(outcome: Outcome): Record<string, unknown> {
  if (outcome.kind === 'done') return { schemaVersion: 1, ok: outcome.exit === 0, ...outcome.json };
  const problems = outcome.problems.map(({ code, cause, next, place }) => ({ code, cause, next, place }));
  return { schemaVersion: 1, ok: false, problems };
}

function exitOf(outcome: Outcome): ExitCode {
  if (outcome.kind === 'done') return outcome.exit;
  return outcome.problems.reduce<ExitCode>((highest, { exit }) => (exit > highest ? exit : highest), 1);
}
