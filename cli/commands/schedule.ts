/** `drawbridge schedule`: what promotes by itself and when, and what came of it. */
import { Argument } from 'commander';
import { failure } from '#shared/domain/errors/catalogue.ts';
import type { FiringRecord, ScheduleRecord } from '#shared/domain/schedule/schedule.ts';
import { deleteSchedule, getSchedule, listFirings, listSchedules, putSchedule } from '../client/schedules.ts';
import type { CliCommand, Outcome } from '../command.ts';
import { type Connection, connect, withConnection } from '../connection.ts';
import { nextRuns } from '../next-runs.ts';
import { wholeNumber } from '../number-option.ts';

const actions = ['list', 'preview', 'history', 'pause', 'resume', 'remove'] as const;
type Action = (typeof actions)[number];

export const schedule: CliCommand = {
  name: 'schedule',
  declare: (command) =>
    withConnection(command)
      .summary('look at schedules, and pause, resume or remove one')
      .description(
        'list shows the schedules that hold, preview when one fires next, history what came of its firings and why some were skipped. ' +
          'pause and resume are versions of the schedule like any other change. New and changed schedules come in with `drawbridge apply`.',
      )
      .addArgument(new Argument('<action>', 'what to do').choices(actions))
      .argument('[name]', 'the schedule; list needs none')
      .addOption(wholeNumber('--count <number>', 'preview: how many runs', { from: 1, to: 100, or: 5 }))
      .addHelpText(
        'after',
        '\nExamples:\n  drawbridge schedule list --sandbox\n  drawbridge schedule preview nightly --count 10 --sandbox\n' +
          '  drawbridge schedule pause nightly --api https://…',
      ),
  run: async ({ args: [action, name], options }) => {
    const connection = await connect(options);
    try {
      if (action === 'list') return await list(connection);
      if (name === undefined)
        throw failure('USAGE', { detail: 'No schedule is named.', hint: 'See `drawbridge schedule list`.' });
      return await actOn(connection, { action: action as Action, name, count: options['count'] as number });
    } finally {
      await connection.close();
    }
  },
};

async function list({ api, simulated }: Connection): Promise<Outcome> {
  const schedules = await listSchedules(api);
  const text = schedules.length === 0 ? 'There is no schedule yet.' : schedules.map(scheduleLine).join('\n');
  return { kind: 'done', exit: 0, text, json: { simulated, schedules } };
}

async function actOn(
  { api, simulated, now }: Connection,
  { action, name, count }: { action: Action; name: string; count: number },
): Promise<Outcome> {
  const record = await getSchedule(api, name);
  const done = (text: string, more: object): Outcome => {
    return { kind: 'done', exit: 0, text, json: { simulated, name, ...more } };
  };
  switch (action) {
    case 'preview': {
      const runs = nextRuns(record.schedule, { from: now(), count, appliedAt: new Date(record.appliedAt) });
      const paused = record.schedule.enabled === false;
      const lines = runs.map((run) => run.toISOString());
      const head = paused ? ['paused; it would fire'] : [];
      return done(lines.length === 0 ? 'It does not fire again.' : [...head, ...lines].join('\n'), {
        paused,
        runs: lines,
      });
    }
    case 'remove':
      await deleteSchedule(api, name, record.version);
      return done(`removed ${name}`, { removed: true });
    case 'pause':
    case 'resume': {
      const after = await putSchedule(api, { ...record.schedule, enabled: action === 'resume' }, record.version);
      return done(scheduleLine(after), { schedule: after.schedule, version: after.version });
    }
    default: {
      const firings = await listFirings(api, name);
      return done(firings.map(firingLine).join('\n') || `Schedule ${name} has not fired yet.`, { firings });
    }
  }
}

function scheduleLine({ schedule: one, version }: ScheduleRecord): string {
  const { metadata, pipeline, expression, timezone = 'UTC', environments, mode = 'promote', enabled = true } = one;
  const where = environments?.join(', ') ?? 'all environments';
  const paused = enabled ? '' : '  paused';
  return `${metadata.name.padEnd(20)} version ${version}  ${mode} ${pipeline} to ${where}, ${expression} ${timezone}${paused}`;
}

function firingLine({ scheduledTime, outcome, releaseId, promotion, reason }: FiringRecord): string {
  const what =
    outcome === 'promoted' ? `${releaseId}  ${promotion ?? 'not asked for yet'}` : `${reason?.code}: ${reason?.text}`;
  return `${scheduledTime}  ${outcome}  ${what}`;
}
