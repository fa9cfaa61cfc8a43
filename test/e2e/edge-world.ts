/**
 * A rehearsal in which edge cases of CloudFormation are met by promotions. One world serves a whole test file: each case has a pipeline and
 * a stack of its own name. Everything that CloudFormation and STS are asked is noted.
 */

import { afterAll, afterEach, beforeAll, vi } from 'vitest';
import { sendDecision } from '#cli/client/approvals.ts';
import { putPolicy } from '#cli/client/policies.ts';
import { getPromotion, type PromotionWish, requestPromotion, retryPromotion } from '#cli/client/promotions.ts';
import { publishRelease } from '#cli/client/releases.ts';
import type { PackagedRelease } from '#cli/package-release.ts';
import { waitsForPeople } from '#cli/rehearsal/waits-for-people.ts';
import type { Call, Service } from '#sandbox/kernel.ts';
import type { PromotionRecord } from '#shared/aws/ledger/promotions.ts';
import type { Policy } from '#shared/domain/policy/policy.ts';
import type { RecoveryWish } from '#shared/domain/promotion/records.ts';
import { aPolicy } from '#test/domain/policy/policy-builders.ts';
import { administrator, clientsAs } from './clients.ts';
import { packageFiles } from './packaged-from.ts';
import { openRehearsal, preProduction, type Rehearsal } from './rehearsed-world.ts';

