/** Every command, in the order of the help page. */
import type { CliCommand } from './command.ts';
import { history } from './commands/history.ts';
import { promote } from './commands/promote.ts';
import { rehearse } from './commands/rehearse.ts';
import { release } from './commands/release.ts';
import { status } from './commands/status.ts';
import { trust } from './commands/trust.ts';
import { validate } from './commands/validate.ts';

export const commands: readonly CliCommand[] = [rehearse, validate, release, promote, status, history, trust];
