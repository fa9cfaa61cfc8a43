/** Runs a program in place of ours: its input, output and exit code are the command's. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import process from 'node:process';
import { failure } from '#shared/domain/errors/catalogue.ts';

/**
 * The program's exit code; 128 and the signal's number when a signal ended it, as shells count. Ctrl-C is for the program to answer.
 * Throws PROGRAM_NOT_STARTED.
 */
export async function runProgram(
  [program = '', ...parameters]: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<number> {
  const listeners = process.listeners('SIGINT');
  const ignore = () => undefined;
  process.removeAllListeners('SIGINT').on('SIGINT', ignore);
  try {
    return await ended(program, parameters, environment);
  } finally {
    process.off('SIGINT', ignore);
    for (const listener of listeners) process.on('SIGINT', listener);
  }
}

function ended(program: string, parameters: readonly string[], env: Readonly<Record<string, string>>): Promise<number> {
  const child = spawn(program, parameters, { stdio: 'inherit', env });
  return new Promise((resolve, reject) => {
    child.on('error', (error: NodeJS.ErrnoException) => {
      const detail = error.code === 'ENOENT' ? 'there is no such program' : String(error.code);
      reject(failure('PROGRAM_NOT_STARTED', { program, detail }));
    });
    child.on('close', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
}
