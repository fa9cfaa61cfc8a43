import { describe, expect, it } from 'vitest';
import { evidenceText } from '#cli/client/evidence-report.ts';
import { type EvidenceFacts, evidenceOf, foundCredentials } from '#shared/domain/audit/evidence.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import { aDeployment, aPromotion, aRollout, monday, operationToken, promotionId } from '#test/builders.ts';
import { anAudit } from './audit-builders.ts';

const pre = { environment: 'pre-production', target: 'pre-production', account: '222222222222' };
const eve = ['IAM user eve with 1 access key'];
const facts = (change: Partial<EvidenceFacts> = {}): EvidenceFacts => ({
  promotion: aPromotion({ status: 'succeeded', settledAt: monday }),
  rollouts: [],
  rounds: [],
  approvals: [],
  decisions: [],
  deployments: [],
  audits: [],
  planned: [],
  ...change,
});

describe('the evidence of a promotion', () => {
  it('says who asked for what, when and how it ended', () => {
    expect(evidenceOf(facts())).toMatchObject({
      schemaVersion: 1,
      promotion: promotionId,
      pipeline: 'orders',
      outcome: 'succeeded',
      release: { id: 'orders-0123456789ab', digest: digestOf('release') },
      requestedBy: 'alice',
      requestedAt: monday,
      settledAt: monday,
      trigger: { kind: 'api' },
    });
    expect(evidenceOf(facts({ promotion: aPromotion() })).settledAt).toBeNull();
  });

  it('says where the release comes from, as far as that is on record', () => {
    const provenance = { commit: 'a'.repeat(40), repository: 'https://github.com/octo/orders', event: 'push' };
    const completion = { completedBy: 'ci', completedAt: monday, provenance };
    const evidence = evidenceOf(facts({ completion }));
    expect(evidence.release).toEqual({ id: 'orders-0123456789ab', digest: digestOf('release'), ...completion });
    expect(evidenceText(evidence)).toContain(
      `  completed by ci at ${monday}\n  from commit ${'a'.repeat(40)}  https://github.com/octo/orders  push\n`,
    );
    expect(evidenceText(evidenceOf(facts({ completion: { completedBy: 'ci', completedAt: monday } })))).not.toMatch(
      / from /,
    );
    expect(evidenceText(evidenceOf(facts()))).not.toContain('completed by');
  });

  it('marks a rollback, for programs and for people', () => {
    const rollback = { of: 'prm-fedcba9876543210', automatic: true, reason: 'orders-2 was found bad' };
    const evidence = evidenceOf(facts({ promotion: aPromotion({ rollback }) }));
    expect(evidence.rollback).toEqual(rollback);
    expect(evidenceText(evidence)).toContain('automatic rollback after prm-fedcba9876543210: orders-2 was found bad');
    expect(evidenceOf(facts())).not.toHaveProperty('rollback');
  });

  it('has every environment of the promotion in order, also those that were not reached', () => {
    const rollouts = [aRollout({ ...pre, status: 'failed', planDigest: digestOf('plan') })];
    expect(evidenceOf(facts({ rollouts })).environments).toEqual([
      {
        name: 'pre-production',
        outcome: 'failed',
        planDigest: digestOf('plan'),
        rounds: [],
        approvals: [],
        targets: [],
      },
      { name: 'production', outcome: 'not-reached', planDigest: null, rounds: [], approvals: [], targets: [] },
    ]);
  });

  it('has the plan of each round, and who decided what on it, when and why', () => {
    const about = { promotion: promotionId, environment: 'production', digest: digestOf('plan') };
    const request = {
      ...{ ...about, pipeline: 'orders', requestedBy: 'alice', requestedAt: monday, expiresAt: monday },
      ...{ requirement: { groups: ['security'], because: ['policy four-eyes'] }, status: 'approved' as const },
    };
    const yes = { ...about, actor: 'bob', decision: 'approve' as const, reason: 'looked at it', at: monday };
    const round = { ...about, round: 1, decision: 'go' as const, at: monday };
    const given = facts({
      rounds: [round],
      approvals: [request],
      decisions: [yes, { ...yes, digest: digestOf('another plan') }, { ...yes, environment: 'pre-production' }],
    });
    expect(evidenceOf(given).environments[1]).toMatchObject({
      rounds: [{ round: 1, digest: digestOf('plan'), decision: 'go' }],
      approvals: [
        {
          ...{ digest: digestOf('plan'), status: 'approved', requestedAt: monday },
          ...{ groups: ['security'], because: ['policy four-eyes'] },
          decisions: [{ actor: 'bob', decision: 'approve', reason: 'looked at it', at: monday }],
        },
      ],
    });
    const text = evidenceText(evidenceOf(given));
    expect(text).toContain(`approval approved  plan ${digestOf('plan')}`);
    expect(text).toContain(`approved by bob at ${monday}: looked at it`);
    const no = facts({ approvals: [request], decisions: [{ ...yes, decision: 'reject' }] });
    expect(evidenceText(evidenceOf(no))).toContain(`rejected by bob at ${monday}`);
  });

  it('has each target with its deployments, the sessions that worked there and both audits', () => {
    const deployed = aDeployment({
      ...{ changeSet: 'drawbridge-1', operation: operationToken, status: 'UPDATE_COMPLETE', outcome: 'deployed' },
    });
    const audits = [anAudit({ moment: 'after', at: '2026-01-05T10:00:00.000Z' }), anAudit(), anAudit(pre)];
    const planned = [{ environment: 'production', target: 'production' }];
    const { environments } = evidenceOf(facts({ deployments: [deployed], audits, planned }));
    const session = (role: string, step: string) => ({
      ...{ role: `drawbridge-${role}`, sessionName: `${promotionId}-${step}`, sourceIdentity: promotionId },
    });
    expect(environments[1]?.targets).toEqual([
      {
        target: 'production',
        account: '333333333333',
        region: 'eu-west-1',
        deployments: [
          {
            ...{ stack: 'api', stackName: 'orders-api', changeSet: 'drawbridge-1', operation: operationToken },
            ...{ status: 'UPDATE_COMPLETE', outcome: 'deployed' },
          },
        ],
        sessions: [session('audit', 'audit'), session('preview', 'plan'), session('deploy', 'execute')],
        audits: {
          before: { at: monday, clean: true, findings: [] },
          after: { at: '2026-01-05T10:00:00.000Z', clean: true, findings: [] },
        },
      },
    ]);
    expect(environments[0]?.targets.map(({ target, audits: { after } }) => [target, after])).toEqual([
      ['pre-production', null],
    ]);
  });

  it('has the targets in the order of their names, and knows nothing where nothing was recorded', () => {
    const deployments = ['b', 'a'].map((target) => aDeployment({ target }));
    const [, production] = evidenceOf(facts({ deployments })).environments;
    expect(production?.targets.map(({ target }) => target)).toEqual(['a', 'b']);
    expect(production?.targets[0]).toMatchObject({
      deployments: [{ changeSet: null, operation: null }],
      sessions: [{ role: 'drawbridge-deploy' }],
      audits: { before: null, after: null },
    });
  });
});

