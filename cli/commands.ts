/** Every command, in the order of the help page. */
import type { CliCommand } from './command.ts';
import { validate } from './commands/validate.ts';

export const commands: readonly CliCommand[] = [validate];
