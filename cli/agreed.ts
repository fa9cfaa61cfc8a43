/** A person's yes before something is done. */
import { failure } from '#shared/domain/errors/catalogue.ts';
import type { Invocation } from './command.ts';

/**
 * True when the person says yes, or said --yes beforehand. `subject` begins the sentence that is told where nobody can be asked. Throws
 * USAGE then: a command that waits for an answer nobody gives would never end.
 */
export async function agreed(
  { question, subject }: { readonly question: string; readonly subject: string },
  { options, terminal }: Pick<Invocation, 'options' | 'terminal'>,
): Promise<boolean> {
  if (options['yes'] === true) return true;
  if (terminal.confirm === undefined)
    throw failure('USAGE', { detail: `${subject} and nobody to ask.`, hint: 'Look at it first, then say --yes.' });
  return terminal.confirm(question);
}
