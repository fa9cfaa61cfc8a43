/** `drawbridge rehearse`: promotions of the user's own files in the sandbox, before anything real happens. */
import { problem } from '#shared/domain/errors/catalogue.ts';
import { exitOfPromotion, promotionJson, promotionText } from '../client/promotion-report.ts';
import { restrictionText } from '../client/restrictions.ts';
import type { CliCommand, Invocation, Outcome, Terminal } from '../command.ts';
import { defaultPerson, optionWords, worldFolder } from '../connection.ts';
import { type Invalid, loadConfig } from '../load-config.ts';
import { wholeNumber } from '../number-option.ts';
import { choosePipeline, packagePipeline, resourcesIn } from '../package-release.ts';
import { printedCommand } from '../printed-command.ts';
import { type RequestedFault, requestedFault } from '../rehearsal/faults.ts';
import type { SandboxOptions } from '../rehearsal/open-sandbox.ts';
import { isFunctionName } from '../rehearsal/people.ts';
import { type Rehearsal, type Rehearsed, rehearse as runRehearsal } from '../rehearsal/rehearse.ts';
import { type Serving, serve } from '../rehearsal/serve.ts';

export const rehearse: CliCommand = {
  name: 'rehearse',
  sandboxed: true,
  declare: (command) =>
    command
      .summary('promote a pipeline in the sandbox; no AWS account is contacted')
      .description(
        'Releases and promotes a pipeline through a simulated AWS organization on this machine. No AWS account is contacted. ' +
          'Several paths are promoted one after the other, as a first release and its updates; faults strike the last one.',
      )
      .argument('[paths...]', 'files, or folders of drawbridge.yml', ['drawbridge.yml'])
      .option('--pipeline <name>', 'which pipeline, if there are several')
      .option(
        '--fault <faults...>',
        'let a resource fail: <target or environment>:<logical id>:<status>; a verification: <…>:verify:<name>:<failed or error>; an alarm: <…>:alarm:<name>:<after>',
      )
      .option(
        '--as <person>',
        'who asks for the promotion; with --serve also a function, such as drawbridge-plan',
        defaultPerson,
      )
      .option('--approve-as <person>', 'who approves what a policy wants approved', 'bob')
      .option('--no-approve', 'stop where an approval is waited for')
      .addOption(wholeNumber('--seed <number>', 'seed of a new world', { from: 0, to: 4_294_967_295, or: 1 }))
      .option('--fresh', 'begin with a new world')
      .option('--world <folder>', 'where the world is kept', worldFolder)
      .option('--accounts <folder>', 'templates of the target accounts, instead of the shipped ones')
      .option('--serve', 'keep the sandbox up afterwards, for the AWS CLI')
      .addOption(wholeNumber('--for <minutes>', 'how long --serve lasts', { from: 0, to: 1440, or: 60 }))
      .addHelpText(
        'after',
        '\nExamples:\n  drawbridge rehearse examples/orders\n' +
          '  drawbridge rehearse examples/orders examples/orders-update --fault production:Api:UPDATE_FAILED',
      ),
  run: async (invocation) => {
    const paths = invocation.args[0] as unknown as string[];
    const rehearsals = await Promise.all(paths.map((path) => prepare(path, invocation.options['pipeline'] as string)));
    const problems = rehearsals.flatMap((one) => (one.kind === 'invalid' ? one.problems : []));
    if (problems.length > 0) return { kind: 'problems', problems };
    return inSandbox(
      invocation,
      rehearsals.filter((one) => one.kind === 'rehearsal'),
    );
  },
};

async function prepare(path: string, pipeline: string | undefined): Promise<Rehearsal | Invalid> {
  const loaded = await loadConfig(path);
  if (loaded.kind === 'invalid') return loaded;
  const chosen = choosePipeline(loaded.config, pipeline);
  if ('code' in chosen) return { kind: 'invalid', problems: [chosen] };
  const packaged = await packagePipeline(loaded, chosen);
  return packaged.kind === 'invalid' ? packaged : { kind: 'rehearsal', config: loaded.config, packaged };
}

