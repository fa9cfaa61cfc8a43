/** The facts of a target as it is right after onboarding: the roles are those of accounts/account.yml. */
import type { DoctorFacts, LiveRole, LiveRule, Read } from '#shared/domain/doctor/facts.ts';
import type { TargetRole } from '#shared/domain/names.ts';
import { monday } from '#test/builders.ts';
import { policiesOf, target as values } from '#test/infra/shipped.ts';
import { account } from '#test/infra/target-policies.ts';

export const target = { name: 'orders', account: '222222222222', region: 'eu-west-1', externalId: 'f3b1c0de' };
export const subject = 'prm-doctor-alice';
export const read = <Value>(value: Value): Read<Value> => ({ kind: 'read', value });
export const refused = (code: string, message = `${code} happened`) => ({ kind: 'refused', code, message }) as const;

/** A role as IAM shows it: its documents of account.yml, with the parameters filled in. */
export function liveRole(role: TargetRole, given: Parameters<typeof policiesOf>[1] = values): LiveRole {
  const logicalId = `${role[0]?.toUpperCase()}${role.slice(1)}Role`;
  const own = policiesOf(account, given).filter((policy) => policy.logicalId === logicalId);
  const document = (use: string) => JSON.stringify(own.find((policy) => policy.use === use)?.document);
  return {
    arn: `arn:aws:iam::222222222222:role/drawbridge/drawbridge-${role}`,
    trust: document('trust'),
    maxSessionDuration: 3600,
    tags: role === 'audit' ? { 'drawbridge:version': '6' } : {},
    policies: [{ name: role, document: document('identity') }],
  };
}

/** The rule of accounts/region.yml. */
export const liveRule: LiveRule = {
  enabled: true,
  pattern: '{"source":["aws.cloudformation"],"detail-type":["CloudFormation Stack Status Change"]}',
  targets: [
    {
      arn: 'arn:aws:events:eu-west-1:111111111111:event-bus/drawbridge',
      role: 'arn:aws:iam::222222222222:role/drawbridge/drawbridge-event-forward',
    },
  ],
};

const session = (role: TargetRole) => ({
  account: '222222222222',
  arn: `arn:aws:sts::222222222222:assumed-role/drawbridge-${role}/${subject}`,
});

export function healthy(change: Partial<DoctorFacts> = {}): DoctorFacts {
  return {
    target,
    records: [target],
    subject,
    orchestrator: read({
      account: '111111111111',
      arn: 'arn:aws:sts::111111111111:assumed-role/drawbridge-orchestrator/drawbridge-doctor',
      roleId: 'AROAEXAMPLEEXAMPLE001',
      region: 'eu-west-1',
    }),
    clock: { ours: monday, theirs: monday },
    sessions: { preview: read(session('preview')), deploy: read(session('deploy')), audit: read(session('audit')) },
    roles: { preview: read(liveRole('preview')), deploy: read(liveRole('deploy')), audit: read(liveRole('audit')) },
    rule: read(liveRule),
    ...change,
  };
}
