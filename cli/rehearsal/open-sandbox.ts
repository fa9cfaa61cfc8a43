/** Opens the simulated organization a command works in: its saved world, or a new one, onboarded with the shipped templates. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Fault } from '#sandbox/fault.ts';
import type { World } from '#sandbox/kernel.ts';
import { homeRegion, seedIdentities } from '#sandbox/organization.ts';
import type { PageAnswer } from '#sandbox/outside.ts';
import { emptyWorld } from '#sandbox/runtime/empty-world.ts';
import type { Mode, RunningSandbox } from '#sandbox/runtime/running-sandbox.ts';
import { startSandbox } from '#sandbox/runtime/start.ts';
import { loadWorld } from '#sandbox/runtime/world-file.ts';
import { sandboxServices } from '#sandbox/services.ts';
import type { Api } from '#shared/aws/api.ts';
import type { Target } from '#shared/domain/config/schema.ts';
import { failure } from '#shared/domain/errors/catalogue.ts';
import type { Policy } from '#shared/domain/policy/policy.ts';
import type { Webhook } from '#shared/domain/webhook/webhook.ts';
import { ensurePackaged } from '../../scripts/package.mjs';
import { sessionOf } from './people.ts';
import { setUp } from './set-up.ts';
import { lockWorld } from './world-lock.ts';

export interface SandboxOptions {
  /** Where the world is kept between commands. */
  readonly folder: string;
  readonly seed: number;
  /** Begin with a new world, whatever was saved. */
  readonly fresh: boolean;
  readonly faults: readonly Fault[];
  /** What pages answer that are verified. */
  readonly pages?: readonly PageAnswer[];
  readonly mode: Mode;
  /** Name of a person, or of a function whose credentials are wanted. */
  readonly person: string;
  /** Who approves in a rehearsal what a policy wants approved; nobody where not given. */
  readonly approver?: string | undefined;
  /** The command only makes sense in a world that exists. */
  readonly existing?: boolean;
  /** Folder with account.yml and region.yml; the shipped one where not given. */
  readonly accounts?: string;
  /** The policies that shall hold, and no others; undefined leaves them as they are. */
  readonly policies?: readonly Policy[];
  /** As the policies. */
  readonly webhooks?: readonly Webhook[];
}

export interface OpenSandbox {
  readonly sandbox: RunningSandbox;
  readonly api: Api;
  /** The API as another person calls it. Throws PERSON_UNKNOWN. */
  apiAs(person: string): Api;
  /** Saves the world and ends everything. */
  close(): Promise<void>;
}

const betweenCommands = 1_000;
const project = fileURLToPath(new URL('../..', import.meta.url));

/** Starts the sandbox with the targets of the configuration onboarded. Throws WORLD_BUSY, WORLD_ABSENT, WORLD_UNREADABLE, PERSON_UNKNOWN. */
export async function openSandbox(options: SandboxOptions, targets: readonly Target[]): Promise<OpenSandbox> {
  const { template } = await ensurePackaged();
  const unlock = await lockWorld(options.folder);
  try {
    return await openLocked(options, { targets, template, unlock });
  } catch (error) {
    await unlock();
    throw error;
  }
}

interface Onboarding {
  readonly targets: readonly Target[];
  readonly template: string;
  unlock(): Promise<void>;
}

async function openLocked(options: SandboxOptions, { targets, template, unlock }: Onboarding): Promise<OpenSandbox> {
  const saved = options.fresh ? undefined : await savedWorld(options.folder);
  if (saved === undefined && options.existing === true) throw failure('WORLD_ABSENT', { folder: options.folder });
  const world = withAccounts(saved ?? emptyWorld(options.seed), targets);
  const sandbox = await startSandbox({
    seed: options.seed,
    services: sandboxServices,
    world,
    mode: options.mode,
    faults: options.faults,
    pages: options.pages ?? [],
  });
  try {
    seedIdentities(sandbox);
    const accounts = options.accounts ?? join(project, 'accounts');
    const artifactsTemplate = join(project, 'infra', 'artifacts-region.yml');
    const { policies, webhooks } = options;
    const rules = { ...(policies === undefined ? {} : { policies }), ...(webhooks === undefined ? {} : { webhooks }) };
    const wanted = { targets, template, artifactsTemplate, accounts, ...rules };
    const { apiEndpoint } = await setUp(sandbox, wanted);
    // One command after the other: not two of them in the same millisecond, or the history could not tell which was first.
    if (options.mode === 'virtual') await sandbox.advance(betweenCommands);
    const apiAs = (person: string) => ({
      endpoint: apiEndpoint,
      region: homeRegion,
      credentials: sessionOf(sandbox, person),
    });
    return { sandbox, api: apiAs(options.person), apiAs, close: () => close(sandbox, options.folder).finally(unlock) };
  } catch (error) {
    await sandbox.close();
    throw error;
  }
}

async function savedWorld(folder: string): Promise<World | undefined> {
  const loaded = await loadWorld(folder);
  if (loaded.kind === 'unreadable') throw failure('WORLD_UNREADABLE', { folder, reason: loaded.reason });
  return loaded.kind === 'world' ? loaded.world : undefined;
}

/** The accounts of the user's own targets join the organization. */
function withAccounts(world: World, targets: readonly Target[]): World {
  const accounts = { ...world.organization.accounts };
  for (const { account: id, metadata } of targets) accounts[id] ??= { id, name: metadata.name, disabledRegions: [] };
  return { ...world, organization: { ...world.organization, accounts } };
}

async function close(sandbox: RunningSandbox, folder: string): Promise<void> {
  try {
    await sandbox.save(folder);
  } finally {
    await sandbox.close();
  }
}
