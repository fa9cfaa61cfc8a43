/** A promotion as people and programs read it: the same facts as text and as JSON. */
import type { PromotionRecord } from '#shared/aws/ledger/promotions.ts';
import type { ApprovalDecision, ApprovalRequest } from '#shared/domain/approval/records.ts';
import { stackEventsUrl } from '#shared/domain/broker/console-links.ts';
import { catalogue } from '#shared/domain/errors/catalogue.ts';
import type { ExitCode } from '#shared/domain/errors/problem.ts';
import type { Deployment, Promotion, Reason, Rollout, Status } from '#shared/domain/promotion/records.ts';
import { mostAttempts } from '#shared/domain/promotion/trouble.ts';
import type { Waiting } from '#shared/domain/promotion/waiting.ts';
import { encodedMessageIn, shortened } from '#shared/domain/trust/authorization-message.ts';
import { printedCommand, withCommands } from '../printed-command.ts';
import { requestLines } from './approvals.ts';
import { attemptJson, attemptLines } from './attempts.ts';
import { intentText, rollbackText } from './rollbacks.ts';

/** The JSON form of a promotion. Documented in docs/reference/rehearsal-json.md; `schemaVersion` grows when a field changes its meaning. */
export function promotionJson(record: PromotionRecord) {
  const { promotion, rollouts, rounds, deployments, approvals, decisions, waiting, attempts, rollbacks } = record;
  const { override, rollback, supersededBy, supersedes } = promotion;
  return {
    outcome: promotion.status,
    promotion: promotion.id,
    release: { id: promotion.releaseId, digest: promotion.release },
    requestedBy: promotion.requestedBy,
    ...(override && { override }),
    ...(rollback && { rollback }),
    ...(rollbacks.length > 0 && { rollbacks }),
    ...(supersededBy && { supersededBy }),
    ...(supersedes && { supersedes }),
    ...(waiting.length > 0 && { waiting }),
    reasons: (promotion.reasons ?? []).map(shownReason),
    environments: promotion.environments.map((name) => {
      const rollout = rollouts.find((candidate) => candidate.environment === name);
      const here = deployments.filter((deployment) => deployment.environment === name);
      const asked = attempts.filter(({ environment }) => environment === name);
      return {
        name,
        outcome: rollout?.status ?? 'not-reached',
        ...(rollout?.planDigest === undefined ? {} : { plan: rollout.planDigest }),
        rounds: rounds
          .filter(({ environment }) => environment === name)
          .map(({ round, digest, decision }) => ({ round, plan: digest, decision })),
        reasons: (rollout?.reasons ?? []).map(shownReason),
        approvals: approvals
          .filter((request) => request.environment === name)
          .map((request) => approvalJson(request, decisions)),
        ...(asked.length > 0 && { attempts: asked.map(attemptJson) }),
        targets: targetsOf(here).map((deployed) => targetJson(deployed)),
      };
    }),
  };
}

/** What was asked for, of whom, and who decided how. */
function approvalJson(request: ApprovalRequest, decisions: readonly ApprovalDecision[]) {
  const { digest, requirement, requestedAt, expiresAt, status } = request;
  return {
    status,
    plan: digest,
    groups: requirement.groups,
    because: requirement.because,
    requestedAt,
    expiresAt,
    decisions: decisions
      .filter((decision) => decision.environment === request.environment && decision.digest === digest)
      .map(({ actor, decision, reason, at }) => ({ actor, decision, reason, at })),
  };
}

function targetJson(deployments: readonly Deployment[]) {
  const { target, account, region } = deployments[0] as Deployment;
  // The role that changed something says more than the one that only looked.
  const acting = deployments.find((deployment) => deployment.outcome !== 'unchanged') ?? (deployments[0] as Deployment);
  return {
    name: target,
    account,
    region,
    role: acting.role,
    sessionName: acting.sessionName,
    deployments: deployments.map(({ stack, changeSet, status, outcome, reason }) => ({
      stack,
      changeSet: changeSet ?? null,
      status,
      outcome,
      ...(reason === undefined ? {} : { reason: shownReason(reason) }),
    })),
  };
}

