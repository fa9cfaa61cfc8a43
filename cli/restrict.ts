/** `drawbridge freeze`, `stop` and `hold`: put, listed and lifted in the same words. */
import type { Command } from 'commander';
import { failure } from '#shared/domain/errors/catalogue.ts';
import type { Restriction, RestrictionKind, RestrictionWish } from '#shared/domain/restriction/restriction.ts';
import { liftRestriction, listRestrictions, putRestriction, restrictionText } from './client/restrictions.ts';
import type { Invocation, Outcome } from './command.ts';
import { type Connection, connect, withConnection } from './connection.ts';

export function withRestriction(command: Command, kind: RestrictionKind): Command {
  return withConnection(command)
    .option('--pipeline <name>', `of this pipeline${kind === 'hold' ? '' : '; of every one when left out'}`)
    .option('--environment <name>', `in this environment${kind === 'hold' ? '' : '; in every one when left out'}`)
    .option('--reason <text>', 'why, in one line; it is recorded with your name')
    .option('--lift <id>', `take a ${kind} away; needs --reason too`)
    .option('--list', `show every ${kind} that holds or is to come`);
}

/** Lists, lifts or puts, as the options say. */
export async function restrict(kind: RestrictionKind, { options }: Invocation): Promise<Outcome> {
  const connection = await connect(options);
  try {
    if (options['list'] === true) return await list(connection, kind);
    const { lift, reason } = options as Partial<Record<string, string>>;
    if (reason === undefined)
      throw failure('USAGE', { detail: 'No reason is given.', hint: 'Say why with --reason, or look with --list.' });
    if (lift !== undefined) {
      const lifted = await liftRestriction(connection.api, kind, { id: lift, reason });
      return told(connection, lifted, `lifted ${lift}`);
    }
    const wish = wishIn(options, reason);
    const put = await putRestriction(connection.api, kind, { wish, idempotencyKey: connection.newKey() });
    return told(connection, put, restrictionText(put));
  } finally {
    await connection.close();
  }
}

async function list({ api, simulated }: Connection, kind: RestrictionKind): Promise<Outcome> {
  const restrictions = await listRestrictions(api, kind);
  const text = restrictions.map(restrictionText).join('\n') || `There is no ${kind}.`;
  return { kind: 'done', exit: 0, text, json: { simulated, restrictions } };
}

function told({ simulated }: Connection, restriction: Restriction, text: string): Outcome {
  return { kind: 'done', exit: 0, text, json: { simulated, restriction } };
}

/** The API says what is wrong with it. */
function wishIn(options: Readonly<Record<string, unknown>>, reason: string): RestrictionWish {
  const said = ['pipeline', 'environment', 'from', 'until'].flatMap((name) =>
    options[name] === undefined ? [] : [[name, options[name]]],
  );
  return { ...Object.fromEntries(said), reason };
}
