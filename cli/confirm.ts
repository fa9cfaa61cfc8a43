/** Asking a person before something happens. */
import { createInterface } from 'node:readline/promises';
import { failure } from '#shared/domain/errors/catalogue.ts';
import type { Terminal } from './command.ts';

/** How long a person may think; nothing waits for ever. */
const patienceMilliseconds = 10 * 60_000;

/** Returns when the answer is yes. Throws USAGE where nobody can be asked, and when the answer is another one or none. */
export async function confirmed(
  question: string,
  { yes, terminal }: { readonly yes: boolean; readonly terminal: Terminal },
): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY) {
    throw failure('USAGE', {
      detail: 'There is no terminal to ask at.',
      hint: 'Say --yes to do it without being asked.',
    });
  }
  terminal.progress(`${question} Type yes:`);
  const input = createInterface({ input: process.stdin });
  try {
    const answer = await input.question('', { signal: AbortSignal.timeout(patienceMilliseconds) }).catch(() => '');
    if (answer.trim() === 'yes') return;
  } finally {
    input.close();
  }
  throw failure('USAGE', { detail: 'Nothing was done.', hint: 'Answer yes, or say --yes.' });
}