describe('what the audits prove together', () => {
  const both = (change: Partial<typeof pre> = {}) => [
    anAudit(change),
    anAudit({ ...change, moment: 'after' as const }),
  ];
  it.each<[string, EvidenceFacts, string, boolean]>([
    [
      'both accounts before and after',
      facts({ audits: [...both(), ...both(pre)] }),
      'no IAM user and no static key before and after, in 2 of 2 accounts',
      false,
    ],
    [
      'one account twice is one account',
      facts({ audits: [...both(), ...both({ target: 'second' })] }),
      'no IAM user and no static key before and after, in 1 of 1 accounts',
      false,
    ],
    [
      'nothing was executed in one',
      facts({ audits: [...both(), anAudit(pre)], deployments: [aDeployment(pre)] }),
      'no IAM user and no static key before and after, in 1 of 2 accounts; clean before and not audited after, as nothing was executed there, in 1',
      false,
    ],
    [
      'something was executed in one, and nobody could look afterwards',
      facts({ audits: [...both(), anAudit(pre)], deployments: [aDeployment({ ...pre, operation: operationToken })] }),
      'no IAM user and no static key before and after, in 1 of 2 accounts; clean before and not audited after what was executed in 1',
      false,
    ],
    [
      'found before',
      facts({ audits: [anAudit({ ...pre, findings: eve })] }),
      'no IAM user and no static key before and after, in 0 of 1 accounts; static credentials or new ways in found in 1',
      true,
    ],
    [
      'found after, in one of two targets of an account',
      facts({
        audits: [...both(), anAudit({ target: 'b' }), anAudit({ target: 'b', moment: 'after', findings: eve })],
      }),
      'no IAM user and no static key before and after, in 0 of 1 accounts; static credentials or new ways in found in 1',
      true,
    ],
    [
      'never audited before',
      facts({ deployments: [aDeployment()] }),
      'no IAM user and no static key before and after, in 0 of 1 accounts; not audited before in 1',
      false,
    ],
    ['nothing was reached', facts(), 'no account was reached', false],
  ])('%s', (_, given, statement, found) => {
    const evidence = evidenceOf(given);
    expect(evidence.statement).toBe(statement);
    expect(foundCredentials(evidence)).toBe(found);
  });
});
