/**
 * A release goes to a whole fleet while STS and CloudFormation are busy and some of their replies get lost: nothing is lost, and nothing is done
 * twice. `FLEET_TARGETS` says how many production targets there are.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getPromotion, listRunning, requestPromotion } from '#cli/client/promotions.ts';
import { publishRelease } from '#cli/client/releases.ts';
import type { StackRecord } from '#sandbox/cloudformation/state.ts';
import type { JournalEntry } from '#sandbox/journal-entry.ts';
import type { Execution } from '#sandbox/step-functions/state.ts';
import { readLease } from '#shared/aws/ledger/leases.ts';
import type { PromotionRecord } from '#shared/aws/ledger/promotions.ts';
import type { PromotionId } from '#shared/domain/identifiers.ts';
import { ledgerOf } from '#test/e2e/clients.ts';
import { calls, refusal, upTo } from '#test/e2e/faults.ts';
import { executionOf, retriesOf } from '#test/e2e/observations.ts';
import { openRehearsal, type Rehearsal } from '#test/e2e/rehearsed-world.ts';
import {
  concurrency,
  fleetOf,
  fleetRelease,
  onboardedFleet,
  pipeline,
  stacks,
  template,
  text,
  waves,
} from './fleet.ts';

const targets = fleetOf(Number(process.env['FLEET_TARGETS'] ?? 300));

let rehearsal: Rehearsal;
let id: PromotionId;
let release: string;
let record: PromotionRecord;
/** Of the promotion alone: what onboarding took is not among it. */
let journal: readonly JournalEntry[];

beforeAll(async () => {
  rehearsal = await openRehearsal({ world: await onboardedFleet(targets) });
  // Without retries of the SDK's own, whatever is refused once fails the step, and Step Functions begins it again.
  for (const { environment } of Object.values(rehearsal.sandbox.world.lambda.functions))
    environment['AWS_MAX_ATTEMPTS'] = '1';
  const api = rehearsal.apiAs('alice');
  ({ digest: release } = await publishRelease(api, await fleetRelease()));
  const since = rehearsal.sandbox.journal().length;
  rehearsal.strike(...busy());
  ({ id } = await requestPromotion(api, { release, idempotencyKey: 'fleet' }));
  await rehearsal.sandbox.run();
  rehearsal.strike();
  journal = rehearsal.sandbox.journal().slice(since);
  record = await getPromotion(api, id);
}, 1_800_000);
afterAll(() => rehearsal.close());

/** Every so many calls are throttled, now and then three in a row, and of those that change something a few are done and not answered. */
function busy() {
  const changes = ['cloudformation:CreateChangeSet', 'cloudformation:ExecuteChangeSet'];
  const reads = ['sts:AssumeRole', 'cloudformation:DescribeStacks', 'cloudformation:DescribeChangeSet'];
  const most = targets.length * 12;
  const numbers = (isMeant: (nth: number) => boolean) => upTo(most).filter(isMeant);
  const what = refusal('Throttling', 400);
  return [
    ...changes.flatMap((name) => calls(name, { nths: numbers((nth) => nth % 13 === 0 || nth % 150 < 3), what })),
    ...reads.flatMap((name) => calls(name, { nths: numbers((nth) => nth % 101 === 50), what })),
    ...changes.flatMap((name) => calls(name, { nths: numbers((nth) => nth % 29 === 4), when: 'after' })),
  ];
}

const key = (...parts: readonly unknown[]) => parts.join(' ');
const once = (keys: readonly string[]) => Object.fromEntries(keys.map((one) => [one, 1]));

function counted(keys: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const one of keys) counts[one] = (counts[one] ?? 0) + 1;
  return counts;
}

/** One key for each stack of each target. */
const places = targets.flatMap(({ account, region }) =>
  stacks.map((stack) => key(account, region, `${pipeline}-${stack}`)),
);

/** What CloudFormation has of the pipeline, deleted stacks too. */
function made(): StackRecord[] {
  return Object.values(rehearsal.sandbox.world.cloudformation.stacks).filter(({ stackName }) =>
    stackName.startsWith(`${pipeline}-`),
  );
}

interface Visit {
  readonly target: string;
  readonly wave: string;
  readonly execution: Execution;
}

/** The child executions in which targets were deployed: one for each target that a wave has. */
function visits(): Visit[] {
  return Object.values(rehearsal.sandbox.world.states.executions)
    .filter(({ child }) => child?.label === 'Targets')
    .map((execution) => {
      const { target, environment, number } = JSON.parse(execution.input) as Record<string, string>;
      return {
        target: `${target}`,
        wave: environment === 'production' ? waves[Number(number)]! : `${environment}`,
        execution,
      };
    });
}

