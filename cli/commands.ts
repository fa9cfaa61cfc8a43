/** Every command, in the order of the help page. */
import type { CliCommand } from './command.ts';
import { apply } from './commands/apply.ts';
import { approve } from './commands/approve.ts';
import { audit } from './commands/audit.ts';
import { console } from './commands/console.ts';
import { credentials } from './commands/credentials.ts';
import { doctor } from './commands/doctor.ts';
import { exec } from './commands/exec.ts';
import { explain } from './commands/explain.ts';
import { freeze } from './commands/freeze.ts';
import { history } from './commands/history.ts';
import { hold } from './commands/hold.ts';
import { plan } from './commands/plan.ts';
import { promote } from './commands/promote.ts';
import { rehearse } from './commands/rehearse.ts';
import { reject } from './commands/reject.ts';
import { release } from './commands/release.ts';
import { retry } from './commands/retry.ts';
import { rollback } from './commands/rollback.ts';
import { schedule } from './commands/schedule.ts';
import { status } from './commands/status.ts';
import { stop } from './commands/stop.ts';
import { trust } from './commands/trust.ts';
import { validate } from './commands/validate.ts';

export const commands: readonly CliCommand[] = [
  rehearse,
  validate,
  explain,
  apply,
  release,
  plan,
  promote,
  approve,
  reject,
  retry,
  rollback,
  status,
  history,
  schedule,
  freeze,
  stop,
  hold,
  audit,
  doctor,
  credentials,
  exec,
  console,
  trust,
];
