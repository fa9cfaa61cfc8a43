/** Examines one target: reads everything a diagnosis is made of, and changes nothing. */
import { DescribeRuleCommand, EventBridgeClient, ListTargetsByRuleCommand } from '@aws-sdk/client-eventbridge';
import { IAMClient } from '@aws-sdk/client-iam';
import type { RoleCredentials } from '#shared/domain/broker/person-session.ts';
import { type DoctorFacts, doctorVisit, type LiveRule, type Read, targetRoles } from '#shared/domain/doctor/facts.ts';
import { forwardingRule } from '#shared/domain/doctor/forwarding.ts';
import { roleName, type TargetRole } from '#shared/domain/names.ts';
import { type TrustedTarget, visitRequest } from '#shared/domain/trust/role-request.ts';
import { assumeRole, whoIs } from '../assume-role.ts';
import { attempt, whenRead } from './attempt.ts';
import { readLiveRole } from './live-roles.ts';
import { readOwnIdentity } from './own-identity.ts';

/** What is asked: the target, all targets on record, and the name the diagnosis goes by. */
export type Examination = Pick<DoctorFacts, 'target' | 'records' | 'subject'>;

/** Reads the facts. Whatever AWS refuses is a fact as well. */
export async function examine(examination: Examination): Promise<DoctorFacts> {
  const { target, subject } = examination;
  const own = await attempt(readOwnIdentity());
  const opened = await eachRole((role) => attempt(assumeRole(visitRequest(target, doctorVisit(role, subject)))));
  const { region } = target;
  return {
    ...examination,
    orchestrator: own.kind === 'read' ? { kind: 'read', value: own.value.orchestrator } : own,
    clock: own.kind === 'read' ? own.value.clock : { ours: new Date().toISOString() },
    sessions: await eachRole((role) => identityOf(opened[role], region)),
    roles: await eachRole((role) =>
      whenRead(opened.audit, (credentials) => readLiveRole(new IAMClient({ region, credentials }), roleName(role))),
    ),
    rule: await whenRead(opened.audit, (credentials) => readRule(target, credentials)),
  };
}

async function eachRole<Value>(ask: (role: TargetRole) => Promise<Value>): Promise<Record<TargetRole, Value>> {
  const answers = await Promise.all(targetRoles.map(async (role) => [role, await ask(role)] as const));
  return Object.fromEntries(answers) as Record<TargetRole, Value>;
}

/** Who a session is; where there is no session, why. */
async function identityOf(opened: Read<RoleCredentials>, region: string) {
  return opened.kind === 'read' ? attempt(whoIs(opened.value, region)) : opened;
}

async function readRule({ region }: TrustedTarget, credentials: RoleCredentials): Promise<LiveRule> {
  const events = new EventBridgeClient({ region, credentials });
  const { State, EventPattern: pattern = '' } = await events.send(new DescribeRuleCommand({ Name: forwardingRule }));
  const { Targets = [] } = await events.send(new ListTargetsByRuleCommand({ Rule: forwardingRule }));
  const targets = Targets.map(({ Arn = '', RoleArn }) => ({
    arn: Arn,
    ...(RoleArn === undefined ? {} : { role: RoleArn }),
  }));
  return { enabled: State !== 'DISABLED', pattern, targets };
}
