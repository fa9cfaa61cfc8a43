/** Prints what became of a command. */
import type { Problem } from '#shared/domain/errors/problem.ts';
import { placeText } from '#shared/domain/errors/problem.ts';
import type { Outcome, OutputFormat, Terminal } from './command.ts';

type Printed = Exclude<Outcome, { kind: 'ended' }>;

/** JSON always goes to standard output, problems included: a program reads one stream. Problems as text go to standard error. */
export function printOutcome(outcome: Outcome, format: OutputFormat, terminal: Terminal): number {
  if (outcome.kind === 'ended') return outcome.exit;
  if (format === 'json') terminal.print(JSON.stringify(document(outcome), null, 2));
  else if (outcome.kind === 'done') terminal.print(textOf(outcome, format));
  else for (const problem of outcome.problems) terminal.progress(problemText(problem));
  return exitOf(outcome);
}

function textOf(
  { text, forms = {} }: Extract<Outcome, { kind: 'done' }>,
  format: Exclude<OutputFormat, 'json'>,
): string {
  return (format === 'text' ? undefined : forms[format]) ?? text;
}

/** `error CODE place`, the cause, the next step: three lines. */
function problemText({ code, cause, next, place }: Problem): string {
  return `${['error', code, placeText(place)].filter(Boolean).join(' ')}\n  ${cause}\n  next: ${next}`;
}

function document(outcome: Printed): Record<string, unknown> {
  if (outcome.kind === 'done') return { schemaVersion: 1, ok: outcome.exit === 0, ...outcome.json };
  const problems = outcome.problems.map(({ code, cause, next, place }) => ({ code, cause, next, place }));
  return { schemaVersion: 1, ok: false, problems };
}

function exitOf(outcome: Printed): number {
  if (outcome.kind === 'done') return outcome.exit;
  return outcome.problems.reduce<number>((highest, { exit }) => (exit > highest ? exit : highest), 1);
}
