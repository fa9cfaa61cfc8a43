/** The diagnosis of one target: every check on the same facts, in the order in which they are best mended. */
import { problem } from '../errors/catalogue.ts';
import { isSessionOf, visitRequest } from '../trust/role-request.ts';
import { assumptionCheck } from './assumption.ts';
import { type Check, type DoctorFacts, doctorVisit, failed, ok, targetRoles, unknown } from './facts.ts';
import { forwardingCheck } from './forwarding.ts';
import { permissionCheck } from './permissions.ts';

/** Version of accounts/account.yml that this version of Drawbridge needs; the audit role carries it as a tag. */
export const accountVersion = 6;
export const versionTag = 'drawbridge:version';

/** Seconds a signature may be off (IAM User Guide, "Troubleshoot AWS Signature Version 4": five minutes). */
const mostSkew = 300;

export function diagnose(facts: DoctorFacts): Check[] {
  return [
    identityCheck(facts),
    clockCheck(facts),
    recordCheck(facts),
    regionCheck(facts),
    ...targetRoles.map((role) => assumptionCheck(facts, role)),
    guardCheck(facts),
    versionCheck(facts),
    ...targetRoles.map((role) => permissionCheck(facts, role)),
    forwardingCheck(facts),
  ];
}

function identityCheck({ orchestrator }: DoctorFacts): Check {
  if (orchestrator.kind !== 'read') {
    const says =
      orchestrator.kind === 'refused' ? `AWS STS answered ${orchestrator.code}: ${orchestrator.message}` : 'not asked';
    return failed('identity', says, 'Look at the role of the function drawbridge-doctor in serverless.yml.');
  }
  const { arn } = orchestrator.value;
  if (/:assumed-role\/drawbridge-orchestrator\//.test(arn)) return ok('identity', `works as ${arn}`);
  return failed(
    'identity',
    `works as ${arn}, which no target trusts`,
    'Deploy serverless.yml again: the function drawbridge-doctor runs as the orchestrator role.',
  );
}

function clockCheck({ clock: { ours, theirs } }: DoctorFacts): Check {
  if (theirs === undefined) return unknown('clock', 'AWS STS did not say what time it is');
  const skew = Math.round((Date.parse(ours) - Date.parse(theirs)) / 1000);
  const words = skew === 0 ? 'in step with AWS STS' : `${Math.abs(skew)} s ${skew < 0 ? 'behind' : 'ahead of'} AWS STS`;
  if (Math.abs(skew) <= mostSkew) return ok('clock', words);
  return failed(
    'clock',
    `the clock here is ${words}`,
    'Set the clock: AWS refuses signatures more than 5 minutes off.',
  );
}

/** ExternalIds are issued one per account, so two records that disagree tell that one of them names the wrong account. */
function recordCheck({ target, records, orchestrator }: DoctorFacts): Check {
  const { name, account, externalId } = target;
  const next = `Record target ${name} again with its own account and the ExternalId issued for that.`;
  if (orchestrator.kind === 'read' && orchestrator.value.account === account)
    return failed('record', `the record names ${account}, which is the orchestrator's own account`, next);
  const elsewhere = records.find((other) => other.externalId === externalId && other.account !== account);
  if (elsewhere !== undefined) {
    const says = `the record names account ${account} with the ExternalId of ${elsewhere.name} in ${elsewhere.account}`;
    return failed('record', says, next);
  }
  const rival = records.find((other) => other.account === account && other.externalId !== externalId);
  if (rival === undefined) return ok('record', `account ${account}, region ${target.region}`);
  const says = `the records of ${name} and ${rival.name} both name account ${account}, with different ExternalIds`;
  return failed('record', says, next);
}

function regionCheck({ target, sessions }: DoctorFacts): Check {
  const answers = targetRoles.map((role) => sessions[role]);
  for (const answer of answers) {
    if (answer.kind !== 'refused' || answer.code !== 'RegionDisabledException') continue;
    const { account, region } = target;
    return failed('region', `AWS STS says: ${answer.message}`, problem('REGION_DISABLED', { account, region }).next);
  }
  if (answers.some(({ kind }) => kind === 'read')) return ok('region', `AWS STS is active for ${target.account}`);
  return unknown('region', 'no session could be opened, so it cannot be told whether AWS STS is active');
}

/** The account guard of every step, made here for all three roles. */
function guardCheck({ target, sessions, subject }: DoctorFacts): Check {
  const opened = targetRoles.flatMap((role) => {
    const session = sessions[role];
    return session.kind === 'read' ? [{ role, identity: session.value }] : [];
  });
  if (opened.length === 0) return unknown('guard', 'no session could be opened');
  const strange = opened.find(
    ({ role, identity }) => !isSessionOf(visitRequest(target, doctorVisit(role, subject)), identity),
  );
  if (strange === undefined) return ok('guard', `${opened.length} sessions are in account ${target.account}`);
  const says = `the session of the ${strange.role} role is ${strange.identity.arn}`;
  return failed('guard', says, 'Nothing would be changed with it. Compare the target record with the account.');
}

function versionCheck({ target, roles }: DoctorFacts): Check {
  if (roles.audit.kind !== 'read') return unknown('version', 'the audit role could not be read');
  const found = Number(roles.audit.value.tags[versionTag] ?? 0);
  if (found >= accountVersion) return ok('version', `accounts/account.yml version ${found}`);
  return failed(
    'version',
    `the account has version ${found || 'unknown'} of accounts/account.yml, and ${accountVersion} is needed`,
    `Update: deploy accounts/account.yml again in account ${target.account}.`,
  );
}
