/** The evidence of a promotion as a person reads it. */
import type { ApprovalEvidence, EnvironmentEvidence, Evidence, TargetEvidence } from '#shared/domain/audit/evidence.ts';
import { rollbackText } from './rollbacks.ts';

/** What was done, stack by stack, and last of all what the audits prove. */
export function evidenceText(evidence: Evidence): string {
  const { promotion, outcome, release, requestedBy, requestedAt, trigger, rollback } = evidence;
  return [
    `${release.id}  ${outcome}  (${promotion}, asked for by ${requestedBy} at ${requestedAt}, ${trigger.kind})`,
    `  release ${release.digest}`,
    ...completionLines(release),
    ...(rollback === undefined ? [] : [`  ${rollbackText(rollback)}`]),
    ...evidence.environments.flatMap(environmentLines).map((line) => `  ${line}`),
    evidence.statement,
  ].join('\n');
}

/** Who made the release, and from what. */
function completionLines({ completedBy, completedAt, provenance = {} }: Evidence['release']): string[] {
  if (completedBy === undefined) return [];
  const { commit, repository, builder, event } = provenance;
  const from = [commit && `commit ${commit}`, repository, builder, event].filter(Boolean).join('  ');
  return [`  completed by ${completedBy} at ${completedAt}`, ...(from === '' ? [] : [`  from ${from}`])];
}

function environmentLines({ name, outcome, planDigest, approvals, targets }: EnvironmentEvidence): string[] {
  const plan = planDigest === null ? '' : `  plan ${planDigest}`;
  return [
    `${name.padEnd(16)} ${outcome}${plan}`,
    ...[...approvals.flatMap(approvalLines), ...targets.flatMap(targetLines)].map((line) => `  ${line}`),
  ];
}

/** Who decided what, when, why, and on which plan. */
function approvalLines({ digest, status, because, decisions }: ApprovalEvidence): string[] {
  return [
    `approval ${status}  plan ${digest}`,
    ...because.map((reason) => `  because ${reason}`),
    ...decisions.map(
      ({ actor, decision, reason, at }) =>
        `  ${decision === 'approve' ? 'approved' : 'rejected'} by ${actor} at ${at}: ${reason}`,
    ),
  ];
}

function targetLines({ target, account, region, deployments, sessions, audits }: TargetEvidence): string[] {
  return [
    `${target} ${account}/${region}`,
    `  audit before  ${auditText(audits.before)}`,
    ...deployments.map(
      ({ stackName, outcome, status, changeSet, operation }) =>
        `  ${stackName.padEnd(20)} ${outcome.padEnd(11)} ${status.padEnd(26)} ${changeSet ?? ''} ${operation ?? ''}`,
    ),
    `  audit after   ${auditText(audits.after)}`,
    ...sessions.map(
      ({ role, sessionName, sourceIdentity }) => `  session ${role}/${sessionName}, source identity ${sourceIdentity}`,
    ),
  ].map((line) => line.trimEnd());
}

function auditText(audit: TargetEvidence['audits']['before']): string {
  if (audit === null) return 'not made';
  return audit.clean ? `clean  ${audit.at}` : `${audit.findings.join('; ')}  ${audit.at}`;
}
