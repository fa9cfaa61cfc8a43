/** The code of an MFA device: given on the command line, or asked for in a terminal. */
import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import { failure } from '#shared/domain/errors/catalogue.ts';

export interface CodeTerminal {
  readonly input: Readable & { readonly isTTY?: boolean };
  /** Standard error: the question is no result. */
  readonly output: Writable;
}

/** Answers the given code, or asks. Throws MFA_CODE_NEEDED where nobody can be asked, and MFA_CODE_INVALID. */
export function mfaCodeFrom(
  given: string | undefined,
  { input, output }: CodeTerminal = { input: process.stdin, output: process.stderr },
): (serialNumber: string) => Promise<string> {
  return async (device) => {
    if (given === undefined && input.isTTY !== true) throw failure('MFA_CODE_NEEDED', { device });
    const code = given ?? (await ask(`Code of the MFA device ${device}: `, { input, output }));
    if (!/^\d{6}$/.test(code)) throw failure('MFA_CODE_INVALID', {});
    return code;
  };
}

async function ask(question: string, { input, output }: CodeTerminal): Promise<string> {
  const terminal = createInterface({ input, output });
  try {
    return (await terminal.question(question)).trim();
  } finally {
    terminal.close();
  }
}
