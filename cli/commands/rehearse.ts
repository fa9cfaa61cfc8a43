/** `drawbridge rehearse`: a promotion of the user's own files in the sandbox, before anything real happens. */

import { exitOfStatus, promotionJson, promotionText } from '../client/promotion-report.ts';
import type { CliCommand, Invocation, Outcome } from '../command.ts';
import { worldFolder } from '../connection.ts';
import type { LoadedConfig } from '../load-config.ts';
import { loadConfig } from '../load-config.ts';
import { choosePipeline, type PackagedRelease, packagePipeline } from '../package-release.ts';
import { faultsOf } from '../rehearsal/faults.ts';
import { openSandbox, type SandboxOptions } from '../rehearsal/open-sandbox.ts';
import { type Rehearsed, rehearse as runRehearsal } from '../rehearsal/rehearse.ts';
import { serve } from '../rehearsal/serve.ts';

export const rehearse: CliCommand = {
  name: 'rehearse',
  declare: (command) =>
    command
      .summary('promote a pipeline in the sandbox; no AWS account is contacted')
      .description(
        'Releases and promotes a pipeline through a simulated AWS organization on this machine. No AWS account is contacted.',
      )
      .argument('[path]', 'a file, or the folder of drawbridge.yml', 'drawbridge.yml')
      .option('--pipeline <name>', 'which pipeline, if there are several')
      .option('--fault <fault...>', 'let a resource fail: <target or environment>:<logical id>:<status>')
      .option('--as <person>', 'who asks for the promotion', 'alice')
      .option('--seed <number>', 'seed of a new world', '1')
      .option('--fresh', 'begin with a new world')
      .option('--world <folder>', 'where the world is kept', worldFolder)
      .option('--accounts <folder>', 'templates of the target accounts, instead of the shipped ones')
      .option('--serve', 'keep the sandbox up afterwards, for the AWS CLI')
      .option('--for <minutes>', 'how long --serve lasts', '60')
      .addHelpText(
        'after',
        '\nExamples:\n  drawbridge rehearse examples/orders\n  drawbridge rehearse examples/orders --fault production:Api:UPDATE_FAILED',
      ),
  run: async (invocation) => {
    const loaded = await loadConfig(invocation.args[0] ?? 'drawbridge.yml');
    if (loaded.kind === 'invalid') return { kind: 'problems', problems: loaded.problems };
    const chosen = choosePipeline(loaded.config, invocation.options['pipeline'] as string | undefined);
    if ('code' in chosen) return { kind: 'problems', problems: [chosen] };
    const packaged = await packagePipeline(loaded, chosen);
    if (packaged.kind === 'invalid') return { kind: 'problems', problems: packaged.problems };
    return inSandbox(invocation, loaded, packaged);
  },
};

async function inSandbox(
  { options, terminal }: Invocation,
  { config }: LoadedConfig,
  packaged: PackagedRelease,
): Promise<Outcome> {
  const sandboxOptions = sandboxOptionsOf(
    options,
    ((options['fault'] as string[] | undefined) ?? []).flatMap((fault) => faultsOf(fault, config)),
  );
  terminal.progress('SIMULATED: no AWS account is contacted (virtual clock)');
  const started = performance.now();
  const targets = config.targets.map(({ document }) => document);
  const opened = await openSandbox(sandboxOptions, targets);
  const rehearsed = await runRehearsal(opened, packaged, { targets, terminal }).finally(() => opened.close());
  if (options['serve'] === true) await serve(sandboxOptions, { minutes: Number(options['for']), terminal });
  return report(rehearsed, (performance.now() - started) / 1000);
}

function sandboxOptionsOf(options: Invocation['options'], faults: SandboxOptions['faults']): SandboxOptions {
  const accounts = options['accounts'] as string | undefined;
  return {
    folder: options['world'] as string,
    seed: Number(options['seed']),
    fresh: options['fresh'] === true,
    mode: 'virtual',
    person: options['as'] as string,
    faults,
    ...(accounts === undefined ? {} : { accounts }),
  };
}

function report({ record, calls, transitions, virtualMilliseconds }: Rehearsed, seconds: number): Outcome {
  const { status, id } = record.promotion;
  const virtual = `${Math.round(virtualMilliseconds / 1000)} s virtual`;
  const text = [
    promotionText(record),
    '',
    `${transitions} state transitions, ${counted(calls)} AWS calls, ${virtual}, ${seconds.toFixed(1)} s real; simulated`,
    `next: npm run -s drawbridge -- status ${id} --sandbox`,
  ].join('\n');
  return {
    kind: 'done',
    exit: exitOfStatus(status),
    text,
    json: { simulated: true, ...promotionJson(record), calls, transitions },
  };
}

function counted(calls: Rehearsed['calls']): number {
  return Object.values(calls)
    .flatMap((operations) => Object.values(operations))
    .reduce((sum, count) => sum + count, 0);
}
