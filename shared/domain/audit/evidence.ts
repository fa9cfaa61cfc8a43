/** The evidence of one promotion: what was changed where, under which sessions, and that no static credential was there before or after. */
import type { ApprovalDecision, ApprovalRequest } from '../approval/records.ts';
import type { PromotionId } from '../identifiers.ts';
import { roleName, sessionName } from '../names.ts';
import type { Deployment, Promotion, Rollout, Round } from '../promotion/records.ts';
import type { Provenance } from '../release/provenance.ts';
import type { AccountAudit } from './account-audit.ts';

/** Everything the ledger holds of a promotion. */
export interface EvidenceFacts {
  readonly promotion: Promotion;
  /** Of its release. */
  readonly completion?: Completion | undefined;
  readonly rollouts: readonly Rollout[];
  readonly rounds: readonly Round[];
  readonly approvals: readonly ApprovalRequest[];
  readonly decisions: readonly ApprovalDecision[];
  readonly deployments: readonly Deployment[];
  readonly audits: readonly AccountAudit[];
  /** The targets that were planned. */
  readonly planned: readonly { readonly environment: string; readonly target: string }[];
}

/** Who completed a release, when, and from what. */
interface Completion {
  readonly completedBy: string;
  readonly completedAt: string;
  readonly provenance?: Provenance;
}

export interface Evidence {
  readonly schemaVersion: 1;
  readonly promotion: PromotionId;
  readonly pipeline: string;
  readonly outcome: Promotion['status'];
  /** With who completed it, when and from what, where that is on record. */
  readonly release: { readonly id: string; readonly digest: string } & Partial<Completion>;
  readonly requestedBy: string;
  readonly requestedAt: string;
  readonly settledAt: string | null;
  readonly trigger: Promotion['trigger'];
  /** Of a rollback: what it followed, and why. */
  readonly rollback?: NonNullable<Promotion['rollback']>;
  readonly environments: readonly EnvironmentEvidence[];
  /** In one sentence what the audits prove, and what they do not. */
  readonly statement: string;
}

export interface EnvironmentEvidence {
  readonly name: string;
  readonly outcome: Rollout['status'] | 'not-reached';
  readonly planDigest: string | null;
  /** The plan of each round, and what was decided on it. */
  readonly rounds: readonly Pick<Round, 'round' | 'digest' | 'decision'>[];
  readonly approvals: readonly ApprovalEvidence[];
  readonly targets: readonly TargetEvidence[];
}

/** What people were asked about one plan, and what they answered. */
export interface ApprovalEvidence extends Pick<ApprovalRequest, 'digest' | 'status' | 'requestedAt'> {
  readonly groups: readonly string[];
  readonly because: readonly string[];
  readonly decisions: readonly Pick<ApprovalDecision, 'actor' | 'decision' | 'reason' | 'at'>[];
}

export interface TargetEvidence {
  readonly target: string;
  readonly account: string;
  readonly region: string;
  readonly deployments: readonly DeploymentEvidence[];
  readonly sessions: readonly SessionEvidence[];
  readonly audits: { readonly before: AuditEvidence | null; readonly after: AuditEvidence | null };
}

interface DeploymentEvidence {
  readonly stack: string;
  readonly stackName: string;
  readonly changeSet: string | null;
  /** ClientRequestToken of the operation: on each of its stack events and in CloudTrail. */
  readonly operation: string | null;
  readonly status: string;
  readonly outcome: Deployment['outcome'];
}

/** How the sessions are found in the target's CloudTrail. */
interface SessionEvidence {
  readonly role: string;
  readonly sessionName: string;
  readonly sourceIdentity: string;
}

interface AuditEvidence {
  readonly at: string;
  readonly clean: boolean;
  readonly findings: readonly string[];
}

/** Puts together what the records say; nothing is asked of AWS and nothing is assumed. */
export function evidenceOf(facts: EvidenceFacts): Evidence {
  const { id, pipeline, status, release, releaseId, requestedBy, requestedAt, settledAt, trigger, rollback } =
    facts.promotion;
  const environments = facts.promotion.environments.map((name) => environmentEvidence(facts, name));
  return {
    schemaVersion: 1,
    promotion: id,
    pipeline,
    outcome: status,
    release: { id: releaseId, digest: release, ...facts.completion },
    requestedBy,
    requestedAt,
    settledAt: settledAt ?? null,
    trigger,
    ...(rollback && { rollback }),
    environments,
    statement: statementOf(environments),
  };
}

