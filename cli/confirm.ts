/** Asks the person at the terminal. */
import process from 'node:process';
import { createInterface, type ReadLineOptions } from 'node:readline/promises';

/** True for `y` or `yes`. The question goes to standard error, since standard output is for the result. An end of input is a no. */
export async function confirm(
  question: string,
  streams: Pick<ReadLineOptions, 'input' | 'output'> = { input: process.stdin, output: process.stderr },
): Promise<boolean> {
  const terminal = createInterface(streams);
  const closed = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
  try {
    const answer = await Promise.race([terminal.question(`${question} [y/N] `), closed]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
