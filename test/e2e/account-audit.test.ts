/** No static credential in a target account: proved before and after each rollout, and found out where it is not so. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { getEvidence } from '#cli/client/audits.ts';
import { listAudits } from '#shared/aws/ledger/audits.ts';
import { makeUser } from './break.ts';
import { ledgerOf } from './clients.ts';
import { openRehearsal, preProduction, production, type Rehearsal } from './rehearsed-world.ts';
import { begin, ended, promote } from './small-release.ts';

let rehearsal: Rehearsal;
beforeEach(async () => {
  rehearsal = await openRehearsal();
}, 120_000);
afterEach(() => rehearsal.close());

const eve = ['IAM user eve with 1 access key'];
const auditsOf = async (promotion: string) =>
  (await listAudits(ledgerOf(rehearsal), promotion)).map(({ target, moment, findings }) => [target, moment, findings]);
const evidenceOf = (promotion: string) => getEvidence(rehearsal.apiAs('dave'), promotion);
const executed = () => rehearsal.sandbox.calls()['cloudformation']?.['ExecuteChangeSet'] ?? 0;

describe('accounts without a static credential', () => {
  it('are proved so before and after, with every session and operation on the record', async () => {
    const { promotion } = await promote(rehearsal, { pipeline: 'clean' });
    const evidence = await evidenceOf(promotion.id);
    expect(evidence.statement).toBe('no IAM user and no static key before and after, in 2 of 2 accounts');
    expect(evidence.environments.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['pre-production', 'succeeded'],
      ['production', 'succeeded'],
    ]);
    const [target] = evidence.environments[1]!.targets;
    expect(target).toMatchObject({
      account: production.account,
      deployments: [{ stack: 'clean', status: 'CREATE_COMPLETE', operation: `${promotion.id}-production-clean-1` }],
      audits: { before: { clean: true }, after: { clean: true } },
    });
    // Each session in the evidence is one that was opened there, as AWS recorded it.
    const opened = Object.values(rehearsal.sandbox.world.sts.sessions).map(({ caller }) => caller);
    for (const { role, sessionName, sourceIdentity } of target!.sessions) {
      const arn = `arn:aws:sts::${production.account}:assumed-role/${role}/${sessionName}`;
      expect(opened).toContainEqual(expect.objectContaining({ arn, sourceIdentity }));
    }
  });

  it('are audited before only, where nothing has to be done', async () => {
    await promote(rehearsal, { pipeline: 'clean' });
    const { promotion } = await promote(rehearsal, { pipeline: 'clean' });
    expect(promotion.status).toBe('unchanged');
    expect((await evidenceOf(promotion.id)).statement).toMatch(
      /in 0 of 2 accounts; clean before and not audited after/,
    );
  });
});

describe('an account that already holds a user', () => {
  it('gets no rollout: rejected, nothing planned or executed, the finding on the record', async () => {
    makeUser(rehearsal.sandbox, preProduction.account, 'eve');
    const record = await promote(rehearsal, { pipeline: 'dirty' });
    expect(record.promotion.status).toBe('rejected');
    expect(record.rollouts.map(({ environment, reasons }) => [environment, reasons.map(({ code }) => code)])).toEqual([
      ['pre-production', ['ACCOUNT_NOT_CLEAN']],
    ]);
    expect(record.deployments).toEqual([]);
    expect(executed()).toBe(0);
    const stacks = Object.values(rehearsal.sandbox.world.cloudformation.stacks).map(({ stackName }) => stackName);
    expect(stacks).not.toContain('dirty');
    expect(await auditsOf(record.promotion.id)).toEqual([['pre-production', 'before', eve]]);
    expect((await evidenceOf(record.promotion.id)).statement).toMatch(/static credentials or new ways in found in 1$/);
  });

  it('stops the promotion at its door, and leaves what was deployed before', async () => {
    makeUser(rehearsal.sandbox, production.account, 'eve');
    const record = await promote(rehearsal, { pipeline: 'half' });
    expect(record.promotion.status).toBe('rejected');
    expect(record.rollouts.map(({ environment, status }) => [environment, status])).toEqual([
      ['pre-production', 'succeeded'],
      ['production', 'rejected'],
    ]);
    expect(executed()).toBe(1);
  });
});

describe('a user made while the rollout runs', () => {
  it('fails the promotion: both audits are on the record, and the release goes no further', async () => {
    const stop = rehearsal.sandbox.subscribe((entry) => {
      if (entry.kind !== 'stack-event' || entry.stackName !== 'sneaky' || entry.logicalId !== 'sneaky') return;
      if (entry.status === 'CREATE_COMPLETE') makeUser(rehearsal.sandbox, entry.account, 'eve');
    });
    const id = await begin(rehearsal, { pipeline: 'sneaky' });
    const record = await ended(rehearsal, id);
    stop();
    expect(record.promotion.status).toBe('failed');
    expect(record.deployments).toMatchObject([{ outcome: 'deployed' }]);
    expect(record.rollouts).toMatchObject([
      {
        environment: 'pre-production',
        status: 'failed',
        reasons: [{ code: 'ACCOUNT_NOT_CLEAN', target: 'pre-production' }],
      },
    ]);
    expect(record.rollouts[0]?.reasons[0]?.text).toMatch(/after the rollout: IAM user eve with 1 access key/);
    expect(await auditsOf(id)).toEqual([
      ['pre-production', 'after', eve],
      ['pre-production', 'before', []],
    ]);
    const next = await promote(rehearsal, { pipeline: 'sneaky', text: 'two' });
    expect(next.promotion.status).toBe('rejected');
  });
});
