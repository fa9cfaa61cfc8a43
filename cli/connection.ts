/** Where a command works: the API of a deployment, or the sandbox. Never one instead of the other. */
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { Command } from 'commander';
import type { Api } from '#shared/aws/api.ts';
import type { Target } from '#shared/domain/config/schema.ts';
import { failure } from '#shared/domain/errors/catalogue.ts';
import { openSandbox, type SandboxOptions } from './rehearsal/open-sandbox.ts';

export interface Connection {
  readonly api: Api;
  readonly simulated: boolean;
  /** A key that no other request has. */
  newKey(): string;
  /** Lets time pass while a promotion is under way: a few seconds on AWS, in the sandbox until nothing is left to happen. */
  pass(): Promise<void>;
  close(): Promise<void>;
}

/** Folder in which the sandbox keeps its world, below the current one. */
export const worldFolder = '.drawbridge/sandbox';
const pollMilliseconds = 5_000;

/** Adds the options by which a command is told where to work. */
export function withConnection(command: Command): Command {
  return command
    .option('--api <url>', 'address of the deployed API (DRAWBRIDGE_API)')
    .option('--region <region>', 'region of the deployed API (AWS_REGION)')
    .option('--sandbox', 'work in the simulated organization on this machine')
    .option('--as <person>', 'who to act as in the sandbox', 'alice')
    .option('--world <folder>', 'where the sandbox is kept', worldFolder);
}

/** Opens what the options name. Throws WORLD_NOT_CHOSEN. */
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
      mode: 'virtual',
    } as const;
    return connectSandbox(chosen, targets);
  }
  if (api === undefined || region === undefined) throw failure('WORLD_NOT_CHOSEN', {});
  return {
    api: { endpoint: api, region },
    simulated: false,
    newKey: randomUUID,
    pass: () => setTimeout(pollMilliseconds),
    close: () => Promise.resolve(),
  };
}

async function connectSandbox(options: SandboxOptions, targets: readonly Target[]): Promise<Connection> {
  const { sandbox, api, close } = await openSandbox(options, targets);
  return { api, simulated: true, newKey: () => sandbox.mint('idempotency-key', 24), pass: () => sandbox.run(), close };
}
