/**
 * T-01 of the threat model, the part that no gate on templates can see: code that runs while the stack is made. The permissions boundary
 * stops it; without the statement that does, the audit after the rollout is the net below.
 */
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { getEvidence } from '#cli/client/audits.ts';
import type { IamAccount } from '#sandbox/iam/state.ts';
import { listAudits } from '#shared/aws/ledger/audits.ts';
import { gateTemplate } from '#shared/domain/gate/gate-template.ts';
import { parseTemplate } from '#shared/domain/template/parse.ts';
import { weakenBoundary } from './break.ts';
import { ledgerOf } from './clients.ts';
import { attempts, hidingFunction, hostileFunction } from './hostile-function.ts';
import { stackIn } from './observations.ts';
import { openRehearsal, preProduction, production, type Rehearsal } from './rehearsed-world.ts';
import { promote } from './small-release.ts';

const { account } = preProduction;
const boundary = `arn:aws:iam::${account}:policy/drawbridge/drawbridge-boundary`;
const template = readFileSync(new URL('../fixtures/hostile-runtime/custom-resource.yaml', import.meta.url), 'utf8');
const release = { pipeline: 'hostile', template };
const statements = [...new Set(attempts.map(({ statement }) => statement))];

let rehearsal: Rehearsal;
afterEach(() => rehearsal?.close());

async function open(withoutStatements: readonly string[] = [], worker = hostileFunction): Promise<void> {
  rehearsal = await openRehearsal({ standIns: { 'hostile-worker': worker } });
  weakenBoundary(rehearsal.sandbox, account, withoutStatements);
}

/** What IAM decided about the function's own calls, in order. */
function decisions(): { action: string; allowed: boolean; reason: string }[] {
  return rehearsal.sandbox.journal().flatMap((entry) => {
    const own = entry.kind === 'decision' && entry.principal.endsWith('/hostile-worker');
    return own ? [{ action: entry.action, allowed: entry.allowed, reason: entry.reason }] : [];
  });
}

/** The decision on each attempt; attempts on one action come in their order. A denial may be recorded twice, one after the other. */
const decided = () =>
  attempts.map(({ what, action }, index) => {
    const own = decisions()
      .filter((one) => one.action === action)
      .filter((one, at, all) => one.allowed || one.reason !== all[at - 1]?.reason);
    const later = attempts.slice(index).filter((other) => other.action === action).length;
    const last = own.at(-later);
    return [what, last?.allowed === true ? 'allowed' : last?.reason];
  });
const denial = (statement: string) => `${statement} of ${boundary} denies it`;

const identities = (): IamAccount => structuredClone(rehearsal.sandbox.world.iam.accounts[account]!);

describe('a template whose code makes a user at run time', () => {
  it('has nothing that the gate could object to', () => {
    const parsed = parseTemplate(template);
    if (parsed.kind === 'invalid') throw new Error(parsed.message);
    expect(gateTemplate({ template: parsed.template }, { transforms: [], account })).toEqual([]);
  });

  it('is stopped by the boundary: every attempt is denied, the stack goes back, the promotion has failed', async () => {
    await open();
    const before = identities();
    const { promotion, rollouts, deployments } = await promote(rehearsal, release);
    // The function did give itself all rights. The boundary alone stands against it.
    expect(decisions()[0]).toMatchObject({ action: 'iam:CreatePolicyVersion', allowed: true });
    expect(decided()).toEqual(attempts.map(({ what, statement }) => [what, denial(statement)]));
    expect(promotion.status).toBe('failed');
    expect(rollouts).toMatchObject([
      { environment: 'pre-production', status: 'failed', reasons: [{ code: 'STACK_FAILED' }] },
    ]);
    expect(rollouts[0]!.reasons[0]!.text).toMatch(
      /Setup \(Custom::Setup\) CREATE_FAILED: Received response status \[FAILED\] from custom resource\. Message returned: User: .* is not authorized to perform: iam:CreateUser .* with an explicit deny in a permissions boundary/,
    );
    expect(deployments).toMatchObject([{ outcome: 'failed', status: 'ROLLBACK_COMPLETE' }]);
    expect(identities()).toEqual(before);
    expect(identities().users).toEqual({});
    expect(stackIn(rehearsal, production.account, 'hostile')).toBeUndefined();
  });
});

