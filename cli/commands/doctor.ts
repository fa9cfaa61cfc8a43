/** `drawbridge doctor`: is everything between the orchestrator and its targets as it has to be? */
import type { Check, Diagnosis } from '#shared/domain/doctor/facts.ts';
import { diagnoseTarget, listTargets } from '../client/diagnoses.ts';
import type { CliCommand, Outcome } from '../command.ts';
import { type Connection, connect, withConnection } from '../connection.ts';

export const doctor: CliCommand = {
  name: 'doctor',
  declare: (command) =>
    withConnection(command)
      .summary('check that the targets can be reached and are set up as they have to be')
      .description(
        'Lets the orchestrator look at its targets: identity, roles, trust, version, permissions, clock, region, event forwarding. ' +
          'Nothing is changed. One line for each check, with what to do about it; the exit code is 4 unless all are ok.',
      )
      .option('--target <name>', 'only this target; all of them when left out')
      .addHelpText('after', '\nExamples:\n  drawbridge doctor --sandbox\n  drawbridge doctor --target production'),
  run: async ({ options }) => {
    const connection = await connect(options);
    try {
      const targets = await targetsOf(connection, options['target'] as string | undefined);
      const diagnoses: Diagnosis[] = [];
      // One after the other: a diagnosis is a dozen calls of STS and IAM, which throttle.
      for (const target of targets) diagnoses.push(await diagnoseTarget(connection.api, target));
      return report(diagnoses, connection.simulated);
    } finally {
      await connection.close();
    }
  },
};

async function targetsOf({ api }: Connection, named: string | undefined): Promise<string[]> {
  return named === undefined ? (await listTargets(api)).map(({ name }) => name) : [named];
}

function report(diagnoses: readonly Diagnosis[], simulated: boolean): Outcome {
  const healthy = diagnoses.every(({ checks }) => checks.every(({ verdict }) => verdict === 'ok'));
  const lines = diagnoses.flatMap(({ target, account, region, checks }) => [
    `${target} ${account}/${region}`,
    ...checks.map(checkLine),
  ]);
  const text = diagnoses.length === 0 ? 'No target is on record yet.' : lines.join('\n');
  return { kind: 'done', exit: healthy ? 0 : 4, text, json: { simulated, targets: diagnoses } };
}

function checkLine({ check, verdict, says, next }: Check): string {
  const word = { ok: 'ok', failed: 'FAILED', unknown: '?' }[verdict];
  return `  ${word.padEnd(6)} ${check.padEnd(19)} ${says}${next === undefined ? '' : `  next: ${next}`}`;
}