/** A call as CloudFormation or STS got it, allowed and about to run. */
interface Asked {
  readonly operation: string;
  readonly account: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface EdgeWorld extends Rehearsal {
  readonly asked: Asked[];
}

export interface EdgeRelease {
  /** Name of the pipeline, of its stack, and of that stack in CloudFormation. */
  readonly name: string;
  readonly template: object | string;
  /** More of the stack's entry in drawbridge.yml. */
  readonly stack?: object;
  /** Further files by path. */
  readonly files?: Readonly<Record<string, string>>;
  /** Environments of the journey; both where nothing is said. */
  readonly journey?: readonly string[];
  /** More of each environment's entry. */
  readonly environment?: object;
  /** The whole list of stacks, in place of the one. */
  readonly stacks?: readonly object[];
}

/** The world of a test file: opened before its tests, closed after them, and without faults when one begins. */
export function edgeWorld(): () => EdgeWorld {
  let world: EdgeWorld;
  // Several promotions make one case.
  vi.setConfig({ testTimeout: 240_000 });
  beforeAll(async () => {
    world = await openEdgeWorld();
  }, 240_000);
  afterEach(() => world.strike());
  afterAll(() => world.close());
  return () => world;
}

async function openEdgeWorld(): Promise<EdgeWorld> {
  const asked: Asked[] = [];
  const services = (all: readonly Service[]) =>
    all.map((service) => (['cloudformation', 'sts'].includes(service.name) ? noting(service, asked) : service));
  return Object.assign(await openRehearsal({ services }), { asked });
}

function noting(service: Service, asked: Asked[]): Service {
  const operations = Object.entries(service.operations).map(([operation, { permissions, run }]) => {
    const noted = (call: Call<Asked['input']>) => {
      asked.push({ operation, account: call.account, input: call.input });
      return run(call);
    };
    return [operation, { permissions, run: noted }] as const;
  });
  return { ...service, operations: Object.fromEntries(operations) };
}

/** Inputs of the calls of an operation that named the stack, by name or by ARN. */
export function askedOf({ asked }: EdgeWorld, operation: string, stack: string): Asked['input'][] {
  const named = new RegExp(`^(arn:.*:stack/)?${stack}(/.*)?$`);
  return asked
    .filter((call) => call.operation === operation && named.test(`${call.input['StackName']}`))
    .map(({ input }) => input);
}

/** How often a change set of the stack was to be executed. */
export function executionsOf(world: EdgeWorld, stack: string): number {
  return askedOf(world, 'ExecuteChangeSet', stack).length;
}

export async function packageEdge(
  release: EdgeRelease,
): Promise<PackagedRelease | { kind: 'invalid'; problems: object[] }> {
  const { template, files = {} } = release;
  return packageFiles({
    'drawbridge.yml': pipelineText(release),
    'template.yaml': typeof template === 'string' ? template : JSON.stringify(template),
    ...files,
  });
}

function pipelineText({ name, stack = {}, stacks, environment = {}, ...release }: EdgeRelease): string {
  const { journey = ['pre-production', 'production'] } = release;
  return JSON.stringify({
    apiVersion: 'drawbridge/v1',
    kind: 'Pipeline',
    metadata: { name },
    stacks: stacks ?? [{ name, template: 'template.yaml', stackName: name, ...stack }],
    environments: journey.map((label) => ({ name: label, targets: { matchLabels: { env: label } }, ...environment })),
  });
}

type Wish = Partial<Pick<PromotionWish, 'environments' | 'mode'>>;

/** Publishes the release and asks for its promotion to pre-production, as alice. Nothing happens until the clock runs. */
async function ask(world: EdgeWorld, release: EdgeRelease, wish: Wish = {}): Promise<string> {
  const packaged = await packageEdge(release);
  if (packaged.kind !== 'release') throw new Error(JSON.stringify(packaged.problems));
  const api = world.apiAs('alice');
  const { digest } = await publishRelease(api, packaged);
  const environments = release.journey ?? ['pre-production'];
  const wanted = { environments, ...wish, release: digest, idempotencyKey: newKey(world) };
  return (await requestPromotion(api, wanted)).id;
}

/** Lets time pass until the promotion has ended, or waits for people. */
export async function follow(world: EdgeWorld, id: string): Promise<PromotionRecord> {
  await world.sandbox.run(() => waitsForPeople(world.sandbox.world));
  return getPromotion(world.apiAs('alice'), id);
}

export async function promote(world: EdgeWorld, release: EdgeRelease, wish: Wish = {}): Promise<PromotionRecord> {
  return follow(world, await ask(world, release, wish));
}

/** Takes up a promotion, as alice. */
export async function retry(world: EdgeWorld, id: string, recovery?: RecoveryWish): Promise<PromotionRecord> {
  const wish = { idempotencyKey: newKey(world), ...(recovery && { recovery }) };
  const { id: next } = await retryPromotion(world.apiAs('alice'), id, wish);
  return follow(world, next);
}

/** Bob decides on the plan that waits. */
export async function decide(
  world: EdgeWorld,
  { promotion, approvals }: PromotionRecord,
  decision: 'approve' | 'reject' = 'approve',
): Promise<PromotionRecord> {
  const open = approvals.filter(({ status }) => status === 'open');
  if (open.length !== 1) throw new Error(`${open.length} approvals are open`);
  const { environment, digest } = open[0]!;
  await sendDecision(world.apiAs('bob'), promotion.id, { environment, decision, digest, reason: 'looked at it' });
  return follow(world, promotion.id);
}

/** Carol applies a policy for one pipeline. */
export async function applyPolicy(world: EdgeWorld, pipeline: string, said: Partial<Policy>): Promise<void> {
  const name = `for-${pipeline}`;
  await putPolicy(world.apiAs('carol'), aPolicy(name, { ...said, selector: { pipelines: [pipeline] } }), 0);
}

/** CloudFormation as an administrator of the pre-production account, who goes past Drawbridge. */
export function somebody(world: EdgeWorld) {
  return clientsAs(world, administrator(world, preProduction.account)).cloudFormation;
}

/** The outcome, and the codes of the reasons. */
export function told({ promotion, rollouts }: PromotionRecord): string {
  const codes = rollouts.flatMap(({ reasons }) => reasons.map(({ code }) => code));
  return [promotion.status, ...codes].join(' ');
}

export function reasonsOf({ rollouts }: PromotionRecord): string {
  return rollouts.flatMap(({ reasons }) => reasons.map(({ text }) => text)).join('\n');
}

export const setting = (value: unknown, more: object = {}) => ({
  Type: 'AWS::SSM::Parameter',
  Properties: { Type: 'String', Value: value },
  ...more,
});
export const topic = (more: object = {}) => ({ Type: 'AWS::SNS::Topic', ...more });
export const template = (Resources: object, more: object = {}) => ({ Resources, ...more });
/** A template of nothing but a setting. */
export const templateOf = (value: string) => template({ Setting: setting(value) });

function newKey({ sandbox }: EdgeWorld): string {
  return sandbox.mint('idempotency-key', 24);
}
