/** What every command that opens a session for a person asks for. */
import type { Command } from 'commander';
import { longestVisit, type SessionWish, shortestVisit, type Use } from '#shared/domain/broker/person-session.ts';
import type { Invocation } from './command.ts';
import { withConnection } from './connection.ts';
import { wholeNumber } from './number-option.ts';

/** Adds where to work, and for which target, why and how long. */
export function withSession(command: Command): Command {
  return withConnection(command)
    .requiredOption('--target <name>', 'target to look into')
    .requiredOption('--reason <text>', 'why; it is recorded with your name')
    .addOption(
      wholeNumber('--seconds <seconds>', 'how long the session lasts', {
        from: shortestVisit,
        to: longestVisit,
        or: shortestVisit,
      }),
    );
}

/** What the options ask the broker for. */
export function wishOf(options: Invocation['options'], use: Use): SessionWish {
  const { target, reason, seconds } = options as { target: string; reason: string; seconds: number };
  return { target, reason, use, seconds };
}
