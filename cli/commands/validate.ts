/** `drawbridge validate`: reads and packages everything, contacts nothing. */
import { matchTargets } from '#shared/domain/config/match-targets.ts';
import { isBareTemplate, validateTemplate } from '../bare-template.ts';
import type { CliCommand, Outcome } from '../command.ts';
import { type WaivedFinding, waivedText } from '../gate-templates.ts';
import { type LoadedConfig, loadConfig } from '../load-config.ts';
import { type PackagedRelease, packagePipeline } from '../package-release.ts';

export const validate: CliCommand = {
  name: 'validate',
  declare: (command) =>
    command
      .summary('check configuration and templates; contacts nothing')
      .description(
        'Checks configuration, templates, code and parameters, and prints the release they make. ' +
          'Of a file that is a template, checks the template and the ones it nests. Contacts nothing.',
      )
      .argument('[path]', 'a file, the folder of drawbridge.yml, or a template', 'drawbridge.yml')
      .addHelpText(
        'after',
        '\nExamples:\n  drawbridge validate\n  drawbridge validate examples/orders --output json\n' +
          '  drawbridge validate templates/orders.yaml',
      ),
  run: async ({ args: [path = 'drawbridge.yml'] }) => {
    if (await isBareTemplate(path)) return validateTemplate(path);
    const loaded = await loadConfig(path);
    if (loaded.kind === 'invalid') return { kind: 'problems', problems: loaded.problems };
    const packaged = [];
    for (const pipeline of loaded.config.pipelines) packaged.push(await packagePipeline(loaded, pipeline));
    const problems = packaged.flatMap((one) => (one.kind === 'invalid' ? one.problems : []));
    if (problems.length > 0) return { kind: 'problems', problems };
    return summary(
      loaded,
      packaged.flatMap((one) => (one.kind === 'release' ? [one] : [])),
    );
  },
};

function summary({ config }: LoadedConfig, releases: readonly PackagedRelease[]): Outcome {
  const targets = config.targets.map(({ document }) => ({
    name: document.metadata.name,
    labels: document.metadata.labels,
    account: document.account,
    region: document.region,
  }));
  const pipelines = releases.map(({ manifest, id, digest, files, waived }) => ({
    name: manifest.pipeline,
    release: { id, digest },
    stacks: manifest.stacks.map(({ name, stackName, template }) => ({ name, stackName, templateBytes: template.size })),
    files: files.length,
    waived,
    environments: manifest.environments.map((environment) => ({
      name: environment.name,
      targets: matchTargets(environment, targets).map(({ labels: _, ...target }) => target),
    })),
  }));
  const policies = config.policies.map(({ document }) => document.metadata.name);
  const webhooks = config.webhooks.map(({ document }) => document.metadata.name);
  const schedules = config.schedules.map(({ document }) => document.metadata.name);
  const json = { pipelines, targets: targets.map(({ name }) => name), policies, webhooks, schedules };
  return { kind: 'done', exit: 0, text: textOf(json), json };
}

interface Summary {
  readonly pipelines: readonly {
    readonly name: string;
    readonly release: { readonly id: string; readonly digest: string };
    readonly stacks: readonly { readonly name: string; readonly stackName: string; readonly templateBytes: number }[];
    readonly files: number;
    readonly waived: readonly WaivedFinding[];
    readonly environments: readonly {
      readonly name: string;
      readonly targets: readonly { readonly name: string; readonly account: string; readonly region: string }[];
    }[];
  }[];
  readonly targets: readonly string[];
  readonly policies: readonly string[];
  readonly webhooks: readonly string[];
  readonly schedules: readonly string[];
}

function textOf({ pipelines, targets, policies, webhooks, schedules }: Summary): string {
  const lines = pipelines.flatMap(({ name, release, stacks, files, waived, environments }) => [
    `pipeline ${name}`,
    `  release      ${release.id}  ${release.digest}  ${counted(files, 'file')}`,
    ...stacks.map((stack) => `  stack        ${stack.name}  as ${stack.stackName}  ${stack.templateBytes} bytes`),
    ...waived.map((finding) => `  waived       ${waivedText(finding)}`),
    ...environments.map((environment) => {
      const places = environment.targets.map(({ account, region, name: target }) => `${target} (${account}/${region})`);
      return `  environment  ${environment.name}  ${places.join(', ') || 'targets as in the ledger'}`;
    }),
  ]);
  const counts = [
    counted(pipelines.length, 'pipeline'),
    counted(targets.length, 'target'),
    counted(policies.length, 'policy'),
    ...(webhooks.length > 0 ? [counted(webhooks.length, 'webhook')] : []),
    ...(schedules.length === 0 ? [] : [counted(schedules.length, 'schedule')]),
  ];
  return [...lines, `valid: ${counts.join(', ')}`].join('\n');
}

function counted(count: number, noun: string): string {
  const plural = noun.endsWith('y') ? `${noun.slice(0, -1)}ies` : `${noun}s`;
  return `${count} ${count === 1 ? noun : plural}`;
}
