/** Asks the person at the terminal. */
import process from 'node:process';
import { createInterface } from 'node:readline/promises';

/** True for `y` or `yes`. The question goes to standard error, since standard output is for the result. An end of input is a no. */
export async function confirm(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const closed = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
  try {
    const answer = await Promise.race([terminal.question(`${question} [y/N] `), closed]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