describe('the same template where the boundary lacks a statement', () => {
  it('makes its user, and the audit after the rollout finds it', async () => {
    await open(['NoUsersAndNoStaticCredentials']);
    const { promotion, rollouts, deployments } = await promote(rehearsal, release);
    expect(decided()).toEqual(
      attempts.map(({ what, statement }) => [
        what,
        statement === 'NoUsersAndNoStaticCredentials' ? 'allowed' : denial(statement),
      ]),
    );
    expect(Object.keys(identities().users)).toEqual(['eve']);
    expect(deployments).toMatchObject([{ outcome: 'deployed', status: 'CREATE_COMPLETE' }]);
    expect(promotion.status).toBe('failed');
    expect(rollouts).toMatchObject([
      { environment: 'pre-production', status: 'failed', reasons: [{ code: 'ACCOUNT_NOT_CLEAN' }] },
    ]);
    const audits = await listAudits(ledgerOf(rehearsal), promotion.id);
    expect(audits.map(({ moment, findings }) => [moment, findings])).toEqual([
      ['after', ['IAM user eve with 1 access key']],
      ['before', []],
    ]);
    expect(stackIn(rehearsal, production.account, 'hostile')).toBeUndefined();
  });

  it('is found as well where it hides behind a stack that failed', async () => {
    await open(['NoUsersAndNoStaticCredentials'], hidingFunction);
    const { promotion, rollouts, deployments } = await promote(rehearsal, release);
    expect(Object.keys(identities().users)).toEqual(['eve']);
    expect(deployments).toMatchObject([{ outcome: 'failed', status: 'ROLLBACK_COMPLETE' }]);
    expect(promotion.status).toBe('failed');
    const codes = rollouts.map(({ environment, status, reasons }) => [
      environment,
      status,
      reasons.map(({ code }) => code),
    ]);
    expect(codes).toEqual([['pre-production', 'failed', ['STACK_FAILED', 'ACCOUNT_NOT_CLEAN']]]);
    const { environments, statement } = await getEvidence(rehearsal.apiAs('dave'), promotion.id);
    expect(environments[0]?.targets[0]?.audits).toMatchObject({
      before: { clean: true },
      after: { clean: false, findings: ['IAM user eve with 1 access key'] },
    });
    expect(statement).toMatch(/static credentials or new ways in found in 1$/);
  });

  it('makes ways in that need no user, and the audit after the rollout finds those as well', async () => {
    const lacking = ['OnlyStacksMakeRoles', 'NoWaysInFromOutside'];
    await open(lacking, hidingFunction);
    const { promotion, rollouts } = await promote(rehearsal, release);
    expect(decided()).toEqual(
      attempts.map(({ what, statement }) => [what, lacking.includes(statement) ? 'allowed' : denial(statement)]),
    );
    expect(rollouts[0]?.reasons.map(({ code }) => code)).toEqual(['STACK_FAILED', 'ACCOUNT_NOT_CLEAN']);
    const audits = await listAudits(ledgerOf(rehearsal), promotion.id);
    // The stack's own role went back with its stack.
    expect(audits.find(({ moment }) => moment === 'after')?.findings).toEqual([
      'new: role door, which lets in anyone (*)',
      `new: identity provider arn:aws:iam::${account}:oidc-provider/eve.example`,
      `new: identity provider arn:aws:iam::${account}:saml-provider/eve`,
    ]);
  });

  it('gets through with every attempt where it lacks them all, so nothing else had stopped them', async () => {
    await open(statements);
    await promote(rehearsal, release);
    expect(decided()).toEqual(attempts.map(({ what }) => [what, 'allowed']));
    const { roles, policies } = identities();
    const own = Object.values(roles).find(({ name }) => name.startsWith('hostile-WorkerRole-'));
    expect(own).toBeDefined();
    expect(own!.boundary).toBeUndefined();
    expect(roles['eve']!.boundary).toBeUndefined();
    expect(roles['drawbridge-deploy']).toMatchObject({
      attachedPolicies: ['arn:aws:iam::aws:policy/AdministratorAccess'],
      trust: expect.stringContaining(`arn:aws:iam::${account}:root`),
    });
    expect(policies[boundary]).toMatchObject({ defaultVersion: 'v2' });
  });
});