describe('a promotion to a fleet while AWS is busy', () => {
  it('met throttling and lost replies, and steps had to begin again', () => {
    const met = (operation: string, error: string) =>
      journal.filter((entry) => entry.kind === 'call' && entry.operation === operation && entry.error === error).length;
    const most = targets.length * stacks.length;
    for (const operation of ['CreateChangeSet', 'ExecuteChangeSet']) {
      expect(met(operation, 'Throttling')).toBeGreaterThan(most / 16);
      expect(met(operation, 'no-reply')).toBeGreaterThan(most / 40);
    }
    for (const operation of ['AssumeRole', 'DescribeStacks', 'DescribeChangeSet'])
      expect(met(operation, 'Throttling')).toBeGreaterThan(0);
    for (const state of ['Plan', 'Execute']) expect(retriesOf(rehearsal, state)).toBeGreaterThan(most / 16);
  });

  it('succeeds, and nothing is left to happen', async () => {
    expect(record.rollouts.map(({ environment, status, reasons }) => [environment, status, reasons])).toEqual([
      ['pre-production', 'succeeded', []],
      ['production', 'succeeded', []],
    ]);
    expect(record.promotion.status).toBe('succeeded');
    expect(executionOf(rehearsal, id).run.status).toBe('SUCCEEDED');
    expect(rehearsal.sandbox.world.jobs.filter((job) => !job.background)).toEqual([]);
  });

  it('leaves every stack there exactly once, as released', () => {
    expect(counted(made().map(({ account, region, stackName }) => key(account, region, stackName)))).toEqual(
      once(places),
    );
    const { templates } = rehearsal.sandbox.world.cloudformation;
    const contents = made().map(({ status, model, resources }) =>
      JSON.stringify([status, model?.parameters, templates[`${model?.template}`], Object.keys(resources).sort()]),
    );
    expect(counted(contents)).toEqual({
      [JSON.stringify(['CREATE_COMPLETE', { Text: text }, template, ['Alerts', 'Setting']])]: places.length,
    });
  });

  it('makes each change set once, and executes it once', () => {
    const { changeSets } = rehearsal.sandbox.world.cloudformation;
    const ours = new Set(made().map(({ stackId }) => stackId));
    const own = Object.values(changeSets).filter(({ stackId }) => ours.has(stackId));
    expect(own).toHaveLength(places.length);
    const begun = journal.flatMap((entry) =>
      entry.kind === 'stack-event' &&
      entry.logicalId.startsWith(`${pipeline}-`) &&
      /^(CREATE|UPDATE|DELETE)_IN_PROGRESS$/.test(entry.status)
        ? [key(entry.account, entry.region, entry.logicalId)]
        : [],
    );
    expect(counted(begun)).toEqual(once(places));
    expect(made().filter(({ tokens }) => Object.keys(tokens).length !== 1)).toEqual([]);
  });

  it('visits each target in one wave, wave after wave, and no more at once than a wave may', () => {
    const seen = visits();
    const expected = targets.map(({ metadata: { name, labels } }) => key(name, labels['wave'] ?? labels['env']));
    expect(counted(seen.map(({ target, wave }) => key(target, wave)))).toEqual(once(expected));
    const order = ['pre-production', ...waves].map((name) => seen.filter(({ wave }) => wave === name));
    for (const [index, wave] of order.entries()) {
      const begins = wave.map(({ execution }) => execution.startedAt);
      const ends = order[index - 1]?.map(({ execution }) => Number(execution.stoppedAt)) ?? [];
      expect(Math.min(...begins)).toBeGreaterThanOrEqual(Math.max(0, ...ends));
    }
    expect(mostAtOnce(order[2] ?? [])).toBe(Math.min(concurrency.early, order[2]?.length ?? 0));
    expect(mostAtOnce(order[3] ?? [])).toBe(Math.min(concurrency.rest, order[3]?.length ?? 0));
  });

  it('is on record: every stack deployed, every target through, running the release and verified', async () => {
    const stacksOnRecord = record.deployments.map(({ account, region, stackName }) => key(account, region, stackName));
    expect(counted(stacksOnRecord)).toEqual(once(places));
    expect(counted(record.deployments.map(({ outcome }) => outcome))).toEqual({ deployed: places.length });
    expect(counted(record.progress.map(({ status }) => status))).toEqual({ done: targets.length });
    const running = await listRunning(rehearsal.apiAs('alice'), pipeline);
    expect(counted(running.map(({ environment, target }) => key(environment, target)))).toEqual(
      once(targets.map(({ metadata: { name, labels } }) => key(labels['env'], name))),
    );
    const elsewhere = running.filter(
      (one) =>
        one.release !== release || one.promotion !== id || one.verifiedAt === undefined || one.mixed !== undefined,
    );
    expect(elsewhere).toEqual([]);
  });

  it('gives both environments back, and nobody is waited for', async () => {
    for (const environment of ['pre-production', 'production']) {
      const place = { pipeline, environment, promotion: id, mode: 'promote' } as const;
      expect(await readLease(ledgerOf(rehearsal), place)).toMatchObject({ holder: 'nobody', epoch: 1 });
    }
    const tokens = Object.values(rehearsal.sandbox.world.states.tokens);
    expect(tokens.filter(({ open }) => open)).toEqual([]);
    expect(record.waiting).toEqual([]);
  });
});

function mostAtOnce(wave: readonly Visit[]): number {
  const moments = wave.flatMap(({ execution: { startedAt, stoppedAt } }) => [
    { at: startedAt, change: 1 },
    { at: Number(stoppedAt), change: -1 },
  ]);
  let now = 0;
  let most = 0;
  for (const { change } of moments.toSorted((a, b) => a.at - b.at || a.change - b.change)) {
    now += change;
    most = Math.max(most, now);
  }
  return most;
}