/** What each environment's plan says, as lines; nothing for an environment whose plan is not at hand. */
export type PlanTexts = Readonly<Record<string, readonly string[]>>;

/**
 * The summary a person reads at the end: for each environment its plan, one line per stack and target, and why it ended so. `options` are those by
 * which another command works in the same place.
 */
export function promotionText(record: PromotionRecord, options: string, plans: PlanTexts = {}): string {
  const { promotion, rollouts, deployments, approvals, waiting, attempts, rollbacks } = record;
  const lines = promotion.environments.flatMap((name) => {
    const rollout = rollouts.find((candidate) => candidate.environment === name);
    const here = deployments.filter((deployment) => deployment.environment === name);
    const planned = (plans[name] ?? []).map((line) => `  ${line}`);
    const title = `${name.padEnd(16)} ${outcomeWord(rollout?.status)}`;
    const asked = approvals.filter((request) => request.environment === name);
    return [
      title,
      ...planned,
      ...asked.flatMap((request) => approvalLines(request, record, options)),
      ...waiting.filter(({ environment }) => environment === name).map(waitingLine),
      ...here.map(deploymentLine),
      ...attemptLines(attempts.filter(({ environment }) => environment === name)),
      ...reasonLines(rollout, here, options),
      ...failureLines(promotion, here, options),
    ];
  });
  const title = `${promotion.releaseId}  ${outcomeWord(promotion.status)}  (${promotion.id}, asked for by ${promotion.requestedBy})`;
  const led = rollbacks.map((intent) => `  ${intentText(intent)}`);
  return [title, ...ownLines(promotion, options), ...led, ...lines.map((line) => `  ${line}`)].join('\n');
}

/** Why the promotion ended where no environment can say so, and what keeps it from going on. */
function ownLines(
  { reasons = [], status, trouble, override, rollback, supersededBy, supersedes = [] }: Promotion,
  options: string,
): string[] {
  const why = [
    ...(rollback === undefined ? [] : [`  ${rollbackText(rollback)}`]),
    ...(override === undefined ? [] : [`  overrides ${override.of.join(' and ')}: ${override.reason}`]),
    ...(supersededBy === undefined ? [] : [`  gave way to ${supersededBy}`]),
    ...supersedes.map((older) => `  took the place of ${older}`),
    ...reasons.flatMap((reason) => reasonText(reason, options)),
  ];
  if (trouble === undefined || (status !== 'accepted' && status !== 'running')) return why;
  const { attempts, code, text, at } = trouble;
  return [...why, `  attempt ${attempts} of ${mostAttempts} at ${at}: ${code}: ${shortened(text)}`];
}

/** A request that became void or expired says nothing about how things stand. */
function approvalLines(request: ApprovalRequest, { promotion, decisions }: PromotionRecord, options: string): string[] {
  if (request.status === 'void' || request.status === 'expired') return [];
  const made = decisions
    .filter((decision) => decision.environment === request.environment && decision.digest === request.digest)
    .map(
      ({ actor, decision, reason, digest }) =>
        `  ${decision === 'approve' ? 'approved' : 'rejected'} by ${actor}: ${reason} (plan ${digest})`,
    );
  if (request.status !== 'open') return made;
  // Who asked cannot approve, and in the sandbox a command acts as who asked unless it is told otherwise.
  const other = options.startsWith('--sandbox') ? ` --as ${promotion.requestedBy === 'bob' ? 'alice' : 'bob'}` : '';
  const where = other === '' ? options : options.replace(/ --as \S+/, '');
  const next = `  next: ${printedCommand(`approve ${promotion.id} --reason '…'`, `${where}${other}`)} (or reject)`;
  return [...requestLines(request).map((line) => `  ${line}`), ...made, next];
}

function waitingLine({ target, since, until, reason }: Waiting): string {
  return `  ${target === undefined ? '' : `${target} `}waits since ${since}, until ${until} at least: ${reason.code}: ${reason.text}`;
}

