/**
 * A running sandbox in which the shipped templates are deployed: what `drawbridge rehearse` works in, opened in the time it takes to read a
 * file. The onboarded world is made once per state of the sources, kept in build/test-worlds, and loaded by every test that asks for it.
 */
import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openSandbox } from '#cli/rehearsal/open-sandbox.ts';
import type { Fault } from '#sandbox/fault.ts';
import type { Sandbox, World } from '#sandbox/kernel.ts';
import type { StandIns } from '#sandbox/lambda/registry.ts';
import { homeRegion, sharedServicesAccount } from '#sandbox/organization.ts';
import { createFaults } from '#sandbox/runtime/faults.ts';
import type { RunningSandbox, SandboxService } from '#sandbox/runtime/running-sandbox.ts';
import { startSandbox } from '#sandbox/runtime/start.ts';
import { sandboxServices } from '#sandbox/services.ts';
import { openPersonSession } from '#sandbox/sts/sessions.ts';
import type { Api } from '#shared/aws/api.ts';
import type { Target } from '#shared/domain/config/schema.ts';
import type { Policy } from '#shared/domain/policy/policy.ts';
import { fingerprint } from '../../scripts/fingerprint.mjs';
import { whileLocked } from '../../scripts/lock.mjs';
import { ensurePackaged } from '../../scripts/package.mjs';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const preProduction = { name: 'pre-production', account: '222222222222', region: homeRegion } as const;
export const production = { name: 'production', account: '333333333333', region: homeRegion } as const;
/** With which CloudFormation works in pre-production. */
export const executionRole = `arn:aws:iam::${preProduction.account}:role/drawbridge/drawbridge-execution`;

export interface RehearsalOptions {
  readonly faults?: readonly Fault[];
  /** Folder with account.yml and region.yml; the shipped one where not given. */
  readonly accounts?: string;
  readonly seed?: number;
  /** A world to continue instead of the onboarded one. */
  readonly world?: World;
  /** Code for the functions of templates, which otherwise have none here. */
  readonly standIns?: StandIns;
  /** Puts something in place of a service. */
  readonly services?: (services: readonly SandboxService[]) => readonly SandboxService[];
}

export interface Rehearsal {
  readonly sandbox: RunningSandbox;
  /** Every event that reached a bus, in order. */
  readonly events: readonly unknown[];
  /** Outputs of the orchestrator stack. */
  readonly outputs: Readonly<Record<string, string>>;
  /** The API as a person uses it. */
  apiAs(person: string): Api;
  /** From now on these faults and no others happen; each counts from here. */
  strike(...faults: Fault[]): void;
  close(): Promise<void>;
}

/** Starts a sandbox on the onboarded organization: shared services, pre-production and production. */
export async function openRehearsal(options: RehearsalOptions = {}): Promise<Rehearsal> {
  const { seed = 1, faults = [], standIns = {} } = options;
  const world = options.world ?? (await onboardedWorld(seed, options.accounts ?? join(root, 'accounts')));
  const events: unknown[] = [];
  const services = (options.services ?? ((all) => all))(sandboxServices).map((service) => listening(service, events));
  const sandbox = await startSandbox({ seed, services, world, faults, standIns });
  const outputs = outputsOf(world);
  return {
    sandbox,
    events,
    outputs,
    apiAs: (person) => ({
      endpoint: `${sandbox.endpoint}/_api/${outputs['HttpApiId']}`,
      region: homeRegion,
      credentials: openPersonSession(sandbox, person),
    }),
    strike: (...struck) => {
      for (const fault of struck) delete sandbox.world.counters[`fault ${JSON.stringify(fault)}`];
      Object.assign(sandbox, { faults: createFaults(sandbox.world, struck, sandbox.record) });
    },
    close: sandbox.close,
  };
}

/** The events service as it is, with every event that reaches a bus noted. */
function listening(service: SandboxService, events: unknown[]): SandboxService {
  const deliver = service.jobs['deliver'];
  if (service.name !== 'events' || deliver === undefined) return service;
  const noted = (sandbox: Sandbox, payload: never) => {
    events.push((payload as { event: unknown }).event);
    return deliver(sandbox, payload);
  };
  return { ...service, jobs: { ...service.jobs, deliver: noted } };
}

function outputsOf(world: World): Record<string, string> {
  const stack = Object.values(world.cloudformation.stacks).find(
    ({ account, stackName }) => account === sharedServicesAccount && stackName === 'drawbridge',
  );
  return Object.fromEntries((stack?.outputs ?? []).map(({ key, value }) => [key, value]));
}

const sources = ['sandbox', 'cli/rehearsal', 'shared/domain/iam', 'shared/aws/ledger', 'infra/artifacts-region.yml'];

/** The saved onboarded world; made when the sources, the account templates or the seed differ from every saved one. */
async function onboardedWorld(seed: number, accounts: string): Promise<World> {
  const { template } = await ensurePackaged();
  const hash = createHash('sha256').update(readFileSync(template)).update(fingerprint(root, sources));
  const state = hash.digest('hex').slice(0, 16);
  const worlds = join(root, 'build/test-worlds');
  const folder = join(worlds, state, `${seed}-${fingerprint(accounts, ['.']).slice(0, 16)}`);
  return whileLocked(join(root, 'build/.test-worlds'), async () => {
    if (!isSaved(folder)) {
      await forgetOthers(worlds, state);
      await onboard(folder, { seed, accounts });
    }
    return JSON.parse(readFileSync(join(folder, 'world.json'), 'utf8')) as World;
  });
}

function isSaved(folder: string): boolean {
  try {
    return readFileSync(join(folder, 'world.json')).length > 0;
  } catch {
    return false;
  }
}

async function forgetOthers(worlds: string, state: string): Promise<void> {
  await mkdir(worlds, { recursive: true });
  const others = (await readdir(worlds)).filter((name) => name !== state);
  await Promise.all(others.map((name) => rm(join(worlds, name), { recursive: true, force: true })));
}

async function onboard(folder: string, { seed, accounts }: { seed: number; accounts: string }): Promise<void> {
  const options = {
    folder,
    seed,
    accounts,
    fresh: true,
    faults: [],
    mode: 'virtual',
    person: 'alice',
    policies,
  } as const;
  try {
    const opened = await openSandbox(options, [target(preProduction), target(production)]);
    await opened.close();
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** As the examples have it: in pre-production nobody is asked. */
const notProduction: Policy = {
  ...{ apiVersion: 'drawbridge/v1', kind: 'Policy', metadata: { name: 'pre-production' } },
  selector: { matchLabels: { env: 'pre-production' } },
  production: false,
};
const policies = [notProduction];

function target({ name, account, region }: { name: string; account: string; region: string }): Target {
  const metadata = { name, labels: { env: name } };
  return { apiVersion: 'drawbridge/v1', kind: 'Target', metadata, account, region } as Target;
}