function environmentEvidence(facts: EvidenceFacts, name: string): EnvironmentEvidence {
  const rollout = facts.rollouts.find(({ environment }) => environment === name);
  const here = <Kind extends { readonly environment: string }>(records: readonly Kind[]) =>
    records.filter(({ environment }) => environment === name);
  const { promotion } = facts;
  const records = { promotion, deployments: here(facts.deployments), audits: here(facts.audits) };
  const planned = here(facts.planned).map(({ target }) => target);
  const targets = new Set([...records.audits, ...records.deployments].map(({ target }) => target));
  return {
    name,
    outcome: rollout?.status ?? 'not-reached',
    planDigest: rollout?.planDigest ?? null,
    rounds: here(facts.rounds).map(({ round, digest, decision }) => ({ round, digest, decision })),
    approvals: here(facts.approvals).map((request) => approvalEvidence(request, here(facts.decisions))),
    targets: [...targets].sort().map((target) => targetEvidence(records, target, planned.includes(target))),
  };
}

function approvalEvidence(
  { digest, status, requestedAt, requirement }: ApprovalRequest,
  decisions: readonly ApprovalDecision[],
): ApprovalEvidence {
  const made = decisions.filter((decision) => decision.digest === digest);
  return {
    ...{ digest, status, requestedAt, groups: requirement.groups, because: requirement.because },
    decisions: made.map(({ actor, decision, reason, at }) => ({ actor, decision, reason, at })),
  };
}

type TargetRecords = Pick<EvidenceFacts, 'promotion' | 'deployments' | 'audits'>;

function targetEvidence(records: TargetRecords, target: string, planned: boolean): TargetEvidence {
  const deployments = records.deployments.filter((deployment) => deployment.target === target);
  const audits = records.audits.filter((audit) => audit.target === target);
  const { account, region } = [...audits, ...deployments][0] as AccountAudit | Deployment;
  const sourceIdentity = records.promotion.id;
  const plan = { role: roleName('preview'), sessionName: sessionName(sourceIdentity, 'plan') };
  const sessions = [...audits, ...(planned ? [plan] : []), ...deployments];
  return {
    target,
    account,
    region,
    deployments: deployments.map(({ stack, stackName, changeSet, operation, status, outcome }) => ({
      ...{ stack, stackName, changeSet: changeSet ?? null, operation: operation ?? null, status, outcome },
    })),
    sessions: distinct(sessions.map(({ role, sessionName: session }) => ({ role, sessionName: session }))).map(
      (session) => ({ ...session, sourceIdentity }),
    ),
    audits: { before: auditEvidence(audits, 'before'), after: auditEvidence(audits, 'after') },
  };
}

function auditEvidence(audits: readonly AccountAudit[], moment: AccountAudit['moment']): AuditEvidence | null {
  const audit = audits.find((candidate) => candidate.moment === moment);
  return audit === undefined ? null : { at: audit.at, clean: audit.clean, findings: audit.findings };
}

function distinct<Kind>(values: readonly Kind[]): Kind[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}

/** True when an audit found a static credential or a new way in. */
export function foundCredentials({ environments }: Pick<Evidence, 'environments'>): boolean {
  return environments.some(({ targets }) => targets.some((target) => standing([target]) === 'found'));
}

type Standing = 'found' | 'proved' | 'before' | 'not-after' | 'unaudited';

function statementOf(environments: readonly EnvironmentEvidence[]): string {
  const accounts = Map.groupBy(
    environments.flatMap(({ targets }) => targets),
    ({ account }) => account,
  );
  if (accounts.size === 0) return 'no account was reached';
  const standings = [...accounts.values()].map(standing);
  const count = (wanted: Standing) => standings.filter((found) => found === wanted).length;
  const also = (wanted: Standing, text: string) => (count(wanted) === 0 ? [] : [`${text} in ${count(wanted)}`]);
  return [
    `no IAM user and no static key before and after, in ${count('proved')} of ${accounts.size} accounts`,
    ...also('before', 'clean before and not audited after, as nothing was executed there,'),
    ...also('not-after', 'clean before and not audited after what was executed'),
    ...also('unaudited', 'not audited before'),
    ...also('found', 'static credentials or new ways in found'),
  ].join('; ');
}

/** What the audits of an account's targets prove together. */
function standing(targets: readonly Pick<TargetEvidence, 'audits' | 'deployments'>[]): Standing {
  const befores = targets.map(({ audits }) => audits.before);
  const afters = targets.map(({ audits }) => audits.after);
  if ([...befores, ...afters].some((audit) => audit?.clean === false)) return 'found';
  if (befores.includes(null)) return 'unaudited';
  if (!afters.includes(null)) return 'proved';
  const executed = targets.some(
    ({ audits, deployments }) => audits.after === null && deployments.some(({ operation }) => operation !== null),
  );
  return executed ? 'not-after' : 'before';
}
