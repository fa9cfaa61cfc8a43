/**
 * Brings a simulated organization to where a real one is after onboarding: the packaged orchestrator stack in shared services, the shipped
 * account templates in every target account, and the targets in the ledger. Run again, it changes only what differs.
 */
import { join } from 'node:path';
import { homeRegion, sharedServicesAccount } from '#sandbox/organization.ts';
import type { RunningSandbox } from '#sandbox/runtime/running-sandbox.ts';
import { applyPolicy, listPolicies } from '#shared/aws/ledger/policies.ts';
import type { Ledger } from '#shared/aws/ledger/table.ts';
import { listTargets, recordTarget, type TargetRecord } from '#shared/aws/ledger/targets.ts';
import type { Target } from '#shared/domain/config/schema.ts';
import { DrawbridgeError } from '#shared/domain/errors/catalogue.ts';
import type { Policy } from '#shared/domain/policy/policy.ts';
import { canonicalJson } from '#shared/domain/release/canonical-json.ts';
import type { Webhook } from '#shared/domain/webhook/webhook.ts';
import { readText } from '../read-text.ts';
import { deployTemplate, type Outputs } from './administrator.ts';
import { sessionOf } from './people.ts';
import { holdWebhooks } from './set-up-webhooks.ts';

export interface SetUp {
  readonly targets: readonly Target[];
  /** The policies that shall hold, and no others; undefined leaves them as they are. */
  readonly policies?: readonly Policy[];
  /** As the policies; each has a secret in Secrets Manager. */
  readonly webhooks?: readonly Webhook[];
  /** Files of the project: the packaged orchestrator template, the artifacts template of further regions, and the folder of account templates. */
  readonly template: string;
  readonly artifactsTemplate: string;
  readonly accounts: string;
}

const administrator = 'carol';

export interface Orchestrator {
  readonly apiEndpoint: string;
}

/** Deploys what is missing or changed and records the targets. Throws SET_UP_FAILED with CloudFormation's words, and FILE_NOT_FOUND. */
export async function setUp(sandbox: RunningSandbox, wanted: SetUp): Promise<Orchestrator> {
  const outputs = await deployOrchestrator(sandbox, wanted);
  const ledger = ledgerOf(sandbox, outputs);
  const recorded = await listTargets(ledger);
  const known = new Map(recorded.map((record) => [record.account, record.externalId]));
  await retire(ledger, recorded, wanted.targets);
  if (wanted.policies !== undefined) await holdPolicies(sandbox, ledger, wanted.policies);
  if (wanted.webhooks !== undefined)
    await holdWebhooks(sandbox, ledger, { wanted: wanted.webhooks, by: administrator });
  for (const account of accountsOf(wanted.targets)) {
    const externalId = known.get(account) ?? sandbox.mint(`external-id/${account}`, 32);
    await deployAccount(sandbox, { wanted, outputs, account, externalId });
    for (const target of wanted.targets.filter((candidate) => candidate.account === account)) {
      await deployRegion(sandbox, { wanted, outputs, target });
      await recordTarget(ledger, recordOf(target, externalId));
    }
  }
  return { apiEndpoint: `${sandbox.endpoint}/_api/${outputs['HttpApiId']}` };
}

/** Targets that the files at hand do not name belong to another rehearsal: without labels no environment takes them. */
async function retire(ledger: Ledger, recorded: readonly TargetRecord[], wanted: readonly Target[]): Promise<void> {
  if (wanted.length === 0) return;
  const named = new Set(wanted.map((target) => target.metadata.name));
  for (const record of recorded) if (!named.has(record.name)) await recordTarget(ledger, { ...record, labels: {} });
}