async function inSandbox({ options, terminal }: Invocation, rehearsals: readonly Rehearsal[]): Promise<Outcome> {
  const last = rehearsals.at(-1) as Rehearsal;
  const words = (options['fault'] as string[] | undefined) ?? [];
  const faults = words.map((text) => requestedFault(text, last.config, resourcesIn(last.packaged)));
  terminal.progress('SIMULATED: no AWS account is contacted (virtual clock)');
  const started = performance.now();
  const where = optionWords({ sandbox: true, world: options['world'], as: defaultPerson });
  let rehearsed: Rehearsed | undefined;
  for (const rehearsal of rehearsals) {
    const first = rehearsed === undefined;
    const struck = rehearsal === last ? faults : [];
    rehearsed = await runRehearsal(
      rehearsal,
      {
        ...sandboxOptions(options),
        person: asker(options),
        approver: options['approve'] === false ? undefined : (options['approveAs'] as string),
        fresh: first && options['fresh'] === true,
        faults: struck.flatMap(({ faults: one }) => one),
      },
      terminal,
    );
    if (exitOfPromotion(rehearsed.record) !== 0) break;
    if (rehearsal !== last) terminal.progress(promotionText(rehearsed.record, where, rehearsed.plans));
  }
  const outcome = report(rehearsed as Rehearsed, { faults, where, seconds: (performance.now() - started) / 1000 });
  if (options['serve'] === true) await serve(sandboxOptions(options), servingOf(options, terminal));
  return outcome;
}

function sandboxOptions(options: Invocation['options']): SandboxOptions {
  const accounts = options['accounts'] as string | undefined;
  return {
    folder: options['world'] as string,
    seed: options['seed'] as number,
    fresh: false,
    mode: 'virtual',
    person: options['as'] as string,
    faults: [],
    ...(accounts === undefined ? {} : { accounts }),
  };
}

/** Functions ask for nothing: with --serve their credentials can be tried, after the rehearsal of a person. */
function asker(options: Invocation['options']): string {
  const name = options['as'] as string;
  return options['serve'] === true && isFunctionName(name) ? defaultPerson : name;
}

/** With JSON, standard output holds the result and nothing else. */
function servingOf(options: Invocation['options'], terminal: Terminal): Serving {
  const print = options['output'] === 'json' ? terminal.progress : terminal.print;
  return { minutes: options['for'] as number, terminal: { ...terminal, print } };
}

function report(
  rehearsed: Rehearsed,
  { faults, where, seconds }: { faults: readonly RequestedFault[]; where: string; seconds: number },
): Outcome {
  const { record, calls, transitions, virtualMilliseconds, rollbacks, holds } = rehearsed;
  const { id } = record.promotion;
  const exit = exitOfPromotion(record);
  const missed = faults.find((fault) => !rehearsed.struck.some((text) => text.includes(fault.reached)));
  // A promotion that ended badly before it got there says more.
  if (exit === 0 && missed !== undefined)
    return { kind: 'problems', problems: [problem('FAULT_NOT_REACHED', { fault: missed.text })] };
  const text = [
    promotionText(record, where, rehearsed.plans),
    ...rollbacks.map((rollback) => promotionText(rollback, where)),
    ...holds.map((hold) => `held     ${restrictionText(hold)}`),
    '',
    `${transitions} state transitions, ${counted(calls)} AWS calls, ${Math.round(virtualMilliseconds / 1000)} s virtual, ${seconds.toFixed(1)} s real; simulated`,
    `next: ${printedCommand(`status ${id}`, where)}`,
  ].join('\n');
  return {
    kind: 'done',
    exit,
    text,
    json: { simulated: true, ...promotionJson(record), ...(holds.length > 0 && { holds }), calls, transitions },
  };
}

function counted(calls: Rehearsed['calls']): number {
  return Object.values(calls)
    .flatMap((operations) => Object.values(operations))
    .reduce((sum, count) => sum + count, 0);
}
