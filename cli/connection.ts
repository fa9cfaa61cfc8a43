/** Where a command works: the API of a deployment, or the sandbox. Never one instead of the other. */
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import type { Api } from '#shared/aws/api.ts';
import type { Target } from '#shared/domain/config/schema.ts';
import { failure } from '#shared/domain/errors/catalogue.ts';
import { checkEndpoints, isLoopback } from './endpoints.ts';
import { shellWord } from './printed-command.ts';
import { openSandbox, type SandboxOptions } from './rehearsal/open-sandbox.ts';
import { waitsForPeople } from './rehearsal/waits-for-people.ts';
import { signInOf, withSignIn } from './sign-in.ts';

export interface Connection {
  readonly api: Api;
  readonly simulated: boolean;
  /** The options by which another command works in the same place. */
  readonly options: string;
  /** A key that no other request has. */
  newKey(): string;
  /** What time it is there. */
  now(): Date;
  /** Lets time pass while a promotion is under way: a few seconds on AWS, in the sandbox until people are waited for or nothing is left to happen. */
  pass(): Promise<void>;
  /** What was asked for goes on: on AWS by itself, in the sandbox to its end before the world is saved. */
  close(): Promise<void>;
}

/** Who a command acts as in the sandbox when nobody is named. */
export const defaultPerson = 'alice';
/** Folder in which the sandbox keeps its world, below the current one. */
export const worldFolder = '.drawbridge/sandbox';
const pollMilliseconds = 5_000;

/** Adds the options by which a command is told where to work. */
export function withConnection(command: Command): Command {
  const placed = command
    .addOption(new Option('--api <url>', 'address of the deployed API').env('DRAWBRIDGE_API'))
    .addOption(new Option('--region <region>', 'region of the deployed API').env('AWS_REGION'));
  return withSignIn(placed)
    .option('--sandbox', 'work in the simulated organization on this machine')
    .option('--as <person>', 'who to act as in the sandbox', defaultPerson)
    .option('--world <folder>', 'where the sandbox is kept', worldFolder)
    .hook('preAction', refuseBoth);
}

/** Both on the command line contradict each other; an address that is only in the environment gives way to --sandbox. */
function refuseBoth(command: Command): void {
  if (command.getOptionValueSource('sandbox') !== 'cli' || command.getOptionValueSource('api') !== 'cli') return;
  throw failure('USAGE', { detail: '--api and --sandbox are two different worlds.', hint: 'Give one of the two.' });
}

/** Opens what the options name. Throws WORLD_NOT_CHOSEN, ENDPOINT_INVALID, WORLDS_MIXED, and what `signInOf` does. */
export async function connect(
  options: Readonly<Record<string, unknown>>,
  targets: readonly Target[] = [],
): Promise<Connection> {
  const { api, region, sandbox, as: person, world } = options as Partial<Record<string, string>>;
  if (sandbox !== undefined) {
    const chosen = {
      folder: `${world}`,
      person: `${person}`,
      seed: 1,
      fresh: false,
      faults: [],
      // Without targets of its own the command can only look at what was rehearsed.
      existing: targets.length === 0,
      mode: 'virtual',
    } as const;
    return connectSandbox(chosen, targets);
  }
  if (api === undefined) throw failure('WORLD_NOT_CHOSEN', {});
  // biome-ignore lint/style/noProcessEnv: the overrides are those that the AWS SDK in this very process would follow.
  const endpoint = checkEndpoints(api, process.env);
  if (region === undefined) {
    throw failure('USAGE', {
      detail: 'The region of the API is not known.',
      hint: 'Name it with --region or AWS_REGION.',
    });
  }
  const simulated = isLoopback(endpoint);
  const place = { region, ...(simulated ? { endpoint: new URL(endpoint).origin } : {}) };
  return {
    api: { endpoint, region, signIn: await signInOf(options, place) },
    simulated,
    options: optionWords({ ...options, api: endpoint }),
    newKey: randomUUID,
    now: () => new Date(),
    pass: () => setTimeout(pollMilliseconds),
    close: () => Promise.resolve(),
  };
}

/** The options by which another command works in the same place, as whoever this one works as. */
export function optionWords(options: Readonly<Record<string, unknown>>): string {
  const { api, region, profile, sandbox, as: person, world = worldFolder } = options as Partial<Record<string, string>>;
  const given = (entries: readonly (readonly [string, string | undefined])[]) =>
    entries.flatMap(([name, value]) => (value === undefined ? [] : [`--${name} ${shellWord(value)}`]));
  if (sandbox === undefined) {
    if (api === undefined) return '';
    return given([
      ['api', api],
      ['region', region],
      ['profile', profile],
    ]).join(' ');
  }
  const others = given([
    ['world', world === worldFolder ? undefined : world],
    ['as', person === defaultPerson ? undefined : person],
  ]);
  return ['--sandbox', ...others].join(' ');
}

async function connectSandbox(options: SandboxOptions, targets: readonly Target[]): Promise<Connection> {
  const { sandbox, api, close } = await openSandbox(options, targets);
  const pass = () => sandbox.run(() => waitsForPeople(sandbox.world));
  const newKey = () => sandbox.mint('idempotency-key', 24);
  const { folder: world, person: as } = options;
  return {
    api,
    simulated: true,
    options: optionWords({ sandbox: true, world, as }),
    newKey,
    now: () => new Date(sandbox.now()),
    pass,
    close: () => pass().finally(close),
  };
}