/** The administrator applies the policies of the files at hand; those of another rehearsal no longer hold. */
async function holdPolicies(sandbox: RunningSandbox, ledger: Ledger, wanted: readonly Policy[]): Promise<void> {
  const held = await listPolicies(ledger);
  const applied = { by: administrator, at: new Date(sandbox.now()).toISOString() };
  const kept = new Set(wanted.map(({ metadata }) => metadata.name));
  for (const { policy, version } of held) {
    const { name } = policy.metadata;
    if (!kept.has(name)) await applyPolicy(ledger, { name, policy: undefined, seen: version, ...applied });
  }
  for (const policy of wanted) {
    const { name } = policy.metadata;
    const before = held.find((record) => record.policy.metadata.name === name);
    if (before !== undefined && canonicalJson(before.policy) === canonicalJson(policy)) continue;
    await applyPolicy(ledger, { name, policy, seen: before?.version ?? 0, ...applied });
  }
}

async function deployOrchestrator(sandbox: RunningSandbox, wanted: SetUp): Promise<Outputs> {
  const parameters = { OrganizationId: sandbox.world.organization.id };
  const body = await templateAt(wanted.template);
  const outputs = await deployTemplate(sandbox, {
    account: sharedServicesAccount,
    region: homeRegion,
    stackName: 'drawbridge',
    body,
    parameters,
  });
  const further = await templateAt(wanted.artifactsTemplate);
  for (const region of new Set(wanted.targets.map((target) => target.region))) {
    if (region === homeRegion) continue;
    await deployTemplate(sandbox, {
      account: sharedServicesAccount,
      region,
      stackName: 'drawbridge-artifacts',
      body: further,
      parameters,
    });
  }
  return outputs;
}

interface AccountDeployment {
  readonly wanted: SetUp;
  readonly outputs: Outputs;
  readonly account: string;
  readonly externalId: string;
}

async function deployAccount(
  sandbox: RunningSandbox,
  { wanted, outputs, account, externalId }: AccountDeployment,
): Promise<void> {
  await deployTemplate(sandbox, {
    account,
    region: homeRegion,
    stackName: 'drawbridge-account',
    body: await templateAt(join(wanted.accounts, 'account.yml')),
    parameters: {
      OrchestratorRoleArn: outputs['OrchestratorRoleArn'] ?? '',
      ExternalId: externalId,
      EventBusArn: outputs['EventBusArn'] ?? '',
      ArtifactsBucketPrefix: `drawbridge-artifacts-${sharedServicesAccount}`,
      OrganizationId: sandbox.world.organization.id,
      ExecutionPolicyArns: 'arn:aws:iam::aws:policy/AdministratorAccess',
    },
  });
}

async function deployRegion(
  sandbox: RunningSandbox,
  { wanted, outputs, target }: { wanted: SetUp; outputs: Outputs; target: Target },
): Promise<void> {
  await deployTemplate(sandbox, {
    account: target.account,
    region: target.region,
    stackName: 'drawbridge-region',
    body: await templateAt(join(wanted.accounts, 'region.yml')),
    parameters: { EventBusArn: outputs['EventBusArn'] ?? '' },
  });
}

async function templateAt(path: string): Promise<string> {
  const read = await readText(path);
  if (read.kind === 'unreadable') throw new DrawbridgeError(read.problem);
  return read.text;
}

/** The platform administrator writes targets to the ledger, as `bootstrap` does on AWS. */
function ledgerOf(sandbox: RunningSandbox, outputs: Outputs) {
  const credentials = sessionOf(sandbox, administrator);
  return {
    table: outputs['LedgerTable'] ?? '',
    connection: { endpoint: sandbox.endpoint, region: homeRegion, credentials },
  };
}

function recordOf(target: Target, externalId: string): TargetRecord {
  const { name, labels } = target.metadata;
  const { account, region, sessionSeconds } = target;
  return { name, account, region, labels, externalId, ...(sessionSeconds === undefined ? {} : { sessionSeconds }) };
}

function accountsOf(targets: readonly Target[]): string[] {
  return [...new Set(targets.map((target) => target.account))];
}