function deploymentLine({ target, account, region, stackName, status, outcome }: Deployment): string {
  return `  ${stackName.padEnd(20)} ${outcome.padEnd(11)} ${status.padEnd(26)} ${target} ${account}/${region}`;
}

/** An encoded authorization message is of no use on a screen: it is shortened, and the command is named that says what it means. */
function reasonLines(rollout: Rollout | undefined, here: readonly Deployment[], options: string): string[] {
  return (rollout?.reasons ?? []).flatMap((reason) => {
    const lines = reasonText(reason, options);
    if (rollout === undefined || encodedMessageIn(reason.text).kind === 'none') return lines;
    const targets = targetsOf(here).map(([first]) => first?.target);
    const target = reason.target ?? (targets.length === 1 ? targets[0] : '<target>');
    return [
      ...lines,
      `    say what was denied: ${printedCommand(`trust decode --target ${target} --promotion ${rollout.promotion}`, options)}`,
    ];
  });
}

/** Why, and what to do about it where the cause does not say so. */
function reasonText({ code, text, next }: Reason, options: string): string[] {
  return [`because ${code}: ${shortened(text)}`, ...(next === undefined ? [] : [`  next: ${next}`])].map(
    (line) => `  ${withCommands(line, options)}`,
  );
}

/** Where to look at each failed stack, and the command that takes the promotion up once its cause is gone. */
function failureLines({ id }: Promotion, here: readonly Deployment[], options: string): string[] {
  const failed = here.filter(({ outcome }) => outcome === 'failed');
  if (failed.length === 0) return [];
  // Only of these can a continued rollback leave out what cannot be rolled back (User Guide, "Continue rolling back an update").
  const stuck = failed.filter(({ status }) => status === 'UPDATE_ROLLBACK_FAILED').map(({ stack }) => stack);
  const skip =
    stuck.length === 0 ? '' : ` --skip ${[...new Set(stuck)].map((stack) => `${stack}:LOGICALID`).join(' ')}`;
  return [
    ...failed.map(
      (deployment) => `  see ${deployment.stackName} in ${deployment.account}: ${stackEventsUrl(deployment)}`,
    ),
    `  next, once the cause is gone: ${printedCommand(`retry ${id}`, options)}`,
    ...(skip === ''
      ? []
      : [`  or leave what is in UPDATE_FAILED as it is: ${printedCommand(`retry ${id}${skip}`, options)}`]),
  ];
}

function shownReason(reason: Reason): Reason {
  return { ...reason, text: shortened(reason.text) };
}

/**
 * What a promotion's end means to a script: 1 failed, 3 refused by a gate or stopped at an approval, 4 a permission is missing, 5 our
 * machinery broke.
 */
export function exitOfPromotion({
  promotion,
  rollouts,
  approvals,
}: Pick<PromotionRecord, 'promotion' | 'rollouts' | 'approvals'>): ExitCode {
  const { status } = promotion;
  if (status === 'running' && approvals.some((request) => request.status === 'open')) return 3;
  if (status === 'failed' || status === 'aborted') return 1;
  if (status === 'rejected') return 3;
  if (status !== 'errored') return 0;
  const reasons = [...(promotion.reasons ?? []), ...rollouts.flatMap((rollout) => rollout.reasons)];
  const exits = reasons.map(({ code }) => exitOfCode(code));
  return exits.includes(4) ? 4 : 5;
}

/** Undefined for what is not of our catalogue, such as Step Functions' own `States.Timeout`. */
function exitOfCode(code: string): ExitCode | undefined {
  return Object.entries(catalogue).find(([known]) => known === code)?.[1].exit;
}

function outcomeWord(status: Status | undefined): string {
  if (status === undefined) return 'not reached';
  return status === 'unchanged' ? 'no changes' : status;
}

function targetsOf(deployments: readonly Deployment[]): Deployment[][] {
  const groups = Map.groupBy(deployments, (deployment) => deployment.target);
  return [...groups.values()];
}
